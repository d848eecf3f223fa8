import Glibc
import Tensors

/// Programs of this package that people do not call: its tools start them.
package enum HelperProgram {
  /// Where a helper lies: beside the program that runs, as built, or in `../libexec/byol-checkpoints`, as
  /// installed.
  ///
  /// - Parameters:
  ///   - name: `byol-hdf5-reader`.
  ///   - purpose: what it is for, as the failure's sentence begins: `HDF5 of other programs is read by`.
  /// - Throws: `Failure` (`inputOutput`) where it is in neither place.
  package static func path(of name: String, for purpose: String) throws -> String {
    let own = try ownPath()
    let folder = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
    let places = ["\(folder)/\(name)", "\(folder)/../libexec/byol-checkpoints/\(name)"]
    guard let path = places.first(where: { unsafe access($0, X_OK) == 0 }) else {
      throw Failure(
        .inputOutput,
        "\(purpose) \(name), which belongs beside this program and is not there (\(places[0]))")
    }
    return path
  }

  /// The path of the program that runs.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system does not tell it.
  package static func ownPath() throws -> String {
    guard let path = OwnProcess.program() else {
      throw Failure.system("cannot tell where this program lies", file: nil)
    }
    return path
  }
}
