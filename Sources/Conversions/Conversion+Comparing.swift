import Archives
import Checkpoints
import Tensors

extension Conversion {
  /// Compares every tensor that the output holds with the one that was read again; gives their number.
  ///
  /// - Parameter exported: what was left out, which is not compared, and what buffers were multiplied
  ///   by; nil where the output holds everything.
  /// - Throws: `Failure` (`differs`) that names the first tensor whose bits are other ones.
  func compareTensors(with written: Checkpoint, _ exported: Exported? = nil) throws -> Int {
    let leftOut = Set(exported?.leftOut ?? [])
    let pairs = try held(by: written, without: leftOut)
    try forEachConcurrently(pairs, threads: options.threads, weight: \.entry.tensor.byteCount) {
      pair in
      var expected = pair.entry.tensor
      if let factor = exported?.factors[pair.entry.path] {
        expected = try expected.multiplied(by: factor)
      }
      guard let other = written[pair.written], try expected.hasSameBits(as: other) else {
        throw Failure(
          .differs, place: pair.entry.path, "what was written is not what the source has")
      }
    }
    return pairs.count
  }

  /// A tensor of the source, and the native path that it has in the output.
  private struct Pair: Sendable {
    var entry: Checkpoint.Entry
    var written: String
  }

  /// The tensors that the output must have: all but those left out.
  ///
  /// Extras are numbered by their place in a file, so that they are told by their names in it.
  private func held(by written: Checkpoint, without leftOut: Set<String>) throws -> [Pair] {
    let source = source.checkpoint
    var pairs = source.entries.filter { !leftOut.contains($0.path) }
      .map { Pair(entry: $0, written: $0.path) }
    let extras = source.extras.filter { !leftOut.contains($0.path) }
    guard destination.dialect != nil, !extras.isEmpty else {
      return pairs + extras.map { Pair(entry: $0, written: $0.path) }
    }
    let names = source.extraNames
    let places = Dictionary(written.extraNames.map { ($1, $0) }) { first, _ in first }
    for extra in extras {
      guard let name = names[extra.path], let place = places[name] else {
        throw Failure(.differs, place: extra.path, "what was written has no such tensor")
      }
      pairs.append(Pair(entry: extra, written: place))
    }
    return pairs
  }
}

extension Checkpoint {
  /// The source's first name of each extra, by its native path.
  fileprivate var extraNames: [String: String] {
    let named = (tree?.leaves ?? []).compactMap { item -> (String, String)? in
      guard let path = item.leaf.path, path.hasPrefix("extras/") else { return nil }
      return (path, item.name)
    }
    return Dictionary(named) { first, _ in first }
  }
}
