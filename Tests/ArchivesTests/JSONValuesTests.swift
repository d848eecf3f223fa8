import Tensors
import Testing

@testable import Archives

@Suite("JSON as a tree") struct JSONValuesTests {
  private func value(_ text: String) throws -> Node {
    try HeapBytes(Array(text.utf8)).withCheckedBytes { bytes in
      var scanner = JSONScanner(bytes, place: "text")
      let value = try scanner.value()
      try scanner.end()
      return value
    }
  }

  @Test func `numbers are whole where they are, and real otherwise`() throws {
    for (text, whole) in [("0", 0), ("-7", -7), ("9223372036854775807", Int.max)] {
      guard case .integer(whole) = try value(text) else { throw Failure(.badInput, text) }
    }
    for (text, real) in [
      ("0.5", 0.5), ("-1e3", -1000), ("1E+2", 100), ("9223372036854775808", 0x1p63),
    ] {
      guard case .real(real) = try value(text) else { throw Failure(.badInput, text) }
    }
    guard case .real(let nan) = try value("NaN"), nan.isNaN,
      case .real(-.infinity) = try value("-Infinity")
    else { throw Failure(.badInput, "Python's numbers") }
  }

  @Test(arguments: [
    "", "01", "-", "-01", "+1", "1.", ".5", "1.e5", "1e", "0x1", "1_0", "1e999", "nul", "True",
    "'a'",
    "[1,]", "{\"a\" 1}", "{\"a\": 1, \"a\": 2}", "[1] 2", "{\"a\": }", "\"\u{1}\"", "inf", "nan",
  ])
  func `what is no JSON is refused`(text: String) throws {
    #expect(try failure { _ = try value(text) }.kind == .badInput)
  }

  @Test func `depth and size are limited`() throws {
    let deep = { (count: Int) in
      String(repeating: "[", count: count) + String(repeating: "]", count: count)
    }
    _ = try value(deep(60))
    for count in [70, 100_000] {
      #expect(try failure { _ = try value(deep(count)) }.kind == .badInput)
    }
    let wide = "[" + [String](repeating: "0", count: 1 << 20).joined(separator: ",") + "]"
    #expect(try failure { _ = try value(wide) }.kind == .badInput)
  }
}
