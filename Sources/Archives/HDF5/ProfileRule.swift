import Tensors

/// The rules of the strict profile: all that makes an HDF5 file a native one.
///
/// The raw value is the rule's number, which stays the same for ever; an error quotes it. The order
/// is the order in which the reader comes to the rules.
public enum ProfileRule: String, CaseIterable, Sendable {
  case signature = "S1"
  case superblockVersion = "S2"
  case superblockSizes = "S3"
  case superblockFlags = "S4"
  case superblockBase = "S5"
  case superblockExtension = "S6"
  case superblockEnd = "S7"
  case superblockChecksum = "S8"

  case headerBounds = "H1"
  case headerSignature = "H2"
  case headerVersion = "H3"
  case headerFlags = "H4"
  case headerChecksum = "H5"
  case messageBounds = "H6"
  case messageType = "H7"
  case messageFlags = "H8"
  case messageNull = "H9"
  case headerBlocks = "H10"
  case messageCount = "H11"
  case headerMessages = "H12"

  case linkInfo = "G1"
  case groupInfo = "G2"
  case link = "G3"
  case linkName = "G4"
  case linkCount = "G5"
  case linkDistinct = "G6"
  case depth = "G7"
  case oneLink = "G8"
  case datasetCount = "G9"

  case attributeInfo = "A1"
  case attributeForm = "A2"
  case attributeValue = "A3"
  case attributeDistinct = "A4"
  case attributePlace = "A5"
  case digestAttribute = "A6"
  case kindAttribute = "A7"

  case dataspace = "D1"
  case dataspaceMaximum = "D2"
  case elementCount = "D3"
  case datatype = "T1"
  case datatypeName = "T2"
  case fillValue = "F1"
  case layout = "L1"
  case layoutSize = "L2"
  case layoutAlignment = "L3"
  case layoutBounds = "L4"
  case document = "L5"

  case overlap = "B1"
  case tail = "B2"
  case gap = "B3"
  case digest = "B4"

  case format = "N1"
  case formatVersion = "N2"
  case indexPlace = "N3"
  case index = "N4"

  /// The rule itself.
  public var sentence: String {
    switch self {
    case .signature: "The file begins with the HDF5 signature; there is no user block."
    case .superblockVersion: "The superblock has version 2."
    case .superblockSizes: "Offsets and lengths are 8 bytes wide."
    case .superblockFlags: "The superblock's consistency flags are 0."
    case .superblockBase: "The base address is 0."
    case .superblockExtension: "There is no superblock extension."
    case .superblockEnd: "The end-of-file address is the file's size."
    case .superblockChecksum: "The superblock's checksum is right."
    case .headerBounds: "Every block of an object header lies inside the file."
    case .headerSignature: "An object header begins with OHDR, a further block of it with OCHK."
    case .headerVersion: "An object header has version 2."
    case .headerFlags: "An object header holds no times and no order of attributes."
    case .headerChecksum: "Every block's checksum is right."
    case .messageBounds:
      "Messages fill their block but for at most 3 bytes, which are 0; fields fill their message."
    case .messageType: "An object header has only the messages that are listed here."
    case .messageFlags: "No message is shared, or marked for programs that do not know it."
    case .messageNull: "The bytes of an unused message are 0."
    case .headerBlocks: "An object header has at most 1,024 blocks."
    case .messageCount: "An object header has at most 1,024 messages in use."
    case .headerMessages:
      "A group has one link info and one group info message; a dataset has one dataspace, datatype, "
        + "fill value and layout message; neither has messages of the other."
    case .linkInfo: "Links are stored in the group's header, without order, heap or B-tree."
    case .groupInfo: "The group info message has version 0 and at most the four known numbers."
    case .link: "Every link is a hard link with an ASCII name and no creation order."
    case .linkName: "A name is 1 to 64 of A-Z a-z 0-9 _ . - and neither . nor .. ."
    case .linkCount: "A group has at most 256 members."
    case .linkDistinct: "The members of a group have different names."
    case .depth: "A path has at most 32 components."
    case .oneLink: "Exactly one link leads to each object."
    case .datasetCount: "A file has at most 1,000,000 datasets."
    case .attributeInfo: "Attributes are stored in the object's header, without heap or B-tree."
    case .attributeForm: "An attribute message has version 3, an ASCII name and nothing shared."
    case .attributeValue:
      "An attribute is a scalar ASCII text of fixed length, padded with NUL, or a row of uint32."
    case .attributeDistinct: "The attributes of an object have different names."
    case .attributePlace: "No group but the root has attributes."
    case .digestAttribute: "Every dataset has an attribute sha256 of 64 lower-case hex digits."
    case .kindAttribute: "Every dataset has either dtype (a tensor) or schema (a document)."
    case .dataspace: "A dataspace has version 2 and is a scalar, or simple with 1 to 32 axes."
    case .dataspaceMaximum: "No dataset can grow: the maximum of each axis is its length."
    case .elementCount: "The number of a dataset's bytes can be counted in 63 bits."
    case .datatype: "A type equals one of the thirteen types field by field."
    case .datatypeName: "The attribute dtype names the dataset's type."
    case .fillValue: "Storage is allocated early and never filled; there is no fill value."
    case .layout: "Storage is contiguous: a layout message of version 3, class 1."
    case .layoutSize: "The storage has exactly the bytes of the elements."
    case .layoutAlignment: "Storage begins at a multiple of 64; an empty dataset has none."
    case .layoutBounds: "Storage lies inside the file."
    case .document: "A document is a row of uint8."
    case .overlap: "No two blocks, or a block and storage, share a byte."
    case .tail: "The file ends with the last block or storage."
    case .gap: "Every byte outside blocks and storage is 0."
    case .digest: "The SHA-256 of every dataset's bytes is its attribute sha256."
    case .format: "The root attribute format is byol-checkpoint."
    case .formatVersion: "The root attribute format_version is (major, minor) with major 1."
    case .indexPlace: "There is a document /index, and its storage ends the file."
    case .index: "The document /index lists all other datasets as the headers describe them."
    }
  }
}

/// The object that a check is about, for its error.
struct Subject: Sendable {
  /// The file, as the user named it.
  let file: String
  /// The object's path with a leading slash, or what else the check is about.
  let path: String

  /// The failure of a file that breaks `rule` at byte `offset`.
  func failure(
    _ rule: ProfileRule, at offset: Int? = nil, expected: String, found: String
  ) -> Failure {
    let place = offset.map { "\(path) at byte \($0)" } ?? path
    return Failure(
      .badInput, file: file, place: place,
      "expected \(expected), found \(found) (rule \(rule.rawValue) of the native layout)")
  }

  /// Checks that `condition` holds.
  ///
  /// - Throws: `Failure` (`badInput`) that names the rule.
  func require(
    _ condition: Bool, _ rule: ProfileRule, at offset: Int? = nil,
    expected: @autoclosure () -> String, found: @autoclosure () -> String
  ) throws {
    if !condition { throw failure(rule, at: offset, expected: expected(), found: found()) }
  }
}
