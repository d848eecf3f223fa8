import Archives
import CHDF5
import Tensors

/// The property lists that keep libhdf5 inside the strict profile.
enum Properties {
  /// How the file is opened: version 1.8 of the format, aligned blocks, and all metadata in one
  /// block of about `metadata` bytes, so that a reader that maps the file touches few pages.
  static func fileAccess(metadata: Int) throws -> Handle {
    let list = try make(h5_file_access_class())
    try check(
      H5Pset_libver_bounds(list.id, H5F_LIBVER_V18, H5F_LIBVER_V18), "choose the format's version")
    if let driver = try outputDriver.get() {
      try check(H5Pset_driver(list.id, driver, nil), "choose how the file is written")
    }
    try check(H5Pset_alignment(list.id, 1, hsize_t(NativeLayout.alignment)), "align blocks")
    try check(H5Pset_meta_block_size(list.id, hsize_t(metadata)), "reserve space for headers")
    try check(H5Pset_small_data_block_size(list.id, 0), "allocate each dataset for itself")
    try check(h5_without_locks(list.id), "leave files unlocked")
    return list
  }

  /// The driver that places raw data, registered once in a process; nil where the library is of another
  /// release than its headers were, and writes the same bytes by a driver of its own.
  private static let outputDriver = Result<hid_t?, any Error> {
    guard h5_output_fits() != 0 else { return nil }
    guard h5_output_alignment == NativeLayout.alignment else {
      throw Failure(.inputOutput, "the driver of HDF5 files has another alignment than the layout")
    }
    return try check(h5_output_register(), "register the driver of files")
  }

  /// How the root group is made.
  static func fileCreation(_ room: LinkRoom) throws -> Handle {
    let list = try make(h5_file_create_class())
    try configureGroup(list, room)
    return list
  }

  /// How a group is made.
  static func groupCreation(_ room: LinkRoom) throws -> Handle {
    let list = try make(h5_group_create_class())
    try configureGroup(list, room)
    return list
  }

  /// How a dataset is made.
  static func datasetCreation() throws -> Handle {
    let list = try make(h5_dataset_create_class())
    try configureObject(list)
    try check(H5Pset_layout(list.id, H5D_CONTIGUOUS), "choose contiguous storage")
    try check(H5Pset_alloc_time(list.id, H5D_ALLOC_TIME_EARLY), "allocate storage early")
    try check(H5Pset_fill_time(list.id, H5D_FILL_TIME_NEVER), "leave storage unfilled")
    return list
  }

  /// How a dataset of a tree for other programs is made: contiguous too, so that its bytes can be
  /// written past the library, with attributes as any reader knows them.
  static func plainDatasetCreation() throws -> Handle {
    let list = try make(h5_dataset_create_class())
    try check(H5Pset_obj_track_times(list.id, false), "leave out times")
    try check(H5Pset_layout(list.id, H5D_CONTIGUOUS), "choose contiguous storage")
    try check(H5Pset_alloc_time(list.id, H5D_ALLOC_TIME_EARLY), "allocate storage early")
    try check(H5Pset_fill_time(list.id, H5D_FILL_TIME_NEVER), "leave storage unfilled")
    return list
  }

  private static func make(_ kind: @autoclosure () -> hid_t) throws -> Handle {
    try Handle(H5Pcreate(kind()), closedBy: H5Pclose, "make a property list")
  }

  private static func configureGroup(_ list: borrowing Handle, _ room: LinkRoom) throws {
    let id = list.id
    try configureObject(list)
    try check(H5Pset_link_phase_change(id, compactLimit, 0), "keep links in the header")
    try check(H5Pset_est_link_info(id, room.count, room.nameLength), "reserve room for links")
  }

  private static func configureObject(_ list: borrowing Handle) throws {
    let id = list.id
    try check(H5Pset_obj_track_times(id, false), "leave out times")
    try check(H5Pset_attr_phase_change(id, compactLimit, 0), "keep attributes in the header")
  }

  /// More links or attributes than a group may have: no heap is ever used.
  private static let compactLimit: UInt32 = 65535
}

/// How many links a group's header has room for, and how long their names are.
struct LinkRoom {
  var count: UInt32
  var nameLength: UInt32

  /// Room for members of these names.
  init(_ names: some Collection<String>) {
    count = UInt32(names.count)
    let length = names.reduce(0) { $0 + $1.utf8.count }
    nameLength = names.isEmpty ? 1 : UInt32((length + names.count - 1) / names.count)
  }
}
