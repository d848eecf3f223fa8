import Glibc

/// A square of elements, a cache line on each side, that is filled by rows and emptied by columns.
///
/// Safe as a type: what reads or writes takes pointers, and calling it is unsafe.
@safe
struct GatherTile<Element: FixedWidthInteger> {
  /// The elements of a cache line.
  static var side: Int { 64 / MemoryLayout<Element>.size }

  /// Room for `side` rows of `side` elements.
  let memory: UnsafeMutablePointer<Element>
  /// Whether elements change their byte order on the way.
  let swaps: Bool

  /// Fills `row` with `count` elements, `step` elements apart in the source.
  @inline(__always)
  func read(_ source: UnsafeRawPointer, row: Int, _ count: Int, step: Int) {
    let row = unsafe memory + row * Self.side
    if step == 1 && count == Self.side {
      unsafe memcpy(row, source, 64)
      return
    }
    let size = MemoryLayout<Element>.size
    for index in 0..<count {
      unsafe row[index] = source.loadUnaligned(
        fromByteOffset: index * step * size, as: Element.self)
    }
  }

  /// Writes each column as `rows` elements in a row, columns `step` elements apart.
  @inline(__always)
  func write(_ result: UnsafeMutableRawPointer, rows: Int, columns: Int, step: Int) {
    let size = MemoryLayout<Element>.size
    for column in 0..<columns {
      let line = unsafe result + column * step * size
      let from = unsafe memory + column
      if rows == Self.side && !swaps {
        for row in 0..<Self.side {
          unsafe line.storeBytes(
            of: from[row * Self.side], toByteOffset: row * size, as: Element.self)
        }
      } else {
        for row in 0..<rows {
          let value = unsafe from[row * Self.side]
          unsafe line.storeBytes(
            of: swaps ? value.byteSwapped : value, toByteOffset: row * size, as: Element.self)
        }
      }
    }
  }
}
