import Tensors

/// The files that a command line names: those that it reads, and those that it writes.
///
/// No output may take the place of an input, which the run or its owner still needs, nor of another
/// output. Every tool tells its names here and asks before it changes anything.
///
///     var files = NamedFiles()
///     files.reads("byol.h5")
///     files.writes("page.html")
///     try files.check()
public struct NamedFiles: Sendable {
  private var inputs: [String] = []
  private var folders: [InputFolder] = []
  private var outputs: [Output] = []
  private var series: [(names: CheckpointNames, replaceable: [String])] = []

  /// Files of a directory that are read.
  private struct InputFolder: Sendable {
    var path: String
    /// Whether what lies in directories of it is read too.
    var isDeep: Bool
    /// Whether a file of that name is read.
    var isRead: @Sendable (String) -> Bool
  }

  /// A file, or a directory, that is written.
  fileprivate struct Output: Sendable {
    var path: String
    /// Inputs whose place it may take.
    var replaceable: [String]
    /// Whether it is a directory that what is there stays in.
    var isAddedTo: Bool
  }

  /// Nothing named.
  public init() {}

  /// Adds a file that is read, where one is named.
  public mutating func reads(_ path: String?) {
    if let path { inputs.append(path) }
  }

  /// Adds files that are read.
  public mutating func reads(_ paths: [String]) { inputs += paths }

  /// Adds a directory whose files are read where their names say so; `isDeep` of those in its
  /// directories too.
  public mutating func reads(
    folder path: String, isDeep: Bool, where isRead: @escaping @Sendable (String) -> Bool
  ) {
    inputs.append(path)
    folders.append(InputFolder(path: path, isDeep: isDeep, isRead: isRead))
  }

  /// Adds a checkpoint that is read: a file or a directory, and the sidecar at `sidecar`.
  public mutating func reads(checkpoint path: String, sidecar: String) {
    inputs.append(sidecar)
    guard Folder.isFolder(path) else { return inputs.append(path) }
    // Pages and logs of a checkpoint may lie with it.
    let others = [".html", ".svg", ".jsonl", ".csv"]
    reads(folder: path, isDeep: false) { name in
      !others.contains { name.lowercased().hasSuffix($0) }
    }
  }

  /// Adds a file that is written, or a directory that is written as a whole.
  ///
  /// - Parameter replaceable: inputs whose place it may take.
  public mutating func writes(_ path: String?, over replaceable: [String] = []) {
    guard let path else { return }
    outputs.append(Output(path: path, replaceable: replaceable, isAddedTo: false))
  }

  /// Adds a directory that files of new names are written into.
  public mutating func writes(into folder: String?) {
    guard let folder else { return }
    outputs.append(Output(path: folder, replaceable: [], isAddedTo: true))
  }

  /// Adds the checkpoints that a run keeps beside its newest one at `path`: their names are the run's.
  ///
  /// - Parameter replaceable: inputs that may have such a name.
  public mutating func writesSeries(of path: String, over replaceable: [String] = []) {
    series.append((CheckpointNames(of: path), replaceable))
  }

  /// Refuses a command line by which an output would take the place of an input or of another output;
  /// nothing is changed.
  ///
  /// - Throws: `Failure` (`usage`) that names both.
  public func check() throws {
    guard !outputs.isEmpty else { return }
    let places = try distinctPlaces()
    try checkInputs(against: places)
    try checkFolders(against: places)
    try checkSeries()
  }

  /// The outputs by their places.
  private func distinctPlaces() throws -> [FilePlace.Key: Output] {
    var places: [FilePlace.Key: Output] = [:]
    for output in outputs {
      guard let place = FilePlace(output.path) else { continue }
      if let other = places.updateValue(output, forKey: place.key) {
        throw Self.refusal(output.path, "another output, \(other.path)")
      }
    }
    return places
  }

  private func checkInputs(against places: [FilePlace.Key: Output]) throws {
    // Directories that are replaced, with all that lies in them.
    let replaced = outputs.filter { !$0.isAddedTo && Folder.isFolder($0.path) }
    for input in inputs {
      guard let place = FilePlace(input) else { continue }
      if let output = places[place.key], !output.mayReplace(place) {
        throw Self.refusal(output.path, input)
      }
      for output in replaced where place.folder == FileStatus(output.path)?.identity {
        throw Self.refusal(output.path, "\(input), which is in it")
      }
    }
  }

  private func checkFolders(against places: [FilePlace.Key: Output]) throws {
    for folder in folders {
      guard let identity = FileStatus(folder.path)?.identity else { continue }
      for output in places.values {
        guard let place = FilePlace(output.path), place.kind == .regular,
          folder.isRead(place.name),
          folder.isDeep ? place.isBelow(identity) : place.folder == identity
        else { continue }
        throw Self.refusal(output.path, "a file of \(folder.path)")
      }
    }
  }

  private func checkSeries() throws {
    for (names, replaceable) in series {
      let spared = Set(replaceable.compactMap { FilePlace($0)?.key })
      for path in outputs.map(\.path) + inputs {
        guard let place = FilePlace(path), !spared.contains(place.key), names.contain(place) else {
          continue
        }
        throw Failure(
          .usage, file: path,
          "the earlier checkpoints of \(names.path) have such names, and would take the place of it"
        )
      }
    }
  }

  private static func refusal(_ output: String, _ other: String) -> Failure {
    Failure(.usage, file: output, "the output would take the place of \(other)")
  }
}

extension NamedFiles.Output {
  /// Whether it may take the place of an input.
  fileprivate func mayReplace(_ input: FilePlace) -> Bool {
    replaceable.contains { FilePlace($0)?.key == input.key }
  }
}
