import FuzzSupport
import Tensors

@testable import Archives
@testable import Checkpoints

/// JSON beside checkpoints: sidecars, indices of shards, and trees.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let readers: [(MappedFile) throws -> Void] = [
    { _ = try Sidecar.read($0.path) },
    { _ = SafetensorsIndex().recognises($0) },
    { _ = try SafetensorsIndex().fileNames($0) },
    { file in
      try file.withCheckedBytes { bytes in
        var scanner = JSONScanner(bytes, place: "text")
        let value = try scanner.value()
        try scanner.end()
        // What one way of reading takes, the other takes, too.
        var again = JSONScanner(bytes, place: "text")
        try again.skipValue()
        try again.end()
        guard again.position == scanner.position else {
          finding("\(value) ends at byte \(scanner.position), or at \(again.position)")
        }
      }
    },
  ]
  for reader in readers { _ = attempt(start, count, reader) }
  return 0
}
