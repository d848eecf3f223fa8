import Tensors

/// The classes of a head, in the order of its outputs.
public struct ClassNames: Sendable {
  /// What people call each class.
  public let names: [String]
  /// What folders and files call it: the beginning of its line, `n01440764`.
  private let positions: [String: Int]

  /// The classes in a text file, a line each: a name, or an identifier and a name.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) where two lines begin
  ///   alike.
  public init(file path: String) throws {
    do {
      try self.init(lines: PictureFile.lines(of: path))
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }

  /// Classes by their lines.
  ///
  /// - Throws: as the other.
  public init(lines: [String]) throws {
    var names: [String] = []
    var positions: [String: Int] = [:]
    for (position, line) in lines.enumerated() {
      let parts = line.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
        .map(String.init)
      let isIdentified = parts.count == 2 && parts[0].contains(where: \.isNumber)
      names.append(isIdentified ? parts[1] : line)
      for key in Set([line, names[position]] + (isIdentified ? [parts[0]] : [])) {
        let isRepeated = positions.updateValue(position, forKey: key) != nil
        guard !isRepeated || isIdentified && key == parts[1] else {
          throw Failure(place: "line \(position + 1)", expected: "another class", found: key)
        }
      }
    }
    self.names = names
    self.positions = positions
  }

  /// The classes that the folders of pictures name, in alphabetical order: torchvision's
  /// `ImageFolder`.
  public init(foldersOf files: [PictureFile]) throws {
    try self.init(lines: Set(files.compactMap(\.folder)).sorted())
  }

  /// The class of a picture: the one called as its folder, or as its file, or as what comes before
  /// the first or last underscore of the file's name (`n01440764_tench`, `val_0001_n01440764`).
  public func position(of file: PictureFile) -> Int? {
    let stem = file.stem
    let parts = stem.split(separator: "_").map(String.init)
    return [file.folder, stem, parts.first, parts.last].lazy
      .compactMap { $0.flatMap { positions[$0] } }.first
  }
}
