import Archives
import FuzzSupport

/// ONNX models, which are Protocol Buffers.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAndWriteAgain($0, as: Onnx()) }
}
