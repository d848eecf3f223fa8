public import ArgumentParser

/// How many threads compute.
public struct ThreadOptions: ParsableArguments {
  /// Threads; nil for one a processor.
  @Option(help: ArgumentHelp("Threads that compute; one a processor otherwise.", valueName: "n"))
  public var threads: Int?

  /// One a processor.
  public init() {}

  /// Refuses numbers that no machine has.
  public func validate() throws {
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads is a number from 1 to 1024.")
    }
  }
}
