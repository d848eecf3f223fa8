import Archives
import Foundation
import HDF5Writing
import TestSupport
import Tensors

/// Tensors of every type and of many shapes, with bytes that differ everywhere.
func assortedTensors() throws -> [NativeTensor] {
  var result: [NativeTensor] = []
  for type in ElementType.allCases {
    for (name, shape) in [
      ("scalar", []), ("row", [5]), ("matrix", [3, 7]), ("kernel", [2, 3, 3, 1]),
      ("empty", [4, 0]),
    ] as [(String, [Int])] {
      let count = shape.reduce(1, *) * type.byteCount
      var bytes = (0..<count).map { UInt8(truncatingIfNeeded: 17 + $0 &* 101 &+ result.count) }
      if type == .bool { bytes = bytes.map { $0 & 1 } }
      result.append(
        NativeTensor(
          path: "online/\(type.rawValue)/\(name)",
          tensor: try Tensor(type, shape: shape, bytes: bytes)))
    }
  }
  return result
}

/// Root attributes and documents as a conversion adds them.
let fewExtras = (
  attributes: [
    ("created_by", AttributeValue.text("byol-convert 1.0")), ("roles", .text("")),
    ("numbers", .uint32s([1, 2, 3])),
  ],
  documents: [
    NativeDocument(path: "contract", bytes: Array(#"{"a":1}"#.utf8), schema: "contract 1.0"),
    NativeDocument(path: "extras/tree", bytes: [], schema: "extras 1.0"),
  ]
)

/// Root attributes and documents of a file.
typealias Extras = (attributes: [(String, AttributeValue)], documents: [NativeDocument])

/// Writes a native file into `folder` and returns its path.
@discardableResult
func write(
  _ tensors: [NativeTensor], as name: String = "native.h5", in folder: TemporaryFolder,
  threads: Int = 2, extras: Extras = fewExtras
) throws -> String {
  let path = folder.path(name)
  try write(tensors, to: path, threads: threads, extras: extras)
  return path
}

/// Writes a native file at `path`.
func write(
  _ tensors: [NativeTensor], to path: String, threads: Int = 2, extras: Extras = fewExtras
) throws {
  try Data().write(to: URL(filePath: path))
  let handle = try FileHandle(forWritingTo: URL(filePath: path))
  defer { try? handle.close() }
  let output = OutputFile(descriptor: handle.fileDescriptor, path: path)
  try writeNative(tensors, into: output, threads: threads) { _ in extras }
}

/// Runs `body` with a folder that is removed afterwards.
func withFolder<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  return try body(folder)
}

/// Calls `body`, which must throw a failure.
func failure(of body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}
