import CHDF5

/// What the elements of a dataset or an attribute are.
enum Elements {
  /// Numbers of one of our types (its name), and whether they are big-endian.
  case numbers(String, isBigEndian: Bool)
  /// Texts of variable length.
  case texts
  /// Texts of so many bytes.
  case bytes(Int, padding: H5T_str_t)
  /// Two bytes without a meaning, as h5py stores types that it does not know: bfloat16, if an
  /// attribute says so.
  case twoBytes

  /// The kind of an HDF5 type.
  ///
  /// - Throws: `Refusal` where it is none of ours.
  init(_ type: hid_t, at place: String) throws {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER: self = try Self.integers(type, size, at: place)
    case H5T_FLOAT: self = try Self.floats(type, size, at: place)
    case H5T_ENUM:
      guard size == 1, Self.isBoolean(type) else {
        throw Self.refusal(place, "an enumeration that is not bool")
      }
      self = .numbers("bool", isBigEndian: false)
    case H5T_STRING:
      if try check(H5Tis_variable_str(type), "examine the type", at: place) > 0 {
        self = .texts
      } else {
        guard (1...1 << 20).contains(size) else {
          throw Self.refusal(place, "texts of \(size) bytes")
        }
        self = .bytes(size, padding: H5Tget_strpad(type))
      }
    case H5T_OPAQUE where size == 2: self = .twoBytes
    case H5T_OPAQUE: throw Self.refusal(place, "opaque data")
    case H5T_COMPOUND: throw Self.refusal(place, "a compound type")
    case H5T_REFERENCE: throw Self.refusal(place, "references")
    case H5T_VLEN: throw Self.refusal(place, "rows of variable length")
    case H5T_ARRAY: throw Self.refusal(place, "a type of arrays")
    case H5T_BITFIELD: throw Self.refusal(place, "a bit field")
    case H5T_TIME: throw Self.refusal(place, "times")
    default: throw Self.refusal(place, "a type that HDF5 does not know")
    }
  }

  private static func integers(_ type: hid_t, _ size: Int, at place: String) throws -> Elements {
    guard [1, 2, 4, 8].contains(size), H5Tget_precision(type) == 8 * size,
      H5Tget_offset(type) == 0, let isBigEndian = order(type, size)
    else { throw refusal(place, "integers of an unusual kind") }
    let isSigned = H5Tget_sign(type) == H5T_SGN_2
    return .numbers("\(isSigned ? "" : "u")int\(8 * size)", isBigEndian: isBigEndian)
  }

  private static func floats(_ type: hid_t, _ size: Int, at place: String) throws -> Elements {
    var (sign, exponentAt, exponent, mantissaAt, mantissa) = (0, 0, 0, 0, 0)
    guard unsafe H5Tget_fields(type, &sign, &exponentAt, &exponent, &mantissaAt, &mantissa) >= 0,
      let name = [
        [2, 5, 10]: "float16", [2, 8, 7]: "bfloat16", [4, 8, 23]: "float32",
        [8, 11, 52]: "float64",
      ][[size, exponent, mantissa]],
      sign == 8 * size - 1, exponentAt == mantissa, mantissaAt == 0,
      H5Tget_ebias(type) == 1 << (exponent - 1) - 1, H5Tget_norm(type) == H5T_NORM_IMPLIED,
      H5Tget_precision(type) == 8 * size, H5Tget_offset(type) == 0,
      let isBigEndian = order(type, size)
    else { throw refusal(place, "floating-point numbers of an unusual kind") }
    return .numbers(name, isBigEndian: isBigEndian)
  }

  /// Whether elements are big-endian, or nil where they are neither big- nor little-endian.
  private static func order(_ type: hid_t, _ size: Int) -> Bool? {
    switch H5Tget_order(type) {
    case H5T_ORDER_LE: false
    case H5T_ORDER_BE: size > 1
    default: size == 1 ? false : nil
    }
  }

  /// Whether an enumeration is h5py's bool: FALSE is 0 and TRUE is 1, and there is nothing else.
  private static func isBoolean(_ type: hid_t) -> Bool {
    guard H5Tget_nmembers(type) == 2 else { return false }
    return [("FALSE", UInt8(0)), ("TRUE", 1)].allSatisfy { name, expected in
      var value: UInt8 = 255
      return unsafe H5Tenum_valueof(type, name, &value) >= 0 && value == expected
    }
  }

  private static func refusal(_ place: String, _ found: String) -> Refusal {
    Refusal(place, expected: "numbers or texts", found: found)
  }
}
