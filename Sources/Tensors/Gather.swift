import Glibc

/// Copies a strided view into row-major, little-endian bytes.
///
/// Neighbouring axes that lie together are merged first. Where the source's fastest axis is not the
/// destination's, the copy goes by square tiles of these two axes, a cache line on each side: a tile
/// is read by whole lines into a buffer that stays in the cache and written by whole lines, so that
/// strides that are powers of two, which map to few places of a cache, do no harm.
struct Gather {
  /// An axis: its length, and elements between neighbours in source and destination.
  struct Axis {
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

  /// Copies the view's elements from the bytes of its source to the beginning of `result`, which
  /// must have room for them.
  func run(from source: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer) {
    guard let from = source.baseAddress, let into = result.baseAddress,
      !axes.contains(where: { $0.length == 0 })
    else { return }
    let start = unsafe from + offset
    switch width {
    case 1: unsafe copy(UInt8.self, start, into)
    case 2: unsafe copy(UInt16.self, start, into)
    case 4: unsafe copy(UInt32.self, start, into)
    default: unsafe copy(UInt64.self, start, into)
    }
  }

  private func copy<Element: FixedWidthInteger>(
    _: Element.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  ) {
    let fastest = axes.indices.min { axes[$0].source < axes[$1].source }
    guard let fastest, fastest < axes.count - 1 else {
      // Line by line: a scalar is a line of one element.
      let line = axes.last ?? Axis(length: 1, source: 1, destination: 1)
      var walk = GatherWalk(axes.dropLast())
      repeat {
        unsafe copyLine(
          Element.self, source + walk.source * width, result + walk.destination * width, line)
      } while walk.advance()
      return
    }
    let strip = axes[fastest]
    let side = GatherTile<Element>.side
    unsafe withUnsafeTemporaryAllocation(of: Element.self, capacity: side * side) { memory in
      guard let memory = memory.baseAddress else { return }
      let tile = unsafe GatherTile(memory: memory, swaps: swaps)
      var outer = GatherWalk(axes[..<fastest])
      // The axes after the strip's lie together in the destination: a run of that many elements.
      var inner = GatherWalk(axes[(fastest + 1)...])
      let run = strip.destination
      repeat {
        for first in stride(from: 0, to: strip.length, by: side) {
          let columns = min(side, strip.length - first)
          let read = unsafe source + (outer.source + first * strip.source) * width
          let write = unsafe result + (outer.destination + first * run) * width
          for start in stride(from: 0, to: run, by: side) {
            let rows = min(side, run - start)
            for row in 0..<rows {
              unsafe tile.read(read + inner.source * width, row: row, columns, step: strip.source)
              inner.advance()
            }
            unsafe tile.write(write + start * width, rows: rows, columns: columns, step: run)
          }
        }
      } while outer.advance()
    }
  }

  private func copyLine<Element: FixedWidthInteger>(
    _: Element.Type, _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, _ line: Axis
  ) {
    if line.source == 1 && !swaps {
      unsafe memcpy(result, source, line.length * width)
      return
    }
    for index in 0..<line.length {
      let value = unsafe source.loadUnaligned(
        fromByteOffset: index * line.source * width, as: Element.self)
      unsafe result.storeBytes(
        of: swaps ? value.byteSwapped : value, toByteOffset: index * width, as: Element.self)
    }
  }
}

func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let one = left.baseAddress, let other = right.baseAddress else { return true }
  return unsafe memcmp(one, other, left.count) == 0
}
