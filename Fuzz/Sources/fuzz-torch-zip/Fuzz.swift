import Archives
import FuzzSupport

/// PyTorch's zip archives: checkpoints, and programs (TorchScript).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { file in
    if TorchScript().recognises(file) {
      try readAll(TorchScript().read(file))
    } else {
      try readAndWriteAgain(file, as: Torch())
    }
  }
}

/// libFuzzer's mutations, with sums of members that are good.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  mutate(data, count, limit, seed: seed, as: ZipChecksums.self)
}
