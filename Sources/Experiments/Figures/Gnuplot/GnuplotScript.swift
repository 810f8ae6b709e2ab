/// The text of a gnuplot script, built line by line.
///
/// Names from users' files go into it through ``quote(_:)`` and ``comment(_:)`` only: gnuplot runs what
/// stands in backquotes as a command of the shell, except between single quotes.
///
/// ```swift
/// var script = GnuplotScript()
/// script.add("set xlabel \(GnuplotScript.quote("time"))")
/// script.plot([
///   GnuplotScript.curve("run.csv", "1:2", "lines lt 1", title: "it's phi_0")
/// ])
/// ```
public struct GnuplotScript: Sendable, Hashable {
  /// The script so far.
  public private(set) var text = ""

  /// An empty script.
  public init() {}

  /// Appends lines as they are.
  public mutating func add(_ lines: String...) {
    for line in lines { text += line + "\n" }
  }

  /// Adds another script.
  public mutating func append(_ other: GnuplotScript) { text += other.text }

  /// Adds an empty line.
  public mutating func blank() { text += "\n" }

  /// Appends a comment, whatever the text holds.
  public mutating func comment(_ words: String) {
    // A backslash at the end of a line would draw the next one into the comment.
    var line = Self.plain(words).replacingCharacter("`", with: "'")
    while line.hasSuffix("\\") { line.removeLast() }
    text += line.isEmpty ? "#\n" : "# \(line)\n"
  }

  /// Appends a `plot` of all elements, a line each; nothing where there are none.
  public mutating func plot(_ elements: [String]) {
    guard !elements.isEmpty else { return }
    text += "plot \\\n  " + elements.joined(separator: ", \\\n  ") + "\n"
  }

  // MARK: Parts of lines

  /// A string of gnuplot's that stands for `text`, control characters being blanks.
  ///
  /// Where it is shown, `noenhanced` keeps `_` and `^` what they are.
  public static func quote(_ text: String) -> String {
    "'" + plain(text).replacingCharacter("'", with: "''") + "'"
  }

  /// A number as gnuplot reads it back to the same bits, never as an integer (for which 1/2 is 0).
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-1e308" : "1e308" }
    return value.description
  }

  /// The option of a label that sets its size, in proportion to that of the figure's text.
  public static func font(_ proportion: Double) -> String {
    "font sprintf(',%g', \(number(proportion)) * fontsize)"
  }

  /// One element of a `plot`: columns of a table that has a line of names.
  ///
  /// - Parameters:
  ///   - file: of the figure, so without a folder.
  ///   - columns: what follows `using`, such as `1:3`.
  ///   - style: what follows `with`, such as `lines lt 2`.
  ///   - title: in the legend; nil: not there.
  public static func curve(
    _ file: String, _ columns: String, _ style: String, title: String? = nil
  ) -> String {
    "\(quote(file)) skip 1 using \(columns) with \(style) " + legend(title)
  }

  /// One element of a `plot`: a table of numbers without names as an image, the first row at the bottom.
  ///
  /// - Parameters:
  ///   - file: the table.
  ///   - x: where columns lie, as an expression of gnuplot's in the column `$1`, counted from 0.
  ///   - y: likewise of rows, in `$2`.
  ///   - inPixels: draws each number as a rectangle, which no viewer blurs.
  public static func image(
    _ file: String, x: String = "$1", y: String = "$2", inPixels: Bool = false
  ) -> String {
    "\(quote(file)) matrix using (\(x)):(\(y)):3 with image \(inPixels ? "pixels " : "")"
      + legend(nil)
  }

  /// The part of an element that says what the legend calls it.
  public static func legend(_ title: String?) -> String {
    title.map { "title \(quote($0)) noenhanced" } ?? "notitle"
  }

  private static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}

extension String {
  fileprivate func replacingCharacter(_ old: Character, with new: String) -> String {
    reduce(into: "") { $0 += $1 == old ? new : String($1) }
  }
}
