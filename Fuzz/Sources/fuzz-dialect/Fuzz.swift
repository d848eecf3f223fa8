import Archives
import Checkpoints
import FuzzSupport
import Tensors

/// Dialect files that a user was given: what is accepted reads and writes a small checkpoint, or says
/// why it does not.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { file in
    let dialect = try Dialect(json: file.allBytes(), file: "dialect.json")
    allowingUsage { _ = try dialect.read(Specimens.archive(of: dialect.name)) }
    allowingUsage { _ = try dialect.write(Specimens.checkpoint, format: Torch()) }
  }
}

/// Makes what inputs are tried on, which takes longer than any input may.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeRawPointer?, _: UnsafeRawPointer?) -> CInt {
  Specimens.all.isEmpty ? 1 : 0
}
