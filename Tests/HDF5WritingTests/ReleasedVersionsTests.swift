import Archives
import Foundation
import HDF5Writing
import TestSupport
import Tensors
import Testing

/// A file of every released version of the layout stays in `samples/`, and stays readable.
@Suite struct ReleasedVersionsTests {
  @Test(arguments: ["1.0"]) func aFileOfThatVersionIsRead(_ version: String) throws {
    let native = try NativeFile(MappedFile(Shared.inPackage("samples/layout-\(version).h5")))
    try native.checkEveryByte()
    #expect("\(native.version.major).\(native.version.minor)" == version)
    for item in try assortedTensors() {
      let dataset = try #require(native[item.path])
      #expect(try dataset.tensor.hasSameBits(as: item.tensor), "\(item.path)")
    }
    #expect(native["contract"]?.schema == "contract 1.0")
  }
}
