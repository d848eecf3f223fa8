import Foundation
import HDF5Writing
import Synchronization
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite struct EveryByteTests {
  @Test(arguments: [0x01, 0xFF] as [UInt8])
  func everyByteFlippedIsFound(_ mask: UInt8) throws {
    try withFolder { folder in
      let sound = try Specimen.small(in: folder, deep: false).bytes
      let silent = Mutex<[Int]>([])
      let lanes = 2
      try forEachConcurrently(Array(0..<lanes), threads: lanes, weight: { _ in 1 }) { lane in
        let scratch = try TemporaryFolder()
        defer { scratch.remove() }
        let path = scratch.path("flipped.h5")
        for position in stride(from: lane, to: sound.count, by: lanes) {
          var bytes = sound
          bytes[position] ^= mask
          try Data(bytes).write(to: URL(filePath: path))
          let failure = failure { try NativeFile(MappedFile(path)).checkEveryByte(threads: 1) }
          if failure == nil { silent.withLock { $0.append(position) } }
        }
      }
      #expect(silent.withLock { $0.sorted() } == [], "flips that nothing found")
    }
  }

  @Test func aFileThatEndsAnywhereIsRefused() throws {
    try withFolder { folder in
      let specimen = try Specimen.small(in: folder, deep: false)
      for count in 0..<specimen.bytes.count {
        let path = folder.path("cut.h5")
        try Data(specimen.bytes[..<count]).write(to: URL(filePath: path))
        #expect(failure { try NativeFile(MappedFile(path)).checkEveryByte() } != nil, "\(count)")
      }
    }
  }

  /// An attacker can make checksums good: no changed byte of a header may crash the reader, and
  /// what is accepted differs only in what has no meaning or no hash.
  @Test func headersForgedByteByByteWithGoodChecksums() throws {
    try withFolder { folder in
      let sound = try Specimen.small(in: folder, deep: false)
      let free = unhashedBytes(of: sound)
      let blocks = sound.blocks.values.joined() + [8..<48]
      let silent = Mutex<[Int]>([])
      try forEachConcurrently(blocks, threads: 2, weight: \.count) { block in
        let scratch = try TemporaryFolder()
        defer { scratch.remove() }
        for position in block.dropLast(4) where !free.contains(position) {
          for mask: UInt8 in [0x01, 0x08, 0xFF] {
            var specimen = sound
            specimen.heals = false
            specimen.bytes[position] ^= mask
            specimen.heal(block.lowerBound == 8 ? 0..<48 : block)
            if failure(of: { try specimen.check(in: scratch) }) == nil {
              silent.withLock { $0.append(position) }
            }
          }
        }
      }
      #expect(silent.withLock { $0.sorted() } == [], "forgeries that nothing found")
    }
  }

  /// Several bytes at once, with good checksums: whatever comes of it, the reader survives, and what
  /// it accepts it can read.
  @Test(arguments: 0..<4) func headersForgedAtRandom(_ seed: Int) throws {
    try withFolder { folder in
      let sound = try Specimen.small(in: folder, deep: false)
      let blocks = sound.blocks.values.joined().sorted { $0.lowerBound < $1.lowerBound }
      var random = SplitMix(state: UInt64(seed))
      let path = folder.path("forged.h5")
      var refused = 0
      for _ in 0..<500 {
        var specimen = sound
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let block = blocks[Int.random(in: 0..<blocks.count, using: &random)]
          let position = Int.random(in: block.dropLast(4).indices, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: specimen.bytes[position] = UInt8.random(in: 0...255, using: &random)
          case 1: specimen.bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          default: specimen.bytes[position] = sound.bytes[Int.random(in: block, using: &random)]
          }
        }
        specimen.heal()
        try Data(specimen.bytes).write(to: URL(filePath: path))
        // The check of all rules survives too, and finds something wherever the reader does.
        let check = try ProfileCheck(MappedFile(path), threads: 1)
        let reason = failure { try NativeFile(MappedFile(path)).checkEveryByte(threads: 1) }
        #expect(
          (reason == nil) == (check.findings.isEmpty && check.unchecked.isEmpty),
          "\(String(describing: reason)) \(check.findings)")
        do {
          let native = try NativeFile(MappedFile(path))
          for dataset in native.datasets { _ = try dataset.tensor.bytes() }
        } catch let failure as Failure {
          #expect(failure.kind == .badInput)
          refused += 1
        }
      }
      #expect(refused > 400)
    }
  }

  /// Bytes of headers that may be other ones in a sound file: texts and numbers of root attributes,
  /// schemas' names, hints for a library that would add to the file, and how unused room is divided.
  private func unhashedBytes(of specimen: Specimen) -> Set<Int> {
    var result: Set<Int> = []
    for (path, messages) in specimen.messages {
      guard let header = specimen.blocks[path]?.first?.lowerBound else { continue }
      // The numbers of attributes at which a library would move them to a heap.
      result.formUnion(header + 6..<header + 10)
      for message in messages {
        let range = message.range
        switch message.type {
        case .groupInfo: result.formUnion(range.dropFirst(2))
        case .attribute where path.isEmpty: result.formUnion(range.dropFirst(9))
        case .attribute where specimen.place(of: "schema", in: range) > 0:
          result.formUnion(range.suffix(12))
        default: break
        }
        // Flags that say a message never changes, or is never shared.
        result.insert(range.lowerBound - 1)
      }
      for block in specimen.blocks[path] ?? [] {
        let unused = Set(block).subtracting(
          messages.flatMap { $0.range.lowerBound - 4..<$0.range.upperBound })
        result.formUnion(unused.filter { specimen.isSizeOfNull($0, in: unused) })
      }
    }
    return result
  }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers for the same seed.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
