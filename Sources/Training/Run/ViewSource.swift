/// Where updates get their pictures from.
///
/// The views at a position are always the same, whatever was asked for before: a run goes on exactly
/// from its position alone.
public protocol ViewSource: AnyObject {
  /// The views of the update at `position`, counted from the run's beginning.
  ///
  /// - Throws: `Failure` that names the file.
  func views(at position: Int) throws -> Views
  /// Updates of an epoch.
  var updatesPerEpoch: Int { get }
  /// Pictures of an update.
  var batch: Int { get }
  /// Pictures that could not be read so far, and why, by their name.
  var corrupt: [CorruptPicture] { get }
  /// Stops work that was begun ahead.
  func stop()
}

extension ViewSource {
  /// Nothing is corrupt where pictures are not decoded.
  public var corrupt: [CorruptPicture] { [] }
  /// Nothing to stop.
  public func stop() {}
}

/// A picture that could not be read, and was left out.
public struct CorruptPicture: Codable, Hashable, Sendable {
  /// Its name, as the data have it.
  public var name: String
  /// What is wrong with it.
  public var reason: String
}
