import Archives
import Tensors

/// The names that a file is going to have, and the layout's limits on them.
struct NameTree {
  /// The names in each group, by the group's path; the root's path is empty.
  private(set) var members: [String: Set<String>] = ["": []]
  private var datasets: Set<String> = []
  private let file: String

  /// No names yet, in a file whose name errors mention.
  init(file: String) { self.file = file }

  /// Adds a dataset and the groups above it; the result are the groups that are new, outermost
  /// first.
  ///
  /// - Throws: `Failure` (`badInput`) where the layout cannot hold the name.
  @discardableResult
  mutating func add(_ path: String) throws -> [String] {
    let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if let name = names.first(where: { !NativeLayout.isName($0.utf8) }) {
      throw refusal(path, expected: "names of 1 to 64 of A-Z a-z 0-9 _ . -", found: "'\(name)'")
    }
    guard names.count <= NativeLayout.depthLimit else {
      throw refusal(
        path, expected: "at most \(NativeLayout.depthLimit) names in a path",
        found: "\(names.count)")
    }
    guard datasets.count < NativeLayout.datasetLimit else {
      throw refusal(path, expected: "at most \(NativeLayout.datasetLimit) datasets", found: "more")
    }
    var group = ""
    var made: [String] = []
    for (depth, name) in names.enumerated() {
      guard !datasets.contains(group) else {
        throw refusal(path, expected: "a group at /\(group)", found: "a tensor of that name")
      }
      members[group, default: []].insert(name)
      guard members[group, default: []].count <= NativeLayout.childrenLimit else {
        throw refusal(
          path, expected: "at most \(NativeLayout.childrenLimit) members of /\(group)",
          found: "more")
      }
      group = group.isEmpty ? name : group + "/" + name
      if depth < names.count - 1, members[group] == nil {
        members[group] = []
        made.append(group)
      }
    }
    guard members[path] == nil else {
      throw refusal(path, expected: "a group of that name, or a tensor", found: "both")
    }
    guard datasets.insert(path).inserted else {
      throw refusal(path, expected: "one tensor of that name", found: "two")
    }
    return made
  }

  private func refusal(_ path: String, expected: String, found: String) -> Failure {
    Failure(file: file, place: "/" + path, expected: expected, found: found)
  }
}
