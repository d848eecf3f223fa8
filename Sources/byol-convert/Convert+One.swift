import Checkpoints
import Conversions
import Glibc
import Tensors
import Terminals

extension Convert {
  /// Converts one checkpoint, and tells everything of it.
  func convertOne() throws {
    let (input, output) = (files[0], files[1])
    if batch.skipExisting, exists(output) {
      if !quiet, !json { printLine("\(input) -> \(output): skipped, the output is there") }
      if json {
        var report = BatchReport()
        report.skipped(Batch.Item(input: input, output: output))
        try printJSON(report)
      }
      return
    }
    try checkPlaces([Batch.Item(input: input, output: output)])
    let done = try convert(input, to: output)
    if json, var found = done.found {
      found.conversion = done.report
      try printJSON(found)
    } else if json {
      try printJSON(done.report)
    } else if !quiet {
      ConversionText(done.report).print()
    }
  }

  /// Converts a checkpoint; what was found out of it where its names were unknown.
  func convert(
    _ input: String, to output: String
  ) throws -> (report: ConversionReport, found: InferenceReport?) {
    var options = options
    var found: InferenceReport?
    if inference.infer {
      let source = try inference.source(input, format: reading.fromFormat, force: force)
      let report = InferenceReport(source)
      if !quiet, !json { InferenceText(report).print() }
      if json, batch.outDir == nil, !source.inference.isSure, !inference.acceptUnsure {
        try printJSON(report)
      }
      try inference.check(source)
      options.found = try source.dialect()
      found = report
    }
    let conversion = try Conversion(input, to: output, options: options)
    let progress = Progress(
      "writing \(output)", total: conversion.byteCount, quiet: quiet || json)
    defer { progress.finish() }
    return (try conversion.run { progress.reached($0) }, found)
  }

  /// Whether there is something of that name.
  func exists(_ path: String) -> Bool {
    FileStatus(path, followsLinks: false) != nil
  }
}
