import Archives
import FuzzSupport
import Tensors

/// Mutants of a native file: one byte of its metadata is another, and the checksum that guards it is
/// made good.
struct Mutants {
  /// What became of how many.
  struct Tally {
    /// Refused when opened.
    var refused = 0
    /// Opened, and then verification names what differs.
    var verified = 0
    /// Verified, and the same: tensors, documents, attributes.
    var same = 0
    /// Verified, with the same tensors and documents, but another text or number of the root or
    /// another schema's name, which no hash covers.
    var labelled = 0
    /// Verified, but not the same.
    var silent = 0

    var json: String {
      #"{"refused":\#(refused),"verified":\#(verified),"same":\#(same),"#
        + #""labelled":\#(labelled),"silent":\#(silent)}"#
    }
  }

  private let bytes: [UInt8]
  private let content: Content
  private let places: [Int]

  /// The mutants of the file at `path`.
  init(of path: String) throws {
    let file = try MappedFile(path)
    bytes = try file.allBytes()
    content = try Content(NativeFile(file))
    var copy = bytes
    places = copy.withUnsafeMutableBytes { bytes in
      // The signature is no native file's metadata, and the sums themselves are made good.
      HDF5Checksums.parts(of: bytes).flatMap { $0.dropLast(4) }.filter { $0 >= 8 }
    }
  }

  /// Makes and reads `count` mutants.
  func tally(_ count: Int, seed: UInt64) throws -> Tally {
    var random = SplitMix64(seed: seed)
    var tally = Tally()
    for _ in 0..<count {
      let place = places[Int.random(in: places.indices, using: &random)]
      let change = UInt8.random(in: 1...255, using: &random)
      var mutant = bytes
      mutant[place] ^= change
      mutant.withUnsafeMutableBytes { HDF5Checksums.repairSums($0) }
      try add(mutant, place, to: &tally)
    }
    return tally
  }

  private func add(_ mutant: [UInt8], _ place: Int, to tally: inout Tally) throws {
    let memory = try mutant.withUnsafeBytes { try MemoryFile($0) }
    do {
      let native = try NativeFile(memory.mapped())
      do {
        try native.checkEveryByte(threads: 1)
      } catch let failure as Failure {
        check(failure)
        return tally.verified += 1
      }
      let other = try Content(native)
      if other == content {
        tally.same += 1
      } else if other.tensors == content.tensors {
        tally.labelled += 1
      } else {
        print("byte \(place): read as another file")
        tally.silent += 1
      }
    } catch let failure as Failure {
      check(failure)
      tally.refused += 1
    }
  }
}

/// What a native file holds.
private struct Content: Equatable {
  struct Stored: Equatable {
    var type: ElementType
    var shape: [Int]
    var digest: Digest
  }

  /// Tensors and documents by their paths, with the hashes of the bytes as they are read.
  var tensors: [String: Stored]
  /// Attributes of the root, and the schemas of documents.
  var labels: [String: String]

  init(_ file: NativeFile) throws {
    tensors = [:]
    labels = [:]
    for dataset in file.datasets {
      tensors[dataset.path] = Stored(
        type: dataset.elementType, shape: dataset.shape, digest: try dataset.tensor.digest())
      labels[dataset.path] = dataset.schema
    }
    for attribute in file.attributes { labels["@" + attribute.name] = "\(attribute.value)" }
  }
}
