import Archives
import FuzzSupport

/// Zip archives, as those of NumPy arrays.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { try readAndWriteAgain($0, as: Npz()) }
}

/// libFuzzer's mutations, with sums of members that are good.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  mutate(data, count, limit, seed: seed, as: ZipChecksums.self)
}
