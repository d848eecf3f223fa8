public import Tensors

/// Stops the program: libFuzzer keeps the input.
public func finding(_ words: String) -> Never { fatalError("FINDING: \(words)") }

/// Gives an input to a reader, which reads it or refuses it in a sentence (`Failure`, `badInput`);
/// whatever else comes of it is a finding.
///
/// - Returns: 0, which tells libFuzzer to go on.
public func attempt(
  _ start: UnsafePointer<UInt8>?, _ count: Int, _ body: (MappedFile) throws -> Void
) -> CInt {
  do {
    let file = try MemoryFile(UnsafeRawBufferPointer(start: start, count: count))
    try body(file.mapped())
  } catch let failure as Failure {
    check(failure)
  } catch {
    finding("an error that is no Failure, but \(type(of: error)): \(error)")
  }
  return 0
}

/// What holds of every refusal of an input.
public func check(_ failure: Failure) {
  let words = failure.description
  if failure.kind != .badInput { finding("\(failure.kind) instead of badInput: \(words)") }
  if failure.message.isEmpty { finding("a refusal without words") }
  if words.utf8.count > 4096 { finding("a refusal of \(words.utf8.count) bytes") }
  if let scalar = words.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) {
    finding("a refusal with the control character U+\(String(scalar.value, radix: 16))")
  }
}

/// Does what need not be possible: a `Failure` may also say that it was asked for in vain.
public func allowingUsage(_ body: () throws -> Void) {
  do {
    try body()
  } catch var failure as Failure {
    if failure.kind == .usage { failure.kind = .badInput }
    check(failure)
  } catch {
    finding("an error that is no Failure, but \(type(of: error)): \(error)")
  }
}
