import Archives
import FuzzSupport

/// Flax msgpack.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAndWriteAgain($0, as: Msgpack()) }
}
