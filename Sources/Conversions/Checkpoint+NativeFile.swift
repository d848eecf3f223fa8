public import Archives
public import Checkpoints
public import HDF5Writing
import Tensors

extension Checkpoint {
  /// Writes the checkpoint as a native file: tensors, then fingerprints, root attributes and documents.
  ///
  /// - Parameters:
  ///   - threads: that hash and write.
  ///   - progress: called with the number of bytes written, one call at a time.
  ///   - complete: says what is only known once the tensors are written, given what was written of each.
  /// - Returns: the checkpoint as it was written.
  /// - Throws: `Failure` (`inputOutput`) where the system refuses; what `complete` throws.
  public func writeNativeFile(
    into file: OutputFile, threads: Int, progress: (@Sendable (Int) -> Void)? = nil,
    complete: (inout Checkpoint, [WrittenTensor]) throws -> Void
  ) throws -> Checkpoint {
    var written = self
    let tensors = (entries + extras).map { NativeTensor(path: $0.path, tensor: $0.tensor) }
    try writeNative(tensors, into: file, threads: threads, progress: progress) { tensors in
      let fingerprints = Fingerprints(
        tensors.map { ($0.path, $0.elementType, $0.shape, $0.digest) })
      written.provenance.fingerprints = fingerprints.byName.mapValues(\.description)
      written.provenance.createdBy = NativeNames.createdBy
      try complete(&written, tensors)
      return (
        [
          ("created_by", .text(written.provenance.createdBy)),
          ("roles", .text(written.roles.map(\.rawValue).joined(separator: ","))),
          ("fingerprint", .text(written.provenance.fingerprints["all"] ?? "")),
        ],
        try written.documents().map {
          NativeDocument(path: $0.path, bytes: $0.json, schema: $0.schema)
        }
      )
    }
    return written
  }
}
