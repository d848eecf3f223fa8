import Checkpoints
import Gradients
import Images
import Synchronization
import TestSupport
import Tensors
import Testing

@testable import Training

@Suite struct LoaderTests {
  private func loader(
    _ data: CountedPictures, batch: Int = 4, seed: UInt64 = 1, workers: Int = 2
  ) throws -> Loader {
    Loader(
      data, order: try DataOrder(count: data.count, batch: batch, seed: seed),
      augmentation: try Augmentation.named("byol", size: 8),
      normalisation: try Normalisation(SummingUpdater.sample().contract.input), workers: workers)
  }

  @Test func `views depend on seed and position alone`() throws {
    let whole = try loader(CountedPictures(18), workers: 1)
    let views = try (0..<9).map { try whole.views(at: $0) }
    // Another number of threads, and begun in the middle of an epoch, and out of turn.
    let later = try loader(CountedPictures(18), workers: 3)
    for position in [6, 7, 8, 2, 3, 0] {
      let again = try later.views(at: position)
      #expect(again.first.values == views[position].first.values, "\(position)")
      #expect(again.second.values == views[position].second.values, "\(position)")
      #expect(again.labels == views[position].labels)
    }
    let other = try loader(CountedPictures(18), seed: 2).views(at: 0)
    #expect(other.first.values != views[0].first.values)
    #expect(views[0].first.values != views[0].second.values)
    #expect(views[0].first.shape == [4, 3, 8, 8] && views[0].labels.count == 4)
    #expect(whole.updatesPerEpoch == 4 && whole.batch == 4)
  }

  @Test func `a corrupt picture is named, counted once and replaced by the next one`() throws {
    let order = try DataOrder(count: 12, batch: 4, seed: 1).pictures(inEpoch: 0)
    // The first picture of the epoch, and the one that would replace it.
    let bad: Set = [order[0], order[1]]
    let loader = try loader(CountedPictures(12, corrupt: bad))
    let once = try loader.views(at: 0)
    #expect(once.labels.count == 4)
    #expect(once.labels[0] == order[2] % 2 && once.labels[1] == order[2] % 2)
    for position in 1..<9 { _ = try loader.views(at: position) }
    #expect(loader.corrupt.map(\.name) == bad.sorted().map { "picture\($0).jpg" })
    #expect(loader.corrupt.first?.reason == "the JPEG ends early")
    let again = try self.loader(CountedPictures(12, corrupt: bad), workers: 1).views(at: 0)
    #expect(again.first.values == once.first.values && again.second.values == once.second.values)
  }

  @Test func `without a picture that can be read nothing is trained`() throws {
    let loader = try loader(CountedPictures(5, corrupt: [0, 1, 2, 3, 4]))
    let failure = failure { _ = try loader.views(at: 0) }
    #expect(failure?.kind == .badInput)
    #expect(failure?.description.contains("picture0.jpg") == true, "\(failure as Any)")
  }

  @Test func `no more is made ahead than was asked for, and stopping waits`() throws {
    let made = Mutex<[Int]>([])
    let ahead = Prefetcher<Int>(workers: 2) { position in
      made.withLock { $0.append(position) }
      return position
    }
    #expect(try ahead.item(at: 5) == 5)
    #expect(try ahead.item(at: 6) == 6)
    ahead.stop()
    let positions = made.withLock { $0 }
    // Two threads: at most three batches beyond the one that was wanted.
    #expect(Set(positions).isSuperset(of: [5, 6]) && Set(positions).isSubset(of: Set(5...9)))
    #expect(positions.count == Set(positions).count)
    #expect(failure { _ = try ahead.item(at: 7) }?.kind == .usage || positions.contains(7))
  }

  @Test func `a failure comes at its own position`() throws {
    let ahead = Prefetcher<Int>(workers: 2) { position in
      guard position != 2 else { throw Failure(.badInput, "two") }
      return position
    }
    defer { ahead.stop() }
    #expect(try ahead.item(at: 0) == 0)
    #expect(try ahead.item(at: 1) == 1)
    #expect(failure { _ = try ahead.item(at: 2) }?.message == "two")
    #expect(try ahead.item(at: 3) == 3)
  }
}
