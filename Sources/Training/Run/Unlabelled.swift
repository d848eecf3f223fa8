import Images

/// Pictures without their labels.
struct Unlabelled: Dataset {
  private let data: any Dataset

  init(_ data: any Dataset) { self.data = data }

  var count: Int { data.count }
  var classes: [String] { [] }
  func label(_ index: Int) -> Int? { nil }
  func name(_ index: Int) -> String { data.name(index) }
  var leftOut: [CorruptPicture] { data.leftOut }
  func picture(_ index: Int) throws -> Picture { try data.picture(index) }
}
