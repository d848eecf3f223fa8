import FuzzSupport
import Images
import Tensors

/// JPEG and PNG pictures, as training and as evaluation decode them.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  attempt(start, count) { file in
    // A picture of many pixels is allowed and takes its time; what is in it shows nothing new.
    guard try file.withBytes({ !announcesManyPixels($0) }) else { return }
    let plain = try Picture(file: file.path)
    guard plain.pixels.count == 3 * plain.width * plain.height else {
      finding("\(plain.pixels.count) bytes of \(plain.width) x \(plain.height) pixels")
    }
    var evaluated = Decoding(.fast, isOriented: false)
    evaluated.seesCentre = true
    _ = try Picture(file: file.path, decoding: evaluated)
  }
}

/// Whether a PNG header, or a JPEG's first frame header, says more than a million pixels.
private func announcesManyPixels(_ bytes: UnsafeRawBufferPointer) -> Bool {
  func number(_ offset: Int, bytes width: Int) -> Int? {
    guard offset + width <= bytes.count else { return nil }
    return bytes[offset..<offset + width].reduce(0) { $0 << 8 | Int($1) }
  }
  func isMany(_ width: Int?, _ height: Int?) -> Bool {
    (width ?? 0).multipliedReportingOverflow(by: height ?? 0).partialValue > 1 << 20
  }
  if bytes.starts(with: [0x89, 0x50]) { return isMany(number(16, bytes: 4), number(20, bytes: 4)) }
  // A start of frame (JPEG, section B.2.2) may be anywhere in a damaged file.
  return zip(bytes.indices, bytes.dropFirst()).contains { offset, marker in
    bytes[offset] == 0xFF && (0xC0...0xCF).contains(marker)
      && isMany(number(offset + 7, bytes: 2), number(offset + 5, bytes: 2))
  }
}

/// libFuzzer's mutations, with sums of chunks that are good.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  mutate(data, count, limit, seed: seed, as: PNGChecksums.self)
}
