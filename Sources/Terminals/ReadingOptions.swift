import Archives
public import ArgumentParser
public import Checkpoints

/// How a file is understood, where its content and its names are not to tell.
public struct SourceOptions: ParsableArguments {
  /// A dialect's name or file; nil to look at names.
  @Option(
    help: ArgumentHelp(
      "The dialect or a dialect file, instead of looking at names.", valueName: "dialect"),
    completion: .list([Dialects.native] + Dialects.names))
  public var from: String?

  /// A format's name; nil to look at the content.
  @Option(
    help: ArgumentHelp("The format, instead of looking at the content.", valueName: "format"),
    completion: .list(Formats.all.map(\.name)))
  public var fromFormat: String?

  /// Nothing said.
  public init() {}
}

/// How a checkpoint is read: what every tool takes that opens one.
public struct ReadingOptions: ParsableArguments {
  /// How its files are understood.
  @OptionGroup public var source: SourceOptions

  /// Further files of the checkpoint.
  @Option(
    help: ArgumentHelp("A further file of the checkpoint.", valueName: "file"),
    completion: .file())
  public var with: [String] = []

  /// Names to leave out.
  @Option(help: ArgumentHelp("Leave out names like this; * is any text.", valueName: "pattern"))
  public var drop: [String] = []

  /// Fields that the user sets.
  @Option(
    help: ArgumentHelp(
      "Set a field: encoder.padding=symmetric, recipe.tau.base=0.99.", valueName: "field=value"))
  public var set: [String] = []

  /// Nothing said.
  public init() {}

  /// The dialect's name or file; nil to look at names.
  public var from: String? { source.from }

  /// The format's name; nil to look at the content.
  public var fromFormat: String? { source.fromFormat }

  /// Opens the checkpoint as the options say, with the fields that they set.
  ///
  /// - Parameter withTree: whether a native file's tree of source names is read too; only writing
  ///   the source's own names needs it.
  /// - Throws: `Failure` that names the file and the place in it.
  public func open(_ path: String, withTree: Bool = true) throws -> Loaded {
    var loaded = try Loaded(
      path, with: with, format: fromFormat, dialect: from, drop: NamePatterns(drop),
      withTree: withTree)
    for setting in set { try loaded.checkpoint.set(setting) }
    return loaded
  }
}
