import ArgumentParser

/// A number of bytes as people write it: `500MB`, `2GB`, `1GiB`, `4096`.
struct ByteCount: ExpressibleByArgument {
  /// The bytes; at least one.
  var bytes: Int

  /// The number in a text, or nil where there is none, or none of that size.
  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units = [
      "": 1, "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KIB": 1 << 10,
      "MIB": 1 << 20, "GIB": 1 << 30,
    ]
    guard let number = Int(digits), number > 0,
      let unit = units[argument.dropFirst(digits.count).uppercased()]
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    self.bytes = bytes
  }
}
