/// Colours and lines of figures.
///
/// Curves differ in hue, in lightness and in their dashes and markers, and both palettes grow lighter (or
/// darker) all the way, so that a print without colours says the same.
public struct FigureTheme: Sendable, Hashable {
  /// How one of several curves looks.
  public struct Stroke: Sendable, Hashable {
    /// As `#rrggbb`.
    public var color: String
    /// gnuplot's `dashtype`.
    public var dashes: String
    /// gnuplot's `pointtype`.
    public var marker: Int
  }

  /// As the command line calls it.
  public var name: String
  /// The background.
  public var paper: String
  /// Text and frames.
  public var ink: String
  /// Text of less weight, and lines that mark a place.
  public var muted: String
  /// The colour of grid lines, as `#rrggbb`.
  public var grid: String
  /// Behind phases under control, and whatever else is set apart.
  public var shade: String
  /// The lines of curves, in their order.
  public var strokes: [Stroke]
  /// Colours at equal distances, from the least value to the greatest, zero in the middle.
  public var diverging: [String]
  /// From zero, which is nearly the background, to the greatest value.
  public var sequential: [String]

  /// The themes there are.
  public static let all = [light, dark]

  /// Dark on white.
  public static let light = FigureTheme(
    name: "light", paper: "#ffffff", ink: "#222222", muted: "#6a6a6a", grid: "#e3e3e3",
    shade: "#e4ecf6",
    strokes: strokes(
      "#0b4f8a", "#e08600", "#1e8f5f", "#b8330f", "#56a8e0", "#7a3d9a", "#c9a400", "#7a7a7a"),
    diverging: ["#08306b", "#3a5f9a", "#919191", "#e3bf5a", "#fff3b0"],
    sequential: ["#ffffff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"])

  /// Light on near black.
  public static let dark = FigureTheme(
    name: "dark", paper: "#15181d", ink: "#e8e8e8", muted: "#9a9a9a", grid: "#31363e",
    shade: "#22303f",
    strokes: strokes(
      "#6cb6ff", "#ffd08a", "#3fb27f", "#ff9d80", "#2f7fd0", "#d9a6f2", "#b08f00", "#f0f0f0"),
    diverging: ["#0c3c86", "#3a63a3", "#919191", "#e3bf5a", "#fff3b0"],
    sequential: ["#15181d", "#123b66", "#2171b5", "#6baed6", "#deebf7"])

  private static func strokes(_ colors: String...) -> [Stroke] {
    let dashes = [
      "solid", "(12,4)", "(2,3)", "(12,3,2,3)", "(20,5)", "(6,3)", "(12,3,2,3,2,3)", "(4,6)",
    ]
    let markers = [7, 5, 9, 13, 6, 4, 8, 12]
    return colors.indices.map {
      Stroke(
        color: colors[$0], dashes: dashes[$0 % dashes.count], marker: markers[$0 % markers.count])
    }
  }

  /// What scripts know of the theme: the strings `paper`, `ink`, `muted`, `grid`, `shade`; the macros
  /// `@diverging` and `@sequential` after `set palette`; and the line types from 1.
  func script(lineWidth: Double = 1.6) -> GnuplotScript {
    var script = GnuplotScript()
    for (name, color) in [
      ("ink", ink), ("muted", muted), ("grid", grid), ("shade", shade),
    ] { script.add("\(name) = '\(color)'") }
    for (name, colors) in [("diverging", diverging), ("sequential", sequential)] {
      let stops = colors.enumerated().map { "\($0) \"\($1)\"" }.joined(separator: ", ")
      script.add("\(name) = 'defined (\(stops))'")
    }
    for (index, stroke) in strokes.enumerated() {
      script.add(
        "set linetype \(index + 1) lc rgb '\(stroke.color)' dt \(stroke.dashes) lw \(lineWidth)"
          + " pt \(stroke.marker) ps 0.5")
    }
    script.add(
      "set linetype cycle \(strokes.count)",
      "set border lc rgb ink lw 0.8",
      "set tics textcolor rgb ink nomirror",
      "set xtics offset 0,0.25",
      "unset mytics",
      "set key textcolor rgb ink noenhanced",
      "set title textcolor rgb ink noenhanced",
      "set xlabel textcolor rgb ink noenhanced",
      "set ylabel textcolor rgb ink noenhanced",
      "set colorbox noborder",
      "set cblabel textcolor rgb ink noenhanced",
      "set cbtics textcolor rgb ink",
      "set grid lc rgb grid lt 1 lw 0.6 dt solid")
    return script
  }
}
