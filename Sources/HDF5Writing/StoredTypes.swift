import CHDF5
import Tensors

extension ElementType {
  /// The HDF5 type under which elements are stored; bool is stored as uint8.
  func storedType() throws -> Handle {
    switch self {
    case .bool, .uint8: try copy(h5_uint8())
    case .int8: try copy(h5_int8())
    case .uint16: try copy(h5_uint16())
    case .int16: try copy(h5_int16())
    case .uint32: try copy(h5_uint32())
    case .int32: try copy(h5_int32())
    case .uint64: try copy(h5_uint64())
    case .int64: try copy(h5_int64())
    case .float16: try halfType(exponent: 5, mantissa: 10)
    case .bfloat16: try halfType(exponent: 8, mantissa: 7)
    case .float32: try copy(h5_float32())
    case .float64: try copy(h5_float64())
    }
  }
}

/// An ASCII text of `count` bytes, padded with NUL.
func textType(_ count: Int) throws -> Handle {
  let type = try copy(h5_text())
  try check(H5Tset_size(type.id, count), "set the length of a text")
  try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD), "set the padding of a text")
  return type
}

/// A row of little-endian uint32.
func uint32Type() throws -> Handle { try copy(h5_uint32()) }

private func copy(_ type: @autoclosure () -> hid_t) throws -> Handle {
  try Handle(H5Tcopy(type()), closedBy: H5Tclose, "copy a type")
}

/// A 16-bit number with an implied leading 1: sign, exponent, mantissa from the highest bit down.
private func halfType(exponent: Int, mantissa: Int) throws -> Handle {
  let type = try copy(h5_float32())
  try check(
    H5Tset_fields(type.id, exponent + mantissa, mantissa, exponent, 0, mantissa),
    "set the fields of a 16-bit type")
  try check(H5Tset_size(type.id, 2), "set the size of a 16-bit type")
  try check(H5Tset_ebias(type.id, 1 << (exponent - 1) - 1), "set the bias of a 16-bit type")
  return type
}
