/// What figures are drawn as.
public enum FigureFormat: String, Sendable, CaseIterable {
  /// Scalable, for pages.
  case svg
  /// Pixels.
  case png
  /// Scalable, for print.
  case pdf

  /// Lines of gnuplot's that choose the format.
  ///
  /// PNG has twice the pixels, for dense screens; PDF has the size that the pixels have at 96 to the inch.
  ///
  /// - Parameters:
  ///   - width: in pixels.
  ///   - fontSize: in pixels.
  func terminal(width: Double, height: Double, fontSize: Double) -> [String] {
    switch self {
    case .svg:
      [
        "set terminal svg size \(Int(width)),\(Int(height)) font 'sans-serif,\(self.fontSize(fontSize))' \\",
        "  background paper enhanced",
      ]
    case .png:
      [
        "set terminal pngcairo size \(2 * Int(width)),\(2 * Int(height)) \\",
        "  font 'sans-serif,\(self.fontSize(fontSize))' fontscale 2 linewidth 2 pointscale 2 \\",
        "  background paper enhanced",
      ]
    case .pdf:
      [
        "set terminal pdfcairo size \(width / 96)in,\(height / 96)in \\",
        "  font 'sans-serif,\(self.fontSize(fontSize))' fontscale 0.7 linewidth 1.3 \\",
        "  background paper enhanced",
      ]
    }
  }

  /// The size of a font of so many pixels in the format's own unit.
  func fontSize(_ pixels: Double) -> Double { self == .svg ? pixels : pixels * 0.75 }

  /// Whether a file of this format is there to its end: on a full disk gnuplot stops without a word.
  func isComplete(_ bytes: [UInt8]) -> Bool {
    let end: [UInt8]
    let start: [UInt8]
    switch self {
    case .svg: (start, end) = (Array("<?xml".utf8), Array("</svg>".utf8))
    case .png: (start, end) = ([0x89, 0x50, 0x4E, 0x47], Array("IEND".utf8))
    case .pdf: (start, end) = (Array("%PDF-".utf8), Array("%%EOF".utf8))
    }
    guard bytes.starts(with: start) else { return false }
    let tail = bytes.suffix(64)
    return tail.indices.contains { tail[$0...].starts(with: end) }
  }

  /// The picture as it is kept: an SVG is smaller than gnuplot writes it, and its images have sharp cells,
  /// which gnuplot does not ask for.
  package func finished(_ bytes: [UInt8]) -> [UInt8] {
    guard self == .svg else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "<image ", omittingEmptySubsequences: false)
    return SVGText.compact(
      Array(
        parts.joined(
          separator: "<image image-rendering='optimizeSpeed' style='image-rendering: pixelated' "
        ).utf8))
  }
}
