import CHDF5
import CLinux
import Glibc

/// A driver by which libhdf5 reads standard input and nothing else: it cannot open a file, whatever
/// a file's links, external storage or virtual datasets name.
enum InputDriver {
  /// Registers the driver.
  ///
  /// - Returns: an access property list that chooses it, for `H5Fopen`; negative on failure.
  static func prepare() -> hid_t {
    var driver = unsafe H5FD_class_t()
    unsafe driver.name = UnsafePointer(strdup("input"))
    unsafe h5_complete_driver(&driver)
    unsafe driver.open = { _, flags, _, _ in
      guard flags == h5_read_only() else { return nil }
      return unsafe calloc(1, MemoryLayout<H5FD_t>.size)?.assumingMemoryBound(to: H5FD_t.self)
    }
    unsafe driver.close = { file in
      unsafe free(file)
      return 0
    }
    unsafe driver.get_eoa = { _, _ in unsafe InputDriver.endOfAddresses }
    unsafe driver.set_eoa = { _, _, address in
      unsafe InputDriver.endOfAddresses = address
      return 0
    }
    var status = stat()
    guard unsafe fstat(STDIN_FILENO, &status) == 0, status.st_size >= 0 else { return -1 }
    unsafe size = haddr_t(status.st_size)
    unsafe driver.get_eof = { _, _ in unsafe InputDriver.size }
    unsafe driver.read = { _, _, _, address, count, buffer in
      unsafe InputDriver.read(address, count, into: buffer) ? 0 : -1
    }
    unsafe driver.write = { _, _, _, _, _, _ in -1 }
    let access = H5Pcreate(h5_file_access_class())
    guard access >= 0, unsafe H5Pset_driver(access, H5FDregister(&driver), nil) >= 0 else {
      return -1
    }
    return access
  }

  /// Reads `count` bytes from `address` on; what lies behind the end of the file is zeros, as
  /// HDF5's own drivers have it.
  private static func read(
    _ address: haddr_t, _ count: Int, into buffer: UnsafeMutableRawPointer?
  ) -> Bool {
    guard let buffer = unsafe buffer, let start = off_t(exactly: address) else { return false }
    var done = 0
    while done < count {
      let got = unsafe pread(STDIN_FILENO, buffer + done, count - done, start + off_t(done))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { return false }
      if got == 0 {
        unsafe memset(buffer + done, 0, count - done)
        return true
      }
      done += got
    }
    return true
  }

  // There is one file and one thread.

  /// The bytes of the file; it cannot be asked for later.
  private nonisolated(unsafe) static var size: haddr_t = 0
  /// Where libhdf5 lets addresses end.
  private nonisolated(unsafe) static var endOfAddresses: haddr_t = 0
}
