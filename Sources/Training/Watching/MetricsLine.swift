import Checkpoints
import FoundationEssentials
import Tensors

/// A line of a file of metrics: a step, or what is trained (`{"run": {...}}`).
enum MetricsLine: Equatable {
  case run(RunDescription)
  case sample(Sample)

  /// The line's bytes, with the line feed; the same line gives the same bytes.
  ///
  /// - Throws: `Failure` where a description has no JSON form.
  func bytes() throws -> [UInt8] {
    switch self {
    case .run(let description):
      return Array("{\"run\":".utf8) + (try jsonBytes(description, pretty: false))
        + Array("}\n".utf8)
    case .sample(let sample):
      var text = "{\"step\":\(sample.step),\"epoch\":\(number(sample.epoch))"
      for measure in Measure.all {
        guard let value = measure[sample] else { continue }
        text += ",\"\(measure.name)\":\(number(value))"
      }
      return Array((text + "}\n").utf8)
    }
  }

  /// Parses a line without its line feed.
  ///
  /// Names that are unknown are passed over.
  ///
  /// - Throws: `Failure` (`badInput`) where it is no such line.
  init(_ bytes: CheckedBytes) throws {
    let parsed: Parsed
    do {
      parsed = try JSONDecoder().decode(Parsed.self, from: Data(bytes))
    } catch {
      throw Failure(expected: "a line of metrics in JSON", found: "something else")
    }
    if let run = parsed.run {
      self = .run(run)
      return
    }
    guard let step = parsed.step, step >= 0 else {
      throw Failure(expected: "a line with \"step\", a whole number from 0", found: "none")
    }
    var sample = Sample(step: step, epoch: parsed.numbers["epoch"] ?? .nan, loss: .nan)
    for measure in Measure.all { measure.set(parsed.numbers[measure.name], in: &sample) }
    self = .sample(sample)
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  /// The parts of a line that are known.
  private struct Parsed: Decodable {
    var run: RunDescription?
    var step: Int?
    var numbers: [String: Double] = [:]

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      run = try container.decodeIfPresent(RunDescription.self, forKey: Key(stringValue: "run"))
      step = try container.decodeIfPresent(Int.self, forKey: Key(stringValue: "step"))
      for name in ["epoch"] + Measure.all.map(\.name) {
        numbers[name] = try container.decodeIfPresent(Double.self, forKey: Key(stringValue: name))
      }
    }
  }
}
