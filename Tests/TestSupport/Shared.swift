import Foundation
public import Testing

/// The project's folders as a test sees them, and the material beside the checkout.
public enum Shared {
  /// The top of the checkout.
  public static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder beside the checkout, or nil where there is none (on a user's machine).
  public static let root: URL? = {
    let url = package.deletingLastPathComponent().appending(path: "shared")
    let marker = url.appending(path: "fixtures").path
    return FileManager.default.fileExists(atPath: marker) ? url : nil
  }()

  /// Whether tests that need the folder can run: `@Test(.enabled(if: Shared.isPresent, Shared.why))`.
  public static var isPresent: Bool { root != nil }

  /// What such a test says when it is skipped.
  public static let why: Comment =
    "needs the fixtures folder that lies beside a developer's checkout"

  /// The path of a file of that folder: `Shared.path("fixtures/deepmind/tiny_haiku_byol.npz")`.
  public static func path(_ relative: String) -> String {
    (root ?? URL(filePath: "/nonexistent")).appending(path: relative).path
  }

  /// The path of a file of the checkout: `Shared.inPackage("samples/tiny.npz")`.
  public static func inPackage(_ relative: String) -> String {
    package.appending(path: relative).path
  }
}

/// A new folder, removed by `remove()`.
public struct TemporaryFolder {
  /// Where it is.
  public let url: URL

  /// Makes the folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "byol-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// The path of a file in it.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Removes it with all it holds.
  public func remove() { try? FileManager.default.removeItem(at: url) }
}
