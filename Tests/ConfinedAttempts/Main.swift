import Confinement
import Glibc
import HDF5Records

/// Stands for a `byol-hdf5-reader` whose libhdf5 a hostile file has taken over: gives up what the
/// reader gives up, then tries what standard input says and tells on standard output how it went.
///
/// The input is an attempt's name, before it `limits` where the kernel is to be taken for one
/// without filters. The answer is a record `failed` at the attempt's name whose message is `refused`
/// and the error code, or `succeeded`. It is no tool for people, and no product.
@main struct ConfinedAttempts {
  static func main() {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe pread(STDIN_FILENO, &bytes, bytes.count, 0)
    var words = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      .split(separator: " ").map(String.init)
    let hasFilter = words.first != "limits"
    if !hasFilter { words.removeFirst() }
    Confinement.limitResources()
    var refusal: Int32?
    if hasFilter {
      refusal = Confinement.giveUpRights()
    } else {
      Confinement.giveUpFilesAndProcesses()
    }
    tell(Record.greeting)
    if let refusal { tell(.unfiltered(code: UInt32(bitPattern: refusal))) }
    if !hasFilter { tell(.unfiltered(code: UInt32(bitPattern: EPERM))) }

    let name = words.joined(separator: " ")
    errno = 0
    let result = Attempt(rawValue: name)?.run() ?? .refused(EINVAL)
    let message =
      switch result {
      case .refused(let code): "refused \(code)"
      case .succeeded: "succeeded"
      }
    tell(.failed(place: name, message: message))
    _exit(0)
  }

  static func tell(_ record: Record) { tell(record.encoded) }

  static func tell(_ bytes: [UInt8]) { _ = unsafe write(STDOUT_FILENO, bytes, bytes.count) }
}
