import Archives
import FuzzSupport

/// Pickles of every protocol.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAndWriteAgain($0, as: PickleFile()) }
}
