/// A rectangle of a figure in pixels, y downwards from the top: where the axes of a panel lie.
public struct FigureFrame: Sendable, Hashable {
  /// The left edge, in pixels.
  public var left: Double
  /// The upper edge, in pixels from the top.
  public var top: Double
  /// The right edge, in pixels.
  public var right: Double
  /// The lower edge, in pixels from the top.
  public var bottom: Double

  /// From its parts.
  public init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// Puts the next plot's axes there, in a figure of that size.
  public func script(width: Double, height: Double) -> String {
    func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
    return "set margins at screen \(part(left / width)), screen \(part(right / width)), "
      + "screen \(part(1 - bottom / height)), screen \(part(1 - top / height))"
  }

  /// Frames one below the other, `heights` high and `gap` apart.
  public static func stack(
    left: Double, right: Double, top: Double, heights: [Double], gap: Double
  ) -> [FigureFrame] {
    var y = top
    return heights.map { height in
      defer { y += height + gap }
      return FigureFrame(left: left, top: y, right: right, bottom: y + height)
    }
  }
}
