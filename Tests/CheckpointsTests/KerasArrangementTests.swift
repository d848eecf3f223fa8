import Archives
import Tensors
import Testing

@testable import Checkpoints

@Suite struct KerasArrangementTests {
  /// A tensor of zeros.
  func zeros(_ shape: [Int]) throws -> Node {
    let count = shape.reduce(1, *)
    return .tensor(
      try Tensor(.float32, shape: shape, bytes: [UInt8](repeating: 0, count: 4 * count)))
  }

  func group(_ members: [(String, Node)]) -> Node {
    .mapping(kind: "group", members.map { Node.Entry(.text($0.0), $0.1) })
  }

  func conv(_ kernel: Int, _ width: Int) throws -> Node {
    group([
      (
        "vars",
        group([("0", try zeros([kernel, kernel, width, width])), ("1", try zeros([width]))])
      )
    ])
  }

  func norm(_ width: Int) throws -> Node {
    group([("vars", group(try (0..<4).map { (String($0), try zeros([width])) }))])
  }

  func block(_ convs: [(String, Int)]) throws -> Node {
    group(
      try convs.map { ($0, try conv($1, 2)) }
        + convs.map { ($0.0.replacing("conv", with: "bn"), try norm(2)) })
  }

  /// An encoder whose blocks have those convolutions in their shortcuts.
  func encoder(_ hasShortcut: [Bool], shortcut kernel: Int = 1) throws -> Node {
    let usual = [("conv1", 3), ("conv2", 3)]
    let blocks = try hasShortcut.enumerated().map { number, has in
      (
        number == 0 ? "basic_block" : "basic_block_\(number)",
        try block(usual + (has ? [("convdown", kernel)] : []))
      )
    }
    // In the order of texts, as HDF5 gives them: block 10 comes before block 2.
    return group([
      ("blocks", group(blocks.sorted { $0.0 < $1.0 })), ("bn1", try norm(2)),
      ("conv1", try conv(3, 2)),
    ])
  }

  func head(_ before: Int, _ hidden: Int, _ after: Int, first: Int) throws -> Node {
    func layer(_ kind: String, _ number: Int, _ members: [(String, [Int])]) throws -> (
      String, Node
    ) {
      let name = number == 0 ? kind : "\(kind)_\(number)"
      return (
        name, group([("head", group([(name, group(try members.map { ($0, try zeros($1)) }))]))])
      )
    }
    return group([
      try layer(
        "batch_normalization", first,
        ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"].map { ($0, [hidden]) }),
      try layer("dense", first + 1, [("kernel:0", [hidden, after]), ("bias:0", [after])]),
      try layer("dense", first, [("kernel:0", [before, hidden]), ("bias:0", [hidden])]),
    ])
  }

  /// The names for the rules, by the file's own.
  func names(_ root: Node, called name: String? = nil) throws -> (
    names: [String: String], notes: [String]
  ) {
    var archive = Archive(root, format: "keras")
    archive.name = name
    var items = LeafNames(root).items
    var arrangement = KerasArrangement()
    arrangement.apply(to: &items, of: archive)
    let pairs = items.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
    return (Dictionary(uniqueKeysWithValues: pairs), arrangement.notes)
  }

  @Test func `stages begin at convolutions in shortcuts, and block 10 comes after block 9`() throws
  {
    let shortcuts = (0..<12).map { [3, 6, 10].contains($0) }
    let found = try names(encoder(shortcuts), called: "f_online_100").names
    #expect(found["conv1/vars/0"] == "f_online/conv1/kernel")
    #expect(found["bn1/vars/3"] == "f_online/bn1/moving_variance")
    #expect(found["blocks/basic_block_2/conv2/vars/1"] == "f_online/stage0/block2/conv2/bias")
    #expect(
      found["blocks/basic_block_3/convdown/vars/0"] == "f_online/stage1/block0/convdown/kernel")
    #expect(found["blocks/basic_block_9/bn2/vars/1"] == "f_online/stage2/block3/bn2/beta")
    #expect(found["blocks/basic_block_10/bndown/vars/0"] == "f_online/stage3/block0/bndown/gamma")
    #expect(found["blocks/basic_block_11/conv1/vars/0"] == "f_online/stage3/block1/conv1/kernel")
  }

  @Test(arguments: [0, 9, 99]) func `ranks count, not numbers`(first: Int) throws {
    let found = try names(head(4, 8, 6, first: first), called: "g_target_200").names
    let suffix = first == 0 ? "" : "_\(first)"
    #expect(found["dense\(suffix)/head/dense\(suffix)/kernel:0"] == "g_target/fc1/kernel")
    let next = "dense_\(first + 1)"
    #expect(found["\(next)/head/\(next)/bias:0"] == "g_target/fc2/bias")
    let norm = "batch_normalization\(suffix)"
    #expect(found["\(norm)/head/\(norm)/moving_mean:0"] == "g_target/bn/moving_mean")
  }

  @Test(arguments: [(4, 6, "g_online"), (6, 6, "q_online")])
  func `a head of no known name is told by its sizes, and that is said`(
    before: Int, after: Int, network: String
  ) throws {
    let found = try names(head(before, 8, after, first: 0), called: "weights")
    #expect(found.names["dense/head/dense/kernel:0"] == "\(network)/fc1/kernel")
    #expect(found.notes.count == 1)
    #expect(found.notes.first?.hasPrefix("weights is taken for the online") == true)
  }

  @Test func `a name of a network of the other kind tells nothing`() throws {
    let found = try names(encoder([false, true]), called: "g_target")
    #expect(found.names["conv1/vars/0"] == "f_online/conv1/kernel")
    #expect(found.notes.count == 1)
    #expect(try names(encoder([false]), called: "f_target.old").notes.count == 1)
    #expect(try names(encoder([false]), called: "f_target").notes.isEmpty)
  }

  @Test func `what is no such network keeps its names`() throws {
    let strange: [Node] = [
      try encoder([false, true], shortcut: 3),
      group([("conv1", try conv(3, 2)), ("bn1", try norm(2))]),
      group([("fc", group([("vars", group([("0", try zeros([2, 2]))]))]))]),
      group([("optimizer", group([("vars", group([("0", try zeros([]))]))]))]),
      group([("kernel", try zeros([2, 2]))]),
      group([]),
      .text("no tree"),
    ]
    for root in strange {
      let found = try names(root, called: "f_online")
      #expect(found.names.allSatisfy { $0.key == $0.value })
      #expect(found.notes.isEmpty)
    }
  }

  @Test func `an optimiser beside the layers does not disturb`() throws {
    guard case .mapping(let kind, let members) = try encoder([false, true]) else { return }
    let optimizer = group([
      ("vars", group([("0", .integer(3)), ("1", try zeros([2, 2, 2, 2, 2]))]))
    ])
    let root = Node.mapping(
      kind: kind, members + [Node.Entry(.text("optimizer"), optimizer)])
    let found = try names(root, called: "f_online").names
    #expect(found["conv1/vars/0"] == "f_online/conv1/kernel")
    #expect(found["optimizer/vars/1"] == "optimizer/vars/1")
  }

  @Test(arguments: [2, 3]) func `names for writing are found again`(version: Int) throws {
    var naming = KerasNaming(isKeras2: version == 2, blocks: [2, 1, 11])
    #expect(
      naming.path(of: "f_online/conv1/kernel").joined(separator: "/")
        == (version == 2
          ? "f_online/conv2d/basic_res_net/conv2d/kernel:0" : "f_online/conv1/vars/0"))
    #expect(
      naming.path(of: "f_online/stage2/block1/bndown/moving_mean").joined(separator: "/")
        == (version == 2
          ? "f_online/basic_block_4/basic_res_net/basic_block_4/batch_normalization/moving_mean:0"
          : "f_online/blocks/basic_block_4/bndown/vars/2"))
    // The same layer again, and the first of another network.
    #expect(
      naming.path(of: "f_online/conv1/bias").last == (version == 2 ? "bias:0" : "1"))
    #expect(
      naming.path(of: "g_target/fc2/bias").joined(separator: "/")
        == (version == 2
          ? "g_target/dense/projection_head/dense/bias:0" : "g_target/fc2/vars/1"))
  }
}
