/// The rules of the native layout above its HDF5 profile: names, documents, root attributes, and that the
/// tensors are the networks that the contract describes.
///
/// The raw value is the rule's number, which stays the same for ever, as those of
/// `Archives.ProfileRule` do; the order is that of `docs/format.md`.
public enum LayoutRule: String, CaseIterable, Sendable {
  case rootTexts = "R1"
  case roles = "R2"
  case fingerprint = "R3"
  case path = "P1"
  case elementType = "P2"
  case axes = "P3"
  case slot = "P4"
  case documents = "J1"
  case schema = "J2"
  case json = "J3"
  case fingerprints = "J4"
  case whole = "C1"
  case contract = "C2"

  /// The rule itself.
  public var sentence: String {
    switch self {
    case .rootTexts: "The root has the texts created_by, roles and fingerprint."
    case .roles:
      "The root attribute roles names the roles that have tensors, but extras, in the order of the "
        + "table of roles, joined by commas."
    case .fingerprint:
      "The root attribute fingerprint is that over all weights; empty where there are none."
    case .path:
      "A dataset outside groups that begin with x- has a path of schemas/checkpoint.json."
    case .elementType: "A tensor has a type that schemas/checkpoint.json allows at its path."
    case .axes: "A tensor has as many axes as schemas/checkpoint.json gives at its path."
    case .slot: "A slot of the optimiser has the shape of its parameter."
    case .documents: "There are the documents /contract, /recipe and /provenance."
    case .schema:
      "A document's attribute schema is the name that belongs to its path and version 1.x."
    case .json: "A document is JSON in UTF-8 that follows its schema."
    case .fingerprints: "The fingerprints in /provenance are those of the tensors."
    case .whole: "No tensor of an encoder is missing, unless /provenance counts names as dropped."
    case .contract:
      "/contract says of family, blocks, channels, kernel of the stem and sizes of projector and "
        + "predictor what the tensors show."
    }
  }
}
