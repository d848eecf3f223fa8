import Archives
import HDF5Writing
import TestSupport
import Tensors
import Testing

/// Native files at the limits of the layout.
@Suite("Large native files") struct BoundsTests {
  /// As many small datasets as leave a gap each: libhdf5 must not look through all of them for the next.
  @Test func `twenty thousand small tensors come back, each at a multiple of 64`() throws {
    try withFolder { folder in
      let count = 20_000
      let path = try write(
        (0..<count).map { number in
          NativeTensor(
            path: "extras/\(number / 256)/\(number % 256)",
            tensor: try Tensor(floats: [Float(number)], shape: [1]))
        }, in: folder)
      let native = try NativeFile(try MappedFile(path))
      try native.checkEveryByte()
      let extras = native.datasets.filter {
        $0.path.hasPrefix("extras/") && $0.path != "extras/tree"
      }
      #expect(extras.count == count)
      #expect(extras.allSatisfy { $0.offset.isMultiple(of: NativeLayout.alignment) })
      for dataset in extras.prefix(3) + extras.suffix(3) {
        let parts = dataset.path.split(separator: "/").compactMap { Int($0) }
        #expect(try dataset.tensor.floats() == [Float(parts[0] * 256 + parts[1])])
      }
    }
  }

  @Test func `32 names in a path, and names of 64 characters, come back`() throws {
    try withFolder { folder in
      let name = String(repeating: "n", count: 64)
      let path = (0..<NativeLayout.depthLimit).map { _ in name }.joined(separator: "/")
      let file = try write(
        [NativeTensor(path: path, tensor: try Tensor(floats: [7], shape: [1]))], in: folder)
      let native = try NativeFile(try MappedFile(file))
      try native.checkEveryByte()
      #expect(native.datasets.contains { $0.path == path })
    }
  }
}
