import Archives
import Foundation
import HDF5Writing
import Synchronization
import TestSupport
import Tensors
import Testing

@Suite struct RoundTripTests {
  @Test func everyTypeAndShapeComesBackBitForBit() throws {
    try withFolder { folder in
      let tensors = try assortedTensors()
      let native = try NativeFile(MappedFile(write(tensors, in: folder)))
      try native.checkEveryByte()
      for item in tensors {
        let dataset = try #require(native[item.path])
        #expect(dataset.elementType == item.tensor.elementType)
        #expect(dataset.shape == item.tensor.shape)
        #expect(try dataset.tensor.hasSameBits(as: item.tensor), "\(item.path)")
        #expect(try dataset.digest == item.tensor.digest())
        #expect(dataset.schema == nil)
      }
      #expect(native.datasets.count == tensors.count + 3)
    }
  }

  @Test func attributesAndDocumentsComeBack() throws {
    try withFolder { folder in
      let native = try NativeFile(MappedFile(write(assortedTensors(), in: folder)))
      #expect(
        native.attributes == [
          NativeAttribute("created_by", .text("byol-convert 1.0")),
          NativeAttribute("format", .text("byol-checkpoint")),
          NativeAttribute("format_version", .uint32s([1, 0])),
          NativeAttribute("numbers", .uint32s([1, 2, 3])), NativeAttribute("roles", .text("")),
        ])
      #expect(native["contract"]?.schema == "contract 1.0")
      #expect(try native["contract"]?.tensor.bytes() == Array(#"{"a":1}"#.utf8))
      #expect(native["extras/tree"]?.byteCount == 0)
      #expect(native.version == (1, 0))
    }
  }

  @Test func theArchiveHasTheGroupsAsATree() throws {
    try withFolder { folder in
      let file = try MappedFile(write(assortedTensors(), in: folder))
      let format = try Formats.recognising(file)
      #expect(format.name == "hdf5")
      let archive = try format.read(file)
      guard case .tensor(let tensor)? = archive.root["online"]?["float16"]?["matrix"] else {
        Issue.record("no tensor at online/float16/matrix")
        return
      }
      #expect(tensor.elementType == .float16)
      #expect(tensor.shape == [3, 7])
      #expect(archive.attributes.first?.key == .text("created_by"))
    }
  }

  @Test func thirtyTwoAxesComeBack() throws {
    try withFolder { folder in
      let shape = [Int](repeating: 1, count: 30) + [2, 3]
      let tensor = try Tensor(floats: [1, 2, 3, 4, 5, 6], shape: shape)
      let native = try NativeFile(
        MappedFile(write([NativeTensor(path: "a", tensor: tensor)], in: folder)))
      try native.checkEveryByte()
      #expect(native["a"]?.shape == shape)
    }
  }

  @Test func permutedAndBigEndianTensorsAreStoredRowMajor() throws {
    try withFolder { folder in
      let bytes = (0..<48).map { UInt8($0) }
      let base = try Tensor(
        .uint16, shape: [2, 3, 4], bigEndian: true, source: HeapBytes(bytes))
      let view = base.permuted([2, 0, 1])
      let native = try NativeFile(
        MappedFile(write([NativeTensor(path: "x/view", tensor: view)], in: folder)))
      try native.checkEveryByte()
      let expected = try view.integers()
      #expect(try native["x/view"]?.tensor.integers() == expected)
      #expect(native["x/view"]?.shape == [4, 2, 3])
    }
  }

  @Test func twoWritesAreIdenticalWhateverTheOrderAndThreads() throws {
    try withFolder { folder in
      let tensors = try assortedTensors()
      let one = try write(tensors, as: "one.h5", in: folder, threads: 1)
      let two = try write(tensors.reversed(), as: "two.h5", in: folder, threads: 4)
      #expect(try Data(contentsOf: URL(filePath: one)) == Data(contentsOf: URL(filePath: two)))
    }
  }

  @Test func aLongerFileBeneathLeavesNoTrace() throws {
    try withFolder { folder in
      let path = folder.path("native.h5")
      let fresh = try Data(contentsOf: URL(filePath: write(assortedTensors(), in: folder)))
      try Data(repeating: 0xFF, count: 1 << 20).write(to: URL(filePath: path))
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? handle.close() }
      let output = OutputFile(descriptor: handle.fileDescriptor, path: path)
      try writeNative(assortedTensors(), into: output) { _ in fewExtras }
      #expect(try Data(contentsOf: URL(filePath: path)) == fresh)
    }
  }

  @Test func manyTensorsAndDeepPathsAreWritten() throws {
    try withFolder { folder in
      let deep = (0..<31).map { "level\($0)" }.joined(separator: "/") + "/weight"
      let tensors = try
        ((0..<1200).map { ("stage\($0 / 100)/block\($0 % 100)/weight", $0) } + [(deep, 7)])
        .map { path, seed in
          NativeTensor(path: path, tensor: try Tensor(floats: [Float(seed)], shape: [1]))
        }
      let native = try NativeFile(MappedFile(write(tensors, in: folder)))
      try native.checkEveryByte()
      #expect(native.datasets.count == 1204)
      #expect(try native[deep]?.tensor.floats() == [7])
      #expect(try native["stage11/block99/weight"]?.tensor.floats() == [1199])
    }
  }

  @Test func headersLieTogether() throws {
    try withFolder { folder in
      let tensors = try (0..<200).map {
        NativeTensor(
          path: "a/b\($0)",
          tensor: try Tensor(floats: [Float](repeating: 1, count: 999), shape: [999]))
      }
      let native = try NativeFile(MappedFile(write(tensors, in: folder)))
      let first = try #require(native.datasets.map(\.offset).filter { $0 > 0 }.min())
      let used = 200 * 400
      #expect(first < 2 * used, "headers take \(first) bytes")
      #expect(native.datasets.allSatisfy { $0.offset % 64 == 0 })
    }
  }

  @Test func progressCountsEveryByteOnce() throws {
    try withFolder { folder in
      let path = folder.path("native.h5")
      try Data().write(to: URL(filePath: path))
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? handle.close() }
      let tensors = try assortedTensors()
      let reports = Mutex<[Int]>([])
      try writeNative(
        tensors, into: OutputFile(descriptor: handle.fileDescriptor, path: path),
        progress: { sum in reports.withLock { $0.append(sum) } }
      ) { _ in ([], []) }
      let sums = reports.withLock { $0 }
      #expect(sums == sums.sorted())
      #expect(sums.last == tensors.reduce(0) { $0 + $1.tensor.byteCount })
    }
  }

  @Test func parallelWritersDoNotDisturbEachOther() throws {
    try withFolder { folder in
      let tensors = try assortedTensors()
      let paths = (0..<8).map { folder.path("\($0).h5") }
      let digests = Mutex<Set<Digest>>([])
      try forEachConcurrently(paths, threads: 8, weight: { _ in 1 }) { path in
        try write(tensors, to: path)
        let digest = Digest(of: Array(try Data(contentsOf: URL(filePath: path))))
        digests.withLock { _ = $0.insert(digest) }
      }
      #expect(digests.withLock { $0.count } == 1)
    }
  }
}
