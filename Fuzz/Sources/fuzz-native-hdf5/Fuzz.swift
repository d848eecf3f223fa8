import Archives
import Checkpoints
import FuzzSupport
import Glibc
import Tensors

/// The strict reader of native HDF5, every byte's verification, and the documents inside.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { file in
    let archive = try NativeHDF5().read(file)
    try readAll(archive)
    let verified = Result { try NativeFile(file).checkEveryByte(threads: 1) }
    if case .failure(let error) = verified {
      guard let failure = error as? Failure else { finding("verification: \(error)") }
      check(failure)
    }
    _ = try NativeReading.read(archive)
  }
}

/// libFuzzer's mutations, with checksums that are good.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  mutate(data, count, limit, seed: seed, as: HDF5Checksums.self)
}

/// With `BYOL_MUTANTS=COUNT,SEED,FILE` in the environment, mutants of one file instead of libFuzzer's.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeRawPointer?, _: UnsafeRawPointer?) -> CInt {
  guard let words = getenv("BYOL_MUTANTS").map({ String(cString: $0) }) else { return 0 }
  let fields = words.split(separator: ",", maxSplits: 2).map(String.init)
  guard fields.count == 3, let count = Int(fields[0]), let seed = UInt64(fields[1]) else {
    finding("BYOL_MUTANTS is COUNT,SEED,FILE")
  }
  do {
    let tally = try Mutants(of: fields[2]).tally(count, seed: seed)
    print(tally.json)
    exit(tally.silent == 0 ? 0 : 1)
  } catch {
    finding("\(fields[2]): \(error)")
  }
}
