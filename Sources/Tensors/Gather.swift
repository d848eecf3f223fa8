import Glibc

/// Copies a strided view into row-major, little-endian bytes.
///
/// Neighbouring axes that lie together are merged first. Where the source's fastest axis is not the
/// destination's, the copy goes by strips of that axis, one cache line of the source wide, so that
/// every line read is used whole and the writes go on in a few parallel streams.
struct Gather {
  private struct Axis {
    var length: Int
    var source: Int
    var destination: Int
  }

  private let axes: [Axis]
  private let offset: Int
  private let width: Int
  private let swaps: Bool

  /// The gathering of `tensor`, or of its rows in `range` of the first axis.
  init(_ tensor: Tensor, rows range: Range<Int>? = nil) {
    width = tensor.elementType.byteCount
    swaps = tensor.isBigEndian
    var shape = tensor.shape
    var start = tensor.offset
    if let range, !shape.isEmpty {
      shape[0] = range.count
      start += range.lowerBound * tensor.strides[0] * width
    }
    offset = start
    let destination = Tensor.rowMajorStrides(shape)
    var merged: [Axis] = []
    for (axis, length) in shape.enumerated() where length != 1 {
      let next = Axis(
        length: length, source: tensor.strides[axis], destination: destination[axis])
      if let last = merged.last, last.source == next.source * next.length {
        merged[merged.count - 1] = Axis(
          length: last.length * length, source: next.source, destination: next.destination)
      } else {
        merged.append(next)
      }
    }
    axes = merged
  }

  func run(from source: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer) {
    guard let from = source.baseAddress, let into = result.baseAddress else { return }
    let start = from + offset
    switch width {
    case 1: copy(UInt8.self, start, into)
    case 2: copy(UInt16.self, start, into)
    case 4: copy(UInt32.self, start, into)
    default: copy(UInt64.self, start, into)
    }
  }

  private func copy<Element: FixedWidthInteger>(
    _: Element.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  ) {
    guard let last = axes.last else {
      let value = source.loadUnaligned(as: Element.self)
      result.storeBytes(of: swaps ? value.byteSwapped : value, as: Element.self)
      return
    }
    let fastest = axes.indices.min { axes[$0].source < axes[$1].source } ?? axes.count - 1
    if fastest == axes.count - 1 {
      let outer = Array(axes.dropLast())
      forEachIndex(outer) { from, to in
        copyLine(
          Element.self, source + from * width, result + to * width, length: last.length,
          step: last.source)
      }
      return
    }
    // Strips along the source's fastest axis; all others in the destination's order.
    let strip = axes[fastest]
    var others = axes
    others.remove(at: fastest)
    let inner = others.removeLast()
    let stripLength = max(1, 64 / width)
    var first = 0
    while first < strip.length {
      let lanes = min(stripLength, strip.length - first)
      let stripSource = first * strip.source
      let stripResult = first * strip.destination
      forEachIndex(others) { from, to in
        var read = source + (stripSource + from) * width
        var write = result + (stripResult + to) * width
        for _ in 0..<inner.length {
          for lane in 0..<lanes {
            let value = read.loadUnaligned(
              fromByteOffset: lane * strip.source * width, as: Element.self)
            write.storeBytes(
              of: swaps ? value.byteSwapped : value,
              toByteOffset: lane * strip.destination * width, as: Element.self)
          }
          read += inner.source * width
          write += inner.destination * width
        }
      }
      first += lanes
    }
  }

  private func copyLine<Element: FixedWidthInteger>(
    _: Element.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, length: Int,
    step: Int
  ) {
    if step == 1 && !swaps {
      memcpy(result, source, length * width)
      return
    }
    for index in 0..<length {
      let value = source.loadUnaligned(
        fromByteOffset: index * step * width, as: Element.self)
      result.storeBytes(
        of: swaps ? value.byteSwapped : value, toByteOffset: index * width, as: Element.self)
    }
  }

  /// Calls `body` with the element offsets in source and destination of every index of `axes`.
  private func forEachIndex(_ axes: [Axis], _ body: (Int, Int) -> Void) {
    guard !axes.contains(where: { $0.length == 0 }) else { return }
    var index = [Int](repeating: 0, count: axes.count)
    var from = 0
    var to = 0
    while true {
      body(from, to)
      var axis = axes.count - 1
      while axis >= 0 {
        index[axis] += 1
        from += axes[axis].source
        to += axes[axis].destination
        if index[axis] < axes[axis].length { break }
        from -= axes[axis].length * axes[axis].source
        to -= axes[axis].length * axes[axis].destination
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let one = left.baseAddress, let other = right.baseAddress else { return true }
  return memcmp(one, other, left.count) == 0
}
