import Archives
import FuzzSupport

/// NumPy arrays (`.npy`), those of Python objects included.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAndWriteAgain($0, as: Npy()) }
}
