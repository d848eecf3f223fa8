import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite struct ProfileRuleTests {
  @Test func theSpecimenIsSound() throws {
    try withFolder { folder in
      try Specimen.small(in: folder).check(in: folder)
    }
  }

  /// Every rule has an entry in `breakers`: one without fails here.
  @Test(arguments: ProfileRule.allCases)
  func breaking(_ rule: ProfileRule) throws {
    let damage = try #require(breakers[rule], "no test breaks rule \(rule.rawValue)")
    try withFolder { folder in
      var specimen = try Specimen.small(in: folder)
      try damage(&specimen)
      let failure = try #require(failure { try specimen.check(in: folder) }, "nothing was found")
      #expect(failure.kind == .badInput)
      #expect(
        failure.message.hasSuffix("(rule \(rule.rawValue) of the native layout)"), "\(failure)")
      #expect(failure.file?.hasSuffix("specimen.h5") == true)
      #expect(failure.place != nil)
    }
  }

  @Test func theSpecimenHasNoFindings() throws {
    try withFolder { folder in
      let check = try Specimen.small(in: folder).profile(in: folder)
      #expect(check.findings == [] && check.unchecked == [])
    }
  }

  /// What stops the reader is among what the check of all rules lists.
  @Test(arguments: ProfileRule.allCases)
  func listing(_ rule: ProfileRule) throws {
    let damage = try #require(breakers[rule])
    try withFolder { folder in
      var specimen = try Specimen.small(in: folder)
      try damage(&specimen)
      let check = try specimen.profile(in: folder)
      let finding = try #require(check.findings.first { $0.rule == rule }, "not listed")
      #expect(!finding.path.isEmpty && !finding.expected.isEmpty && !finding.found.isEmpty)
    }
  }

  /// Rules whose breaking leaves the way to the rest open are all listed when all are broken at once.
  @Test func severalAtOnce() throws {
    let broken: [ProfileRule] = [
      .superblockFlags, .fillValue, .layoutAlignment, .attributeValue, .datatypeName, .groupInfo,
      .digest, .format,
    ]
    try withFolder { folder in
      var specimen = try Specimen.small(in: folder)
      for rule in broken {
        let damage = try #require(breakers[rule])
        try damage(&specimen)
      }
      let found = Set(try specimen.profile(in: folder).findings.map(\.rule))
      #expect(found.isSuperset(of: Set(broken).subtracting([.digest])), "\(found)")
      // A dataset that is read in another place has other bytes, if it is read at all.
      #expect(!found.isDisjoint(with: [.digest, .layoutAlignment]))
    }
  }

  @Test func numbersAndSentencesAreDifferent() {
    let rules = ProfileRule.allCases
    #expect(Set(rules.map(\.sentence)).count == rules.count)
    #expect(rules.allSatisfy { $0.sentence.hasSuffix(".") })
  }
}

/// For each rule a change after which the file breaks it, and no rule that is checked earlier.
private let breakers: [ProfileRule: @Sendable (inout Specimen) throws -> Void] = [
  .signature: { $0.bytes[1] = 0 },
  .superblockVersion: { $0.bytes[8] = 0 },
  .superblockSizes: { $0.bytes[9] = 4 },
  .superblockFlags: { $0.bytes[11] = 1 },
  .superblockBase: { $0.bytes[12] = 8 },
  .superblockExtension: { $0.set(64, at: 20) },
  .superblockEnd: { $0.bytes.append(0) },
  .superblockChecksum: {
    $0.bytes[44] ^= 1
    $0.heals = false
  },

  .headerBounds: { $0.set(UInt64.max - 7, at: 36) },
  .headerSignature: { $0.bytes[$0.header("online/weight")] = 0 },
  .headerVersion: { $0.bytes[$0.header("online/weight") + 4] = 1 },
  .headerFlags: { $0.bytes[$0.header("online/weight") + 5] |= 0x20 },
  .headerChecksum: {
    $0.bytes[$0.header("online/weight") + 40] ^= 1
    $0.heals = false
  },
  .messageBounds: {
    let type = $0.message("online/weight", .datatype)
    $0.bytes[type.lowerBound - 2] = 0xFF
  },
  .messageType: {
    let type = $0.message("online/weight", .fillValue)
    $0.bytes[type.lowerBound - 4] = 4
  },
  .messageFlags: {
    let type = $0.message("online/weight", .datatype)
    $0.bytes[type.lowerBound - 1] |= 2
  },
  .messageNull: {
    let name = $0.message("online/weight", .attribute, naming: "dtype")
    $0.bytes[name.lowerBound - 4] = 0
  },
  .headerBlocks: { specimen in
    // A chain of blocks, each with nothing but the way to the next.
    let first = specimen.bytes.count
    for number in 1...1100 {
      let next = UInt64(first + 28 * number)
      _ = specimen.append(Specimen.block(Specimen.continuation(to: next, 28)))
    }
    let text = specimen.message("", .attribute, naming: "created_by")
    specimen.replace(text, by: 16, littleEndian(UInt64(first)) + littleEndian(28))
  },
  .messageCount: { specimen in
    let attribute = Specimen.message(12, [])
    let block = Specimen.block([[UInt8]](repeating: attribute, count: 1100).flatMap { $0 })
    let start = specimen.append(block)
    let text = specimen.message("", .attribute, naming: "created_by")
    specimen.replace(
      text, by: 16, littleEndian(UInt64(start)) + littleEndian(UInt64(block.count)))
  },
  .headerMessages: {
    let space = $0.message("online/weight", .dataspace)
    $0.replace(space, by: 0, [UInt8](repeating: 0, count: space.count))
  },

  .linkInfo: { $0.bytes[$0.message("", .linkInfo).lowerBound + 1] = 1 },
  .groupInfo: { $0.bytes[$0.message("", .groupInfo).lowerBound] = 1 },
  .link: { $0.bytes[$0.message("online", .link).lowerBound + 1] = 8 },
  .linkName: { $0.bytes[$0.message("online", .link).lowerBound + 3] = 0x2F },
  .linkCount: { specimen in
    let link = Specimen.message(6, [1, 0, 1, 0x61] + littleEndian(64))
    let block = Specimen.block([[UInt8]](repeating: link, count: 257).flatMap { $0 })
    let start = specimen.append(block)
    let text = specimen.message("", .attribute, naming: "created_by")
    specimen.replace(
      text, by: 16, littleEndian(UInt64(start)) + littleEndian(UInt64(block.count)))
  },
  .linkDistinct: {
    let link = $0.message("online", .link, naming: "xeight")
    $0.set(Array("weight".utf8), at: link.lowerBound + 3)
  },
  .depth: {
    // The deepest name leads to a group, and that group's name to the deepest dataset.
    let deep = $0.message("d0" + Specimen.deepest.dropFirst(2).dropLast(2), .link)
    let group = $0.message("", .link, naming: "group")
    let (dataset, groups) = (
      $0.number(at: deep.upperBound - 8), $0.number(at: group.upperBound - 8)
    )
    $0.set(groups, at: deep.upperBound - 8)
    $0.set(dataset, at: group.upperBound - 8)
  },
  .oneLink: {
    let (one, two) = ($0.message("online", .link, 0), $0.message("online", .link, 1))
    $0.set($0.number(at: one.upperBound - 8), at: two.upperBound - 8)
  },
  .datasetCount: { $0.datasetLimit = 2 },

  .attributeInfo: { $0.bytes[$0.message("online/weight", .attributeInfo).lowerBound + 1] = 1 },
  .attributeForm: { $0.bytes[$0.message("online/weight", .attribute).lowerBound] = 2 },
  .attributeValue: {
    $0.bytes[$0.message("", .attribute, naming: "created_by").upperBound - 2] = 7
  },
  .attributeDistinct: {
    let attribute = $0.message("", .attribute, naming: "alphb")
    $0.set(Array("alpha".utf8), at: $0.place(of: "alphb", in: attribute))
  },
  .attributePlace: {
    let attribute: [UInt8] =
      [3, 0, 2, 0, 8, 0, 4, 0, 0, 0x61, 0] + Datatype.text(1) + [2, 0, 0, 0, 0x62]
    $0.replace($0.message("group", .link), by: 12, attribute)
  },
  .digestAttribute: {
    $0.bytes[$0.message("online/weight", .attribute, naming: "sha256").upperBound - 1] = 0x67
  },
  .kindAttribute: {
    let attribute = $0.message("online/weight", .attribute, naming: "dtype")
    $0.set(Array("dtypf".utf8), at: $0.place(of: "dtype", in: attribute))
  },

  .dataspace: { $0.bytes[$0.message("online/weight", .dataspace).lowerBound] = 1 },
  .dataspaceMaximum: { $0.bytes[$0.message("online/weight", .dataspace).upperBound - 8] = 4 },
  .elementCount: {
    let space = $0.message("online/weight", .dataspace)
    $0.set(1 << 62, at: space.upperBound - 32)
    $0.set(1 << 62, at: space.upperBound - 16)
  },
  .datatype: { $0.bytes[$0.message("online/weight", .datatype).upperBound - 4] = 126 },
  .datatypeName: {
    let attribute = $0.message("online/weight", .attribute, naming: "float32")
    $0.set(Array("float64".utf8), at: attribute.upperBound - 7)
  },
  .fillValue: { $0.bytes[$0.message("online/weight", .fillValue).lowerBound + 1] = 0b1001 },
  .layout: { $0.bytes[$0.message("online/weight", .layout).lowerBound + 1] = 2 },
  .layoutSize: { $0.bytes[$0.message("online/weight", .layout).upperBound - 8] += 1 },
  .layoutAlignment: { $0.bytes[$0.message("online/weight", .layout).lowerBound + 2] += 4 },
  .layoutBounds: { $0.set(1 << 40, at: $0.message("online/weight", .layout).lowerBound + 2) },
  .document: {
    let attribute: [UInt8] = [3, 0, 7, 0, 8, 0, 4, 0, 0] + Array("schema\0".utf8)
    $0.replace(
      $0.message("online/pixels", .attribute, naming: "dtype"), by: 12,
      attribute + Datatype.text(4) + [2, 0, 0, 0] + Array("x1.0".utf8))
  },

  .overlap: {
    let (one, two) = ($0.message("online/weight", .layout), $0.message("online/xeight", .layout))
    $0.set($0.number(at: one.lowerBound + 2), at: two.lowerBound + 2)
  },
  .tail: {
    $0.bytes += [UInt8](repeating: 0, count: 64)
    $0.set(UInt64($0.bytes.count), at: 28)
  },
  .gap: { $0.bytes[50] = 1 },
  .digest: {
    $0.bytes[Int($0.number(at: $0.message("online/weight", .layout).lowerBound + 2))] ^= 1
  },

  .format: {
    $0.bytes[$0.message("", .attribute, naming: "byol-checkpoint").upperBound - 1] = 0x73
  },
  .formatVersion: {
    $0.bytes[$0.message("", .attribute, naming: "format_version").upperBound - 8] = 2
  },
  .indexPlace: { specimen in
    let block = Specimen.block(Specimen.message(0, [0, 0, 0, 0]))
    let start = specimen.append(block)
    let text = specimen.message("", .attribute, naming: "created_by")
    specimen.replace(
      text, by: 16, littleEndian(UInt64(start)) + littleEndian(UInt64(block.count)))
  },
  .index: { specimen in
    // The document is changed, and its digest made good.
    let layout = specimen.message("index", .layout).lowerBound + 2
    let start = Int(specimen.number(at: layout))
    let end = start + Int(specimen.number(at: layout + 8))
    specimen.bytes[specimen.place(of: "float32", in: start..<end) + 6] = 0x34
    let digest = Digest(of: Array(specimen.bytes[start..<end]))
    let attribute = specimen.message("index", .attribute, naming: "sha256")
    specimen.set(Array(digest.description.utf8), at: attribute.upperBound - 64)
  },
]

extension Specimen {
  /// The offset of an object's header.
  fileprivate func header(_ path: String) -> Int { Int(addresses[path] ?? 0) }

  /// A message with its head.
  fileprivate static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type] + littleEndian(UInt64(body.count)).prefix(2) + [0] + body
  }

  /// The message that leads to a further block.
  fileprivate static func continuation(to address: UInt64, _ count: UInt64) -> [UInt8] {
    message(16, littleEndian(address) + littleEndian(count))
  }

  /// A further block of a header, its checksum still 0.
  fileprivate static func block(_ messages: [UInt8]) -> [UInt8] {
    Array("OCHK".utf8) + messages + [0, 0, 0, 0]
  }
}
