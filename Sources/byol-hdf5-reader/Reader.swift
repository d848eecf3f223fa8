import CHDF5
import Confinement
import Glibc
import HDF5Records

/// Reads the HDF5 file on standard input with libhdf5 and tells on standard output what it holds,
/// as `Record`s.
///
/// libhdf5 cannot be trusted with a hostile file, so it runs here, in a process that can do nothing
/// but that: see `Confinement`. The program that starts it, `Archives`, checks all it is told.
/// It is no tool for people and has no options.
@main
struct Reader {
  static func main() {
    Confinement.limitResources()
    h5_be_quiet()
    let file = InputDriver.prepare()
    H5Lunregister(H5L_TYPE_EXTERNAL)
    H5PLset_loading_state(0)
    let refusal = Confinement.giveUpRights()

    var pipe = RecordPipe()
    pipe.greet()
    if let refusal { pipe.send(.unfiltered(code: UInt32(bitPattern: refusal))) }
    pipe.flush()
    do {
      try read(file, to: &pipe)
      pipe.send(.finished)
    } catch let refusal as Refusal {
      pipe.send(.failed(place: refusal.place, message: refusal.message))
    } catch {
      pipe.send(.failed(place: "", message: "\(error)"))
    }
    pipe.flush()
    // Without HDF5's own ending: there is nothing to save, and it walks what the file made.
    _exit(0)
  }

  private static func read(_ access: hid_t, to pipe: inout RecordPipe) throws {
    let file = try unsafe Handle(
      H5Fopen("input", h5_read_only(), access), closedBy: H5Fclose, "open the file")
    let root = try unsafe Handle(
      H5Gopen2(file.id, "/", 0), closedBy: H5Gclose, "open the root group")
    var walk = Walk()
    try walk.tell(root.id, path: "", depth: 0, to: &pipe)
  }
}
