extension FloatPicture {
  /// Turns the colours round the circle of hues (1 is the whole circle) and multiplies their saturation
  /// in HSV, which stays within 0 and 1.
  ///
  /// - Parameter turn: -1 to 1.
  mutating func adjustHSV(turn: Float = 0, saturation factor: Float = 1) {
    unsafe withPlanes { red, green, blue in
      for index in red.indices {
        let (r, g, b) = unsafe (red[index], green[index], blue[index])
        // Hue in sixths of the circle, from the brightest channel and the other two.
        let value = max(r, max(g, b))
        let range = value - min(r, min(g, b))
        let inverse = range > 0 ? 1 / range : 0
        let sixths =
          r == value
          ? (g - b) * inverse : g == value ? (b - r) * inverse + 2 : (r - g) * inverse + 4
        let turned = wrapped(sixths + 6 * turn)
        let saturation = min(1, (value > 0 ? range / value : 0) * factor)
        let chroma = value * saturation
        unsafe red[index] = value - chroma * ramp(turned + 5)
        unsafe green[index] = value - chroma * ramp(turned + 3)
        unsafe blue[index] = value - chroma * ramp(turned + 1)
      }
    }
  }
}

/// A position of the circle of six, brought into it from up to one turn away.
@inline(__always)
private func wrapped(_ position: Float) -> Float {
  let above = position < 0 ? position + 6 : position
  return above >= 6 ? above - 6 : above
}

/// How far a channel is below the brightest: 0 for a third of the circle, 1 for another third.
@inline(__always)
private func ramp(_ position: Float) -> Float {
  let position = position >= 6 ? position - 6 : position
  return max(0, min(1, min(position, 4 - position)))
}
