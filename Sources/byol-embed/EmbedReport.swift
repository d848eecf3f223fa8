import Checkpoints
import Embedding
import Networks
import Tensors
import Terminals

/// What became of a run, as people and programs read it.
struct EmbedReport: Encodable {
  /// The most probable classes of a picture.
  struct Picture: Encodable {
    struct Class: Encodable {
      var position: Int
      var name: String?
      var probability: Float
    }

    var name: String
    var top: [Class]
  }

  var pictures: Int
  var leftOut: [Embeddings.Bad]
  /// Shape by stage.
  var layers: [String: [Int]]
  var output: String?
  var engine: String
  var threads: Int
  /// From the start of the tool to the output's last byte.
  var seconds: Double
  var picturesPerSecond: Double
  /// With `--top`.
  var classes: [Picture]?

  enum CodingKeys: String, CodingKey {
    case pictures, layers, output, engine, threads, seconds, classes
    case leftOut = "left_out"
    case picturesPerSecond = "pictures_per_second"
  }

  init(
    _ embeddings: Embeddings, stages: [String], top: TopClasses?, names: ClassNames?,
    output: String?, seconds: Double, threads: Int
  ) {
    pictures = embeddings.files.count
    leftOut = embeddings.bad
    layers = Dictionary(
      stages.compactMap { stage in embeddings.features[stage].map { (stage, $0.shape) } },
      uniquingKeysWith: { first, _ in first })
    self.output = output
    engine = embeddings.engine
    self.threads = threads
    self.seconds = seconds
    picturesPerSecond = Double(pictures) / max(seconds, 1e-9)
    classes = top.map { top in
      embeddings.files.enumerated().map { row, file in
        Picture(
          name: file.name,
          top: top.row(row).map { position, probability in
            Picture.Class(
              position: position, name: names?.names[position], probability: probability)
          })
      }
    }
  }

  func print(quiet: Bool) {
    for picture in classes ?? [] {
      printLine(picture.name)
      var table = Table(rightAligned: [0])
      for found in picture.top {
        table.row(
          Numbers.fixed(Double(found.probability), 4), found.name ?? "class \(found.position)")
      }
      Swift.print(table.text)
    }
    guard !quiet else { return }
    let shapes = layers.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")
    let place = output.map { " -> \($0)" } ?? ""
    printLine(
      "\(Numbers.counted(pictures, "picture")), \(shapes)\(place): \(Numbers.fixed(seconds, 2)) s, "
        + "\(Numbers.fixed(picturesPerSecond, 1)) images/s (\(engine), "
        + "\(Numbers.counted(threads, "thread")))")
  }
}

extension Checkpoint {
  /// Refuses a network without a classifier, and names that are not of its classes.
  ///
  /// - Throws: `Failure` (`badInput`).
  func requireHead(_ branch: Branch, names: ClassNames?, file: String) throws {
    let place = "\(branch.rawValue)/heads/classifier/weight"
    guard let weight = self[place] else {
      throw Failure(
        .badInput, file: file, place: place, "--top needs a classifier, and the checkpoint has none"
      )
    }
    guard let names, let classes = weight.shape.first, names.names.count != classes else { return }
    throw Failure(
      file: file, place: place, expected: "\(names.names.count) classes, as --labels has",
      found: "\(classes)")
  }
}
