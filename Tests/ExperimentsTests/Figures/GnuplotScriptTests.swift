import Experiments
import Foundation
import Testing

@Suite("Scripts for gnuplot")
struct GnuplotScriptTests {
  @Test(
    "text is a string in single quotes, in which nothing has a meaning but the quote",
    arguments: [
      ("phi.hidden.0", "'phi.hidden.0'"), ("it's", "'it''s'"), ("`rm -r`", "'`rm -r`'"),
      ("a_b^{c}@ink", "'a_b^{c}@ink'"), ("two\nlines\t", "'two lines '"), ("\\", "'\\'"),
      ("", "''"),
      ("φ “x”", "'φ “x”'"),
    ])
  func quote(text: String, quoted: String) {
    #expect(GnuplotScript.quote(text) == quoted)
  }

  @Test(
    "a number reads back to the same bits and is never an integer",
    arguments: [0, 1, -2, 0.1, 1e-300, 1e20, .pi, 5e-324, -1.7976931348623157e308])
  func number(value: Double) {
    let text = GnuplotScript.number(value)
    #expect(Double(text)?.bitPattern == value.bitPattern)
    #expect(text.contains(".") || text.contains("e"))
    #expect(GnuplotScript.number(.nan) == "NaN")
  }

  @Test("a comment is one line that runs nothing and draws no other into it")
  func comment() {
    var script = GnuplotScript()
    script.comment("a `reboot` of\nthe model \\")
    script.comment("\\\\")
    script.add("plot 1")
    #expect(
      script.text == "# a 'reboot' of the model \n#\nplot 1\n"
        || script.text == "# a 'reboot' of the model\n#\nplot 1\n")
    #expect(!script.text.contains("`") && !script.text.contains("\\\n"))
  }

  @Test("all elements of a plot are one command")
  func plot() {
    var script = GnuplotScript()
    script.plot([])
    #expect(script.text.isEmpty)
    script.plot([
      GnuplotScript.curve("a.csv", "1:2", "lines lt 1", title: "it's"),
      GnuplotScript.curve("a.csv", "1:3", "lines lt 2"),
    ])
    #expect(
      script.text == """
        plot \\
          'a.csv' skip 1 using 1:2 with lines lt 1 title 'it''s' noenhanced, \\
          'a.csv' skip 1 using 1:3 with lines lt 2 notitle

        """)
  }

  @Test("gnuplot reads hostile names as what they are", .enabled(if: Gnuplot.find() != nil))
  func hostile() throws {
    let folder = try ScratchFolder()
    let name = "x' ; system('touch broken') ; `touch broken` @ink _a^b {c} \\"
    var figure = Figure(name: "f", summary: "`touch broken` \\", width: 300, height: 200)
    figure.tables = [.init("f.csv", Array("x,y\n0,1\n1,2\n".utf8))]
    figure.body.comment(name)
    figure.body.add("set title \(GnuplotScript.quote(name))")
    figure.body.plot([GnuplotScript.curve("f.csv", "1:2", "lines lt 1", title: name)])
    let path = try FigureFolder(folder.path, overwrite: false).draw(
      figure, FigureStyle(), with: Gnuplot.find())
    #expect(folder.names == ["f.csv", "f.gp", "f.svg"])
    let svg = String(decoding: try content(of: path), as: UTF8.self)
    // As XML writes it.
    #expect(
      svg.contains("system('touch broken')") || svg.contains("system(&#39;touch broken&#39;)"))
    #expect(svg.contains("`touch broken` @ink _a^b {c} \\"))
  }

  @Test("curves of a theme differ in lightness, dashes and markers", arguments: FigureTheme.all)
  func strokes(theme: FigureTheme) {
    let paper = Self.lightness(theme.paper)
    for stroke in theme.strokes {
      // So that thin lines are seen: WCAG asks for 3:1 between graphics and what is behind them, which
      // these lightnesses (CIE L*) are well beyond but for the lightest of eight.
      #expect(abs(Self.lightness(stroke.color) - paper) > 25)
    }
    for (a, b) in zip(theme.strokes, theme.strokes.dropFirst()) {
      #expect(abs(Self.lightness(a.color) - Self.lightness(b.color)) > 8)
    }
    #expect(Set(theme.strokes.map(\.dashes)).count == theme.strokes.count)
    #expect(Set(theme.strokes.map(\.marker)).count == theme.strokes.count)
  }

  @Test(
    "both palettes go from dark to light without turning, so grey prints say the same",
    arguments: FigureTheme.all)
  func palettes(theme: FigureTheme) {
    let diverging = theme.diverging.map(Self.lightness)
    #expect(zip(diverging, diverging.dropFirst()).allSatisfy { $1 - $0 > 10 })
    let sequential = theme.sequential.map { abs(Self.lightness($0) - Self.lightness(theme.paper)) }
    #expect(zip(sequential, sequential.dropFirst()).allSatisfy { $1 - $0 > 10 })
  }

  /// CIE L* of `#rrggbb`.
  static func lightness(_ color: String) -> Double {
    let value = Int(color.dropFirst(), radix: 16) ?? 0
    let linear = [16, 8, 0].map { shift in
      let part = Double(value >> shift & 0xFF) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y
  }
}
