import Archives
import FuzzSupport

/// PyTorch's files from before version 1.6.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAll(TorchLegacy().read($0)) }
}
