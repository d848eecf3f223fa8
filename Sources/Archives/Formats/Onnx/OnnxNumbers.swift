import Tensors

/// Numbers of the fields that are read and written, as `onnx.proto` has them.
enum OnnxNumbers {
  enum Model {
    static let irVersion = 1
    static let producerName = 2
    static let producerVersion = 3
    static let domain = 4
    static let modelVersion = 5
    static let description = 6
    static let graph = 7
    static let operatorSet = 8
    static let metadata = 14
    static let trainingInfo = 20
    static let functions = 25
    static let configuration = 26
  }
  enum OperatorSet {
    static let domain = 1
    static let version = 2
  }
  enum Property {
    static let key = 1
    static let value = 2
  }
  enum Graph {
    static let node = 1
    static let name = 2
    static let initializer = 5
    static let description = 10
    static let input = 11
    static let output = 12
    static let sparseInitializer = 15
  }
  enum Node {
    static let input = 1
    static let output = 2
    static let name = 3
    static let operation = 4
    static let attribute = 5
  }
  enum Attribute {
    static let name = 1
    static let real = 2
    static let integer = 3
    static let text = 4
    static let tensor = 5
    static let integers = 8
    static let kind = 20
  }
  /// Kinds of attributes, as their field `type` has them.
  enum AttributeKind {
    static let real = 1
    static let integer = 2
    static let text = 3
    static let tensor = 4
    static let integers = 7
  }
  enum Value {
    static let name = 1
    static let type = 2
    static let description = 3
    /// In the type.
    static let tensorType = 1
    /// In the tensor's type.
    static let elementType = 1
    static let shape = 2
    /// In the shape.
    static let dimension = 1
    /// In a dimension.
    static let length = 1
    static let symbol = 2
  }
  enum Tensor {
    static let lengths = 1
    static let elementType = 2
    static let segment = 3
    static let floats = 4
    static let int32s = 5
    static let strings = 6
    static let int64s = 7
    static let name = 8
    static let raw = 9
    static let doubles = 10
    static let uint64s = 11
    static let externalData = 13
    static let dataLocation = 14
  }
}

extension ElementType {
  /// The number of a type in `TensorProto.DataType`.
  var onnxNumber: Int {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .uint16: 4
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .uint32: 12
    case .uint64: 13
    case .bfloat16: 16
    }
  }

  /// The type that has a number in `TensorProto.DataType`, or nil: texts, complex numbers, and types
  /// of less than a byte or of eight bits with an exponent.
  init?(onnxNumber: Int64) {
    guard let type = Self.allCases.first(where: { $0.onnxNumber == onnxNumber }) else { return nil }
    self = type
  }
}
