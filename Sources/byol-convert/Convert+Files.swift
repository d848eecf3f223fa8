import Archives
import Checkpoints
import Conversions
import Terminals

extension Convert {
  /// Refuses conversions of which one would take the place of what any of them reads; a checkpoint may
  /// take its own.
  func checkPlaces(_ items: [Batch.Item]) throws {
    var files = NamedFiles()
    for item in items {
      files.reads(checkpoint: item.input, sidecar: Sidecar.path(of: item.input))
      guard !batch.skipExisting || !exists(item.output) else { continue }
      files.writes(item.output, over: [item.input])
      for path in Conversion.pathsBeside(item.output) {
        files.writes(path, over: [Sidecar.path(of: item.input)])
      }
    }
    files.reads(reading.with)
    files.reads(dialect: reading.from)
    files.reads(dialect: to)
    files.reads(inference.expect)
    files.writes(inference.dialectOut)
    try files.check()
  }
}
