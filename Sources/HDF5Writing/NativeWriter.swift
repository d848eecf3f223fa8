public import Archives
import Glibc
public import Tensors

/// A tensor and its native name.
public struct NativeTensor: Sendable {
  /// The path, without leading slash: `online/encoder/stem/conv/weight`.
  public var path: String
  /// The tensor; its bytes are read while the file is written.
  public var tensor: Tensor

  /// A named tensor.
  public init(path: String, tensor: Tensor) {
    self.path = path
    self.tensor = tensor
  }
}

/// A JSON document of a native file: a row of uint8 with the attributes `sha256` and `schema`.
public struct NativeDocument: Sendable {
  /// The path, without leading slash: `contract`.
  public var path: String
  /// The JSON text.
  public var bytes: [UInt8]
  /// Name and version of its schema: `contract 1.0`.
  public var schema: String

  /// A named document.
  public init(path: String, bytes: [UInt8], schema: String) {
    self.path = path
    self.bytes = bytes
    self.schema = schema
  }
}

/// Where a tensor lies in the written file, and the digest of its bytes.
public typealias WrittenTensor = IndexEntry

/// Writes a file of the native layout over `file`, which exists and is empty.
///
/// libhdf5 makes the structure; the bytes of tensors are hashed and written past it, by several
/// threads, so that a slab per thread is all the memory that they take. The same input gives the
/// same bytes. The root attributes `format` and `format_version` and the document `/index` are
/// written here; whether anything has reached the disk is for the caller to see to (`fsync`).
///
/// - Parameters:
///   - tensors: in any order.
///   - threads: that read, hash and write; at least 1.
///   - progress: called with the number of bytes written so far, from any thread, one call at a
///     time.
///   - finish: called once all tensors are written, with their descriptions sorted by path; it
///     gives the root's other attributes and the documents.
/// - Throws: `Failure` (`badInput`) where the layout cannot hold a name, (`inputOutput`) where the
///   system refuses, and whatever reading a tensor or `finish` throws.
public func writeNative(
  _ tensors: [NativeTensor], into file: OutputFile, threads: Int = 2,
  progress: (@Sendable (Int) -> Void)? = nil,
  finish: ([WrittenTensor]) throws -> (
    attributes: [(String, AttributeValue)], documents: [NativeDocument]
  )
) throws {
  do {
    let plan = try Plan(tensors, file: file.path)
    var writer = try NativeWriter(plan, file: file)
    let written = try writer.writeTensors(threads: threads, ProgressMeter(progress))
    let (attributes, documents) = try finish(written)
    try writer.setRootAttributes(attributes)
    let index = try writer.writeDocuments(documents, index: written)
    try writer.close()
    try checkEnd(of: file, index)
  } catch let failure as Failure {
    throw failure.of(file: file.path)
  }
}

/// Checks that the index ends the file, where readers without HDF5 look for it: libhdf5, and not
/// we, decides where things go.
private func checkEnd(of file: OutputFile, _ index: WrittenTensor) throws {
  guard let status = FileStatus(descriptor: file.descriptor) else {
    throw Failure.system("cannot examine", file: file.path)
  }
  guard status.size == index.offset + index.byteCount else {
    throw Failure(
      .inputOutput, "HDF5 has put something behind the index, which must end the file")
  }
}

/// What is going to be written: names checked, tensors sorted.
struct Plan {
  let tensors: [NativeTensor]
  private(set) var names: NameTree
  /// The groups, outer ones before inner ones.
  private(set) var groups: [String] = []
  /// About how many bytes all headers take.
  private(set) var metadata = 8192

  init(_ tensors: [NativeTensor], file: String) throws {
    self.tensors = tensors.sorted { $0.path < $1.path }
    names = NameTree(file: file)
    for tensor in self.tensors {
      groups += try names.add(tensor.path)
      let axes = tensor.tensor.shape.count
      guard axes <= NativeLayout.axisLimit else {
        throw Failure(
          file: file, place: "/" + tensor.path,
          expected: "at most \(NativeLayout.axisLimit) axes", found: "\(axes)")
      }
      metadata += 448 + 16 * axes
    }
    for names in names.members.values {
      metadata += 192 + names.reduce(0) { $0 + 15 + $1.utf8.count }
    }
  }
}
