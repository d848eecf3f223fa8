import Glibc
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
  inTime {
    do {
      let file = try unsafe MemoryFile(UnsafeRawBufferPointer(start: start, count: count))
      try body(file.mapped())
    } catch let failure as Failure {
      check(failure)
    } catch {
      finding("an error that is no Failure, but \(type(of: error)): \(error)")
    }
  }
  return 0
}

/// The seconds of processor time that an input may take, the sanitizer's share included.
private let timeLimit = 2.0

/// Does something that may not take longer than an input may: by the processor's time, so that a
/// machine that has other work to do is not mistaken for a slow reader.
public func inTime(_ body: () -> Void) {
  let start = processorSeconds()
  body()
  let used = processorSeconds() - start
  if used > timeLimit { finding("\(used) s of processor time") }
}

private func processorSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
