import Archives
import Glibc
import HDF5Writing
import Networks
import Tensors

/// A file of features: npz or HDF5 with the names of the pictures, npy of the numbers alone, or CSV.
public struct FeatureFile: Sendable {
  /// What features are written as.
  public enum Format: String, CaseIterable, Sendable {
    case npz, npy, csv
    case hdf5 = "h5"

    /// The format that a file's name tells.
    ///
    /// - Throws: `Failure` (`usage`) where it tells none.
    public init(of path: String) throws {
      let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
      let others = ["hdf5": Format.hdf5]
      guard let format = Format(rawValue: ending) ?? others[ending] else {
        throw Failure(
          .usage, file: path, "features are written as .npz, .h5, .npy or .csv, by the file's name")
      }
      self = format
    }
  }

  /// What is written.
  private let embeddings: Embeddings
  private let top: TopClasses?
  private let stages: [String]

  /// A file of the given stages, and of the most probable classes where there are some.
  public init(_ embeddings: Embeddings, stages: [String], top: TopClasses? = nil) {
    self.embeddings = embeddings
    self.stages = stages
    self.top = top
  }

  /// Refuses, before the work, a file that could not be written after it.
  ///
  /// - Throws: `Failure` (`usage`, `inputOutput`).
  public static func check(_ path: String) throws {
    try AtomicFile.check(path, force: true)
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// The arrays of npz and HDF5 are `names` [N], each stage under its name, a slash being a point
  /// (`stage2.block0`), float32 [N, D] or [N, C, H, W], and with classes `top_classes`,
  /// `top_probabilities` [N, k]. A row of CSV is a name and a stage's numbers.
  ///
  /// - Throws: `Failure` (`usage`) where the format cannot hold so much, (`inputOutput`).
  public func write(to path: String) throws {
    let format = try Format(of: path)
    if format == .npy || format == .csv {
      guard stages.count == 1 else {
        throw Failure(
          .usage, file: path, "a \(format.rawValue) file holds one layer; npz holds more")
      }
    }
    let file = try AtomicFile(path, AtomicFile.Options(force: true))
    switch format {
    case .npz: try Npz().write(columns, to: file.output)
    case .npy:
      for stage in stages {
        try Npy().write(Archive(.tensor(try tensor(stage)), format: "npy"), to: file.output)
      }
    case .csv: try writeText(to: file.output)
    case .hdf5: try writeHDF5(to: file)
    }
    try file.commit()
  }

  private func writeHDF5(to file: AtomicFile) throws {
    let tree = try columns.map { name, column -> (String, Node) in
      switch column {
      case .numbers(let tensor): (name, .tensor(tensor))
      case .texts(let texts): (name, .sequence(kind: "list", texts.map { .text($0) }))
      }
    }
    let about = [Node.Entry(.text("engine"), .text(embeddings.engine))]
    let descriptor = file.output.descriptor
    do {
      // libhdf5 opens by name, and the file has not got its own yet.
      try writeTree(
        Archive(.dict(tree), format: "hdf5", attributes: about),
        into: OutputFile(descriptor: descriptor, path: "/proc/self/fd/\(descriptor)"))
    } catch var failure as Failure {
      failure.file = file.path
      throw failure
    }
  }

  private var columns: [(name: String, column: NumPyColumn)] {
    get throws {
      var result: [(name: String, column: NumPyColumn)] = [
        ("names", .texts(embeddings.files.map(\.name)))
      ]
      for stage in stages {
        result.append((stage.replacing("/", with: "."), .numbers(try tensor(stage))))
      }
      if let top {
        let shape = [embeddings.files.count, top.count]
        let classes = top.classes.flatMap { position in
          Int64(position).littleEndianBytes
        }
        result.append(("top_classes", .numbers(try Tensor(.int64, shape: shape, bytes: classes))))
        result.append(
          ("top_probabilities", .numbers(try Tensor(floats: top.probabilities, shape: shape))))
      }
      return result
    }
  }

  private func tensor(_ stage: String) throws -> Tensor {
    guard let rows = embeddings.features[stage] else {
      throw Failure(.usage, "there are no features of \(stage)")
    }
    return try Tensor(floats: rows.values, shape: rows.shape)
  }

  /// CSV (RFC 4180): `name`, and the numbers of the stage flattened, each in the shortest form that
  /// reads as the same float32.
  private func writeText(to file: OutputFile) throws {
    for stage in stages {
      guard let rows = embeddings.features[stage] else { continue }
      let width = rows.size
      let header = ["name"] + (0..<width).map { "\(stage)_\($0)" }
      try file.write(Array((header.joined(separator: ",") + "\r\n").utf8))
      for (row, picture) in embeddings.files.enumerated() {
        var line = Self.quoted(picture.name)
        for index in row * width..<(row + 1) * width {
          line += ","
          line += rows.values[index].description
        }
        try file.write(Array((line + "\r\n").utf8))
      }
    }
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
