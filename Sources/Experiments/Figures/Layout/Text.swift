/// Texts in figures: how wide they are, about, and how they are put somewhere.
enum Text {
  /// In pixels, at most: a letter is rarely wider than it is here.
  static func width(_ text: String, size: Double) -> Double { 0.58 * size * Double(text.count) }

  /// The text, or as much of it as there is room for.
  static func fitted(_ text: String, size: Double, room: Double) -> String {
    let letters = max(3, Int(room / (0.58 * size)))
    return text.count <= letters ? text : text.prefix(letters - 1) + "…"
  }

  /// A label whose left end is at a pixel of the figure, y downwards.
  static func label(
    _ text: String, x: Double, y: Double, _ style: FigureStyle, height: Double, size: Double,
    room: Double, color: String = "ink", alignment: String = "left"
  ) -> String {
    func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
    return "set label \(GnuplotScript.quote(fitted(text, size: size, room: room))) at "
      + "screen \(part(x / style.width)), screen \(part(1 - y / height)) \(alignment) noenhanced "
      + "textcolor rgb \(color) \(GnuplotScript.font(size / style.fontSize))"
  }
}
