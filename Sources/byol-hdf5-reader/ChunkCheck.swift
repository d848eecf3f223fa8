import CHDF5
import CZlib

/// Checks that compressed chunks inflate to a chunk's bytes, before libhdf5 inflates them itself: it
/// inflates as much as there is, and takes a chunk that is too short for a whole one, with whatever
/// memory lies behind it.
struct ChunkCheck {
  private let dataset: hid_t
  private let chunk: [UInt64]
  private let shape: [UInt64]
  /// What a chunk inflates to; nil where chunks are not deflated.
  private let expected: Int?
  /// The place of the deflate filter among the filters.
  private let index: Int
  private let place: String

  private static let sizeLimit = 1 << 29

  /// A check of a dataset's chunks.
  ///
  /// - Parameters:
  ///   - chunk: the shape of a chunk; empty where there are none.
  ///   - filters: in the order in which they were applied.
  /// - Throws: `Refusal` where chunks are too large, or deflated twice.
  init(
    _ dataset: hid_t, shape: [UInt64], chunk: [UInt64], elementSize: Int, filters: [H5Z_filter_t],
    at place: String
  ) throws {
    self.dataset = dataset
    self.shape = shape
    self.chunk = chunk
    self.place = place
    let places = filters.indices.filter { filters[$0] == H5Z_FILTER_DEFLATE }
    guard places.count <= 1 else {
      throw Refusal(place, expected: "the filter deflate once", found: "\(places.count) times")
    }
    index = places.first ?? 0
    guard !places.isEmpty, !chunk.isEmpty else {
      expected = nil
      return
    }
    let bytes = try Dataspace(chunk).byteCount(of: elementSize, limit: Self.sizeLimit, at: place)
    // Each checksum that was added before takes four bytes.
    let checksums = filters.prefix(index).filter { $0 == H5Z_FILTER_FLETCHER32 }
    expected = bytes + 4 * checksums.count
  }

  /// Checks the chunks that hold the rows `rows`.
  ///
  /// - Throws: `Refusal` where one inflates to more or less than it must.
  func check(_ rows: Range<Int>) throws {
    guard let expected else { return }
    var inflated = [UInt8](repeating: 0, count: expected + 1)
    let first = UInt64(rows.lowerBound) / chunk[0] * chunk[0]
    var corner = chunk.map { _ in hsize_t(0) }
    corner[0] = first
    while corner[0] < UInt64(rows.upperBound) {
      try check(corner, expected, &inflated)
      // The next corner, the last axis fastest.
      var axis = chunk.count - 1
      corner[axis] += chunk[axis]
      while axis > 0, corner[axis] >= shape[axis] {
        corner[axis] = 0
        axis -= 1
        corner[axis] += chunk[axis]
      }
    }
  }

  private func check(
    _ corner: [hsize_t], _ expected: Int, _ inflated: inout [UInt8]
  ) throws {
    var size = hsize_t(0)
    // A chunk that was never written is no failure of the file, and nothing to check.
    guard unsafe H5Dget_chunk_storage_size(dataset, corner, &size) >= 0, size > 0 else { return }
    guard size <= UInt64(Self.sizeLimit) else {
      throw Refusal(place, expected: "chunks of at most \(Self.sizeLimit) bytes", found: "\(size)")
    }
    var stored = [UInt8](repeating: 0, count: Int(size))
    var skipped: UInt32 = 0
    try unsafe byol_hdf5_reader.check(
      H5Dread_chunk(dataset, 0, corner, &skipped, &stored), "read a chunk", at: place)
    guard skipped & 1 << UInt32(index) == 0 else { return }
    // The checksum that was added after lies behind the stream, which ends by itself.
    var count = uLongf(inflated.count)
    let code = unsafe uncompress(&inflated, &count, stored, uLong(stored.count))
    guard code == Z_OK, Int(count) == expected else {
      throw Refusal(
        place, expected: "chunks that inflate to \(expected) bytes",
        found: code == Z_OK ? "one of \(count)" : "one that inflates to more, or does not")
    }
  }
}
