import Archives
import Checkpoints
import Glibc
import Graphs
import Tensors

/// Conversions of several checkpoints into one directory.
///
/// One that fails leaves its output as it was and does not stop the others.
public struct Batch: Sendable {
  /// A checkpoint and the file that it becomes.
  public struct Item: Sendable, Hashable {
    /// The source, as the user named it.
    public var input: String
    /// The output.
    public var output: String

    /// A conversion.
    public init(input: String, output: String) {
      self.input = input
      self.output = output
    }
  }

  /// The conversions, in the order of the command line.
  public let items: [Item]
  private let folder: String

  /// Names the outputs: of `runs/net.ckpt` and `.h5`, `FOLDER/net.h5`.
  ///
  /// - Parameters:
  ///   - suffix: what follows a source's name without its ending; nil for the usual ending of the
  ///     format or dialect of `options`.
  /// - Throws: `Failure` (`usage`) where two sources would have the same output, or nothing tells the
  ///   ending.
  public init(
    _ inputs: [String], into folder: String, suffix: String?, options: ConversionOptions
  ) throws {
    let ending = try suffix ?? Self.usualEnding(options)
    self.folder = folder
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    items = inputs.map { Item(input: $0, output: base + Folder.stem(baseName($0)) + ending) }
    var owners: [String: String] = [:]
    for item in items {
      guard let owner = owners.updateValue(item.input, forKey: item.output) else { continue }
      throw Failure(
        .usage, file: item.input,
        "its output would be \(item.output), which is that of \(owner) too")
    }
  }

  /// The ending that the options tell: `.h5` where they say nothing.
  private static func usualEnding(_ options: ConversionOptions) throws -> String {
    if let name = options.toFormat { return ending(try Formats.named(name)) }
    guard let name = options.to, name != Dialects.native else { return ending(NativeHDF5()) }
    if GraphScope(rawValue: name) != nil { return ending(Onnx()) }
    guard let format = try Dialects.named(name).formats?.first else {
      throw Failure(
        .usage,
        "--suffix says how the outputs end, since \(name) goes into files of several formats: "
          + "--suffix .pth, --suffix .safetensors")
    }
    return ending(try Formats.named(format))
  }

  private static func ending(_ format: any ArchiveFormat) -> String {
    format.extensions.first.map { "." + $0 } ?? ""
  }

  /// Makes the directory, where it is not there.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func makeFolder() throws {
    guard unsafe mkdir(folder, 0o777) != 0, errno != EEXIST else { return }
    throw Failure.system("cannot make the directory", file: folder)
  }
}

/// What became of the checkpoints of a batch; its JSON form is what `byol-convert --out-dir --json`
/// prints (`schemas/convert-batch.schema.json`).
public struct BatchReport: Codable, Sendable {
  /// What became of a checkpoint.
  public enum Status: String, Codable, Sendable {
    case converted, skipped, failed
  }

  /// A checkpoint of the batch.
  public struct Entry: Codable, Sendable {
    /// The source, as the user named it.
    public var source: String
    /// The output.
    public var output: String
    /// What became of it.
    public var status: Status
    /// The report of a conversion that did not fail.
    public var report: ConversionReport?
    /// Why it failed, in a sentence.
    public var failure: String?
    /// The exit code that the failure alone would have had.
    public var code: Int32?
  }

  /// The checkpoints, in the order of the command line.
  public private(set) var conversions: [Entry] = []

  /// Nothing done yet.
  public init() {}

  /// Notes a conversion.
  public mutating func converted(_ item: Batch.Item, _ report: ConversionReport) {
    conversions.append(
      Entry(source: item.input, output: item.output, status: .converted, report: report))
  }

  /// Notes an output that is there already.
  public mutating func skipped(_ item: Batch.Item) {
    conversions.append(Entry(source: item.input, output: item.output, status: .skipped))
  }

  /// Notes a failure.
  public mutating func failed(_ item: Batch.Item, _ failure: Failure) {
    conversions.append(
      Entry(
        source: item.input, output: item.output, status: .failed,
        failure: failure.of(file: item.input).description, code: failure.kind.rawValue))
  }

  /// How many had that end.
  public func count(_ status: Status) -> Int { conversions.count { $0.status == status } }

  /// The counts in a sentence: `3 checkpoints: 2 converted, 1 failed`.
  public var summary: String {
    let parts = [Status.converted, .skipped, .failed].compactMap { status in
      count(status) > 0 ? "\(Numbers.grouped(count(status))) \(status.rawValue)" : nil
    }
    return "\(Numbers.counted(conversions.count, "checkpoint")): \(parts.joined(separator: ", "))"
  }

  /// What the whole ends with: nil where nothing failed, otherwise the largest of the failures' codes.
  public var failure: Failure? {
    guard let code = conversions.compactMap(\.code).max(), let kind = Failure.Kind(rawValue: code)
    else { return nil }
    return Failure(kind, summary)
  }
}
