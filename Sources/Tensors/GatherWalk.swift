/// The indices of several axes one after another, the last axis fastest, as offsets in elements.
struct GatherWalk {
  /// The index's place in the source.
  private(set) var source = 0
  /// The index's place in the destination.
  private(set) var destination = 0
  private let axes: [Gather.Axis]
  private var index: [Int]

  /// A walk at the first index of `axes`, none of which has length 0.
  init(_ axes: ArraySlice<Gather.Axis>) {
    self.axes = Array(axes)
    index = [Int](repeating: 0, count: axes.count)
  }

  /// Goes on to the next index; false, and at the first again, after the last.
  @discardableResult
  mutating func advance() -> Bool {
    var axis = axes.count - 1
    while axis >= 0 {
      index[axis] += 1
      source += axes[axis].source
      destination += axes[axis].destination
      if index[axis] < axes[axis].length { return true }
      source -= axes[axis].length * axes[axis].source
      destination -= axes[axis].length * axes[axis].destination
      index[axis] = 0
      axis -= 1
    }
    return false
  }
}
