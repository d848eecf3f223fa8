/// Numbers as people read them.
public enum Numbers {
  /// 446.9 MB, 12.0 kB, 17 bytes: decimal units.
  public static func bytes(_ count: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard count >= 1000 else { return "\(count) bytes" }
    var value = Double(count) / 1000
    var unit = 0
    while value >= 999.95, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return "\(fixed(value, 1)) \(units[unit])"
  }

  /// 23,508,032.
  public static func grouped(_ count: Int) -> String {
    var digits = Array(String(count.magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (count < 0 ? "-" : "") + String(digits)
  }

  /// A number with a fixed count of decimals.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (value.magnitude * scale).rounded()
    guard rounded < 9e15 else { return (value < 0 ? "-" : "") + error(value.magnitude) }
    let whole = Int(rounded / scale)
    let sign = value < 0 && rounded > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let rest = String(Int(rounded - Double(whole) * scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: decimals - rest.count) + rest
  }

  /// An error in two significant digits: 3.1e-06, 0.94, 1.8; `infinite` where it has no bound.
  public static func error(_ error: Double) -> String {
    guard error.isFinite else { return error > 0 ? "infinite" : "\(error)" }
    guard error > 0 else { return "0" }
    var (mantissa, exponent) = (error, 0)
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    var tenths = Int((mantissa * 10).rounded())
    if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
    if (-2...1).contains(exponent) {
      var digits = String(tenths)
      if exponent < 0 {
        digits = "0." + String(repeating: "0", count: -exponent - 1) + digits
      } else if exponent == 0 {
        digits = "\(tenths / 10).\(tenths % 10)"
      }
      return digits
    }
    let power = abs(exponent)
    return
      "\(tenths / 10).\(tenths % 10)e\(exponent < 0 ? "-" : "+")\(power < 10 ? "0" : "")\(power)"
  }

  /// 1 tensor, 2 tensors.
  public static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }
}
