import CHDF5
import HDF5Records

/// Tells one dataset: where its elements are, or the elements.
struct DatasetTelling: ~Copyable {
  private let dataset: hid_t
  private let name: String
  private let place: String
  private let type: Handle
  private let space: Dataspace
  private let creation: Handle

  /// Examines an open dataset.
  init(_ dataset: hid_t, name: String, path: String) throws {
    let type = try Handle(H5Dget_type(dataset), closedBy: H5Tclose, "read the type", at: path)
    let space = try Handle(H5Dget_space(dataset), closedBy: H5Sclose, "read the shape", at: path)
    let creation = try Handle(
      H5Dget_create_plist(dataset), closedBy: H5Pclose, "read how it is stored", at: path)
    self.space = try Dataspace(space.id, at: path)
    self.dataset = dataset
    self.name = name
    place = path
    self.type = type
    self.creation = creation
  }

  /// Tells it.
  ///
  /// - Throws: `Refusal` where its elements are none of ours, or would be read from elsewhere.
  func tell(to pipe: inout RecordPipe) throws {
    let filters = try checkStorage()
    guard let shape = space.shape else { return pipe.send(.value(name: name, .none)) }
    switch try Elements(type.id, at: place) {
    case .numbers(let element, let isBigEndian):
      let type = StoredType(element: element, isBigEndian: isBigEndian, shape: shape)
      try tell(type, filters, to: &pipe)
    case .twoBytes:
      guard try isBFloat16() else {
        throw Refusal(place, expected: "numbers or texts", found: "opaque data")
      }
      try tell(
        StoredType(element: "bfloat16", isBigEndian: false, shape: shape), filters, to: &pipe)
    case .texts, .bytes:
      let dataset = dataset
      let whole = unsafe WholeValue(type: type.id, space: space, place: place) {
        unsafe H5Dread(dataset, $0, 0, 0, 0, $1)
      }
      pipe.send(.value(name: name, try whole.value()))
    }
  }

  /// Whether the attribute says what the two bytes of each element are, as Keras writes it.
  private func isBFloat16() throws -> Bool {
    guard try unsafe check(H5Aexists(dataset, "dtype"), "look for an attribute", at: place) > 0
    else {
      return false
    }
    return try attribute("dtype", of: dataset, at: "\(place)@dtype") == .text("bfloat16")
  }

  /// Refuses storage in other files, and filters that are rare and complicated.
  ///
  /// - Returns: the filters, in the order in which they were applied.
  private func checkStorage() throws -> [H5Z_filter_t] {
    guard H5Pget_external_count(creation.id) == 0 else {
      throw Refusal(place, expected: "elements in this file", found: "external storage")
    }
    let layout = H5Pget_layout(creation.id)
    guard [H5D_COMPACT, H5D_CONTIGUOUS, H5D_CHUNKED].contains(layout) else {
      throw Refusal(place, expected: "elements in this file", found: "a virtual dataset")
    }
    let count = try check(H5Pget_nfilters(creation.id), "count the filters", at: place)
    return try (0..<UInt32(count)).map { index in
      var (flags, values, configuration): (UInt32, Int, UInt32) = (0, 0, 0)
      let filter = unsafe H5Pget_filter2(
        creation.id, index, &flags, &values, nil, 0, nil, &configuration)
      guard [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32].contains(filter) else {
        throw Refusal(
          place, expected: "the filters deflate, shuffle and fletcher32",
          found: "the filter \(filter)")
      }
      return filter
    }
  }

  private func tell(
    _ type: StoredType, _ filters: [H5Z_filter_t], to pipe: inout RecordPipe
  ) throws {
    let size = H5Tget_size(self.type.id)
    let count = try space.byteCount(of: size, limit: 1 << 46, at: place)
    if H5Pget_layout(creation.id) == H5D_CONTIGUOUS || count == 0 {
      let offset = count == 0 ? 0 : H5Dget_offset(dataset)
      if offset != h5_no_address() {
        return pipe.send(
          .dataset(name: name, StoredArray(type: type, place: .file(offset: UInt64(offset)))))
      }
    }
    pipe.send(.dataset(name: name, StoredArray(type: type, place: .streamed(UInt64(count)))))
    let chunk = try chunk(rank: type.shape.count)
    let chunks = try ChunkCheck(
      dataset, shape: type.shape, chunk: chunk, elementSize: size, filters: filters, at: place)
    try stream(
      type.shape, chunks, rowsPerChunk: chunk.first.map { Int(clamping: $0) } ?? 1,
      rowBytes: type.shape.first.map { count / Int($0) } ?? count, to: &pipe)
  }

  private static let slabBytes = 1 << 22
  private static let slabLimit = 1 << 28

  /// Hands on the elements, a few rows of chunks at a time.
  private func stream(
    _ shape: [UInt64], _ chunks: ChunkCheck, rowsPerChunk: Int, rowBytes: Int,
    to pipe: inout RecordPipe
  ) throws {
    let rows = Int(shape.first ?? 1)
    let step = max(Self.slabBytes / rowBytes, 1)
    let chunk = min(max(rowsPerChunk, 1), rows)
    let rowsPerSlab = min(rows, step < chunk ? chunk : step - step % chunk)
    guard rowsPerSlab <= Self.slabLimit / rowBytes else {
      throw Refusal(
        place, expected: "rows of chunks of at most \(Self.slabLimit) bytes", found: "larger ones")
    }
    let slab = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rowsPerSlab * rowBytes, alignment: 64)
    defer { unsafe slab.deallocate() }
    let file = try Handle(H5Dget_space(dataset), closedBy: H5Sclose, "read the shape", at: place)
    var row = 0
    while row < rows {
      let count = min(rowsPerSlab, rows - row)
      try chunks.check(row..<row + count)
      let lengths = [hsize_t(count)] + shape.dropFirst().map { hsize_t($0) }
      let memory = try unsafe Handle(
        shape.isEmpty
          ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(lengths.count), lengths, nil),
        closedBy: H5Sclose, "describe a slab", at: place)
      if !shape.isEmpty {
        let start = [hsize_t(row)] + shape.dropFirst().map { _ in hsize_t(0) }
        try unsafe check(
          H5Sselect_hyperslab(file.id, H5S_SELECT_SET, start, nil, lengths, nil), "choose rows",
          at: place)
      }
      try unsafe check(
        H5Dread(dataset, type.id, memory.id, file.id, 0, slab.baseAddress), "read the elements",
        at: place)
      unsafe pipe.send(UnsafeRawBufferPointer(rebasing: slab[0..<count * rowBytes]))
      row += count
    }
  }

  /// The shape of a chunk; empty where there are no chunks.
  private func chunk(rank: Int) throws -> [UInt64] {
    guard rank > 0, H5Pget_layout(creation.id) == H5D_CHUNKED else { return [] }
    var lengths = [hsize_t](repeating: 1, count: rank)
    guard unsafe H5Pget_chunk(creation.id, Int32(rank), &lengths) == Int32(rank) else {
      throw Refusal(place, expected: "chunks of as many axes as the dataset has", found: "others")
    }
    return lengths.map { UInt64($0) }
  }
}
