import Tensors
import Testing

@Suite struct CheckedBytesTests {
  private let source = HeapBytes([1, 2, 3, 4, 5, 6, 7, 8, 9])

  @Test func `a number begins at any byte`() throws {
    try source.withCheckedBytes { bytes in
      #expect(bytes.loadUnaligned(as: UInt8.self) == 1)
      #expect(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 3, as: UInt32.self)) == 0x0706_0504
      )
      #expect(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
          == 0x0908_0706_0504_0302)
    }
  }

  @Test func `a slice keeps its indices, and a rebased one begins at 0`() throws {
    try source.withCheckedBytes { bytes in
      let slice = bytes[2..<5]
      #expect(slice.startIndex == 2 && slice[4] == 5)
      let rebased = CheckedBytes(rebasing: slice)
      #expect(Array(rebased) == [3, 4, 5] && rebased.startIndex == 0)
      #expect(CheckedBytes(rebasing: bytes[9...]).isEmpty)
      #expect(CheckedBytes(rebasing: rebased.dropFirst()).first == 4)
    }
  }

  @Test func `copies of a source's bytes`() throws {
    #expect(try source.allBytes() == Array(1...9))
    #expect(try source.firstBytes(4) == [1, 2, 3, 4])
    #expect(try source.firstBytes(100) == Array(1...9))
    #expect(try HeapBytes([]).withCheckedBytes { $0.isEmpty && $0.first == nil })
  }

  @Test func `a byte outside ends the program`() async {
    await #expect(processExitsWith: .failure) {
      try HeapBytes([1, 2, 3]).withCheckedBytes { bytes in
        _ = bytes.reduce(0) { $0 + Int($1) } + Int(bytes[bytes.count])
      }
    }
  }

  @Test func `a number that reaches outside ends the program`() async {
    await #expect(processExitsWith: .failure) {
      try HeapBytes([1, 2, 3, 4]).withCheckedBytes { bytes in
        guard bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self) != 0 else { return }
      }
    }
  }

  @Test func `a slice that reaches outside ends the program`() async {
    await #expect(processExitsWith: .failure) {
      try HeapBytes([1, 2, 3, 4]).withCheckedBytes { bytes in
        let whole = CheckedBytes(rebasing: bytes[1...2])
        guard whole[0..<bytes.count].count == 0 else { return }
      }
    }
  }

  @Test func `numbers as bytes, the lowest first`() {
    #expect(UInt32(0x0102_0304).littleEndianBytes == [4, 3, 2, 1])
    #expect(Int16(-2).littleEndianBytes == [0xFE, 0xFF])
    #expect(Int64.min.littleEndianBytes == [0, 0, 0, 0, 0, 0, 0, 0x80])
    #expect(UInt8(7).littleEndianBytes == [7])
  }
}
