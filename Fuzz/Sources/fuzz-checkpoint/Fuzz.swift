import Archives
import FuzzSupport
import Tensors

@testable import Checkpoints

/// Checkpoints whose files are well made, and whose trees are not what they should be: the input is a
/// list of edits of the sample, written in one of the dialects.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  inTime { tryEdits(UnsafeBufferPointer(start: start, count: count)) }
  return 0
}

private func tryEdits(_ bytes: UnsafeBufferPointer<UInt8>) {
  var edits = Edits(bytes)
  let (dialect, sound) = Specimens.all[edits.next() % Specimens.all.count]
  let target = Specimens.all[edits.next() % Specimens.all.count].dialect
  let way = edits.next() % 4
  let archive = edits.applied(to: sound)
  // By the user's word, or by what the names say, which costs as much as all else together.
  switch (way, dialect) {
  case (0, _):
    allowingUsage { _ = try Inference(archive).assignments }
  case (1, _), (_, nil):
    allowingUsage {
      let imported =
        if NativeReading.recognises(archive) {
          try NativeReading.read(archive)
        } else {
          try Dialects.recognising(archive).read(archive)
        }
      try use(imported.checkpoint, writing: target)
    }
  case (_, let dialect?):
    allowingUsage { try use(dialect.read(archive).checkpoint, writing: target) }
  }
}

/// What tools do with a checkpoint that was read.
private func use(_ checkpoint: Checkpoint, writing dialect: Dialect?) throws {
  _ = checkpoint.roleSummaries
  try checkpoint.contract.check()
  try checkpoint.recipe.check()
  allowingUsage { _ = try checkpoint.nativeArchive(format: Npz().name) }
  if let dialect { allowingUsage { _ = try dialect.write(checkpoint, format: Torch()) } }
}

/// Makes what inputs are tried on, which takes longer than any input may.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeRawPointer?, _: UnsafeRawPointer?) -> CInt {
  Specimens.all.isEmpty ? 1 : 0
}
