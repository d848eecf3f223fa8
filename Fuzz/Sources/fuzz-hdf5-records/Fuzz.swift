import FuzzSupport
import HDF5Records
import Tensors

@testable import Archives

/// What the process that reads foreign HDF5 says: here `cat` stands in for it and says the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { file in
    checkCoding(Array(UnsafeBufferPointer(start: start, count: count)))
    // A process is dear: only what begins as one of ours does is worth one.
    guard try file.firstBytes(Record.greeting.count) == Record.greeting else { return }
    try readAll(ForeignTree.read(file, program: "/bin/cat"))
  }
}

/// A record that is understood says the same when it is said again.
private func checkCoding(_ bytes: [UInt8]) {
  var rest = bytes.dropFirst(Record.greeting.count)
  while let (kind, count) = try? Record.header(Array(rest.prefix(Record.headerByteCount))) {
    let said = rest.prefix(Record.headerByteCount + count)
    rest = rest.dropFirst(said.count)
    let payload = Array(said.dropFirst(Record.headerByteCount))
    guard payload.count == count, let record = try? Record(kind: kind, payload: payload) else {
      return
    }
    if record.encoded != Array(said) { finding("a record that is another when said again") }
  }
}
