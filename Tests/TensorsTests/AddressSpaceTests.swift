import TestSupport
import Testing

@testable import Tensors

@Suite struct AddressSpaceTests {
  @Test func `nothing is refused where addresses are not limited`() throws {
    guard AddressSpace.limit == nil else { return }
    try AddressSpace.require(.max, for: "everything")
    try AddressSpace.require(.max, keptBy: "a library", margin: 0)
    #expect(AddressSpace.hasRoom(for: .max))
  }

  @Test func `a piece that nobody can map is found out, and one that was tried is given back`() {
    #expect(!AddressSpace.canMap(1 << 50))
    for _ in 0..<1000 { #expect(AddressSpace.canMap(1 << 40)) }
  }
}
