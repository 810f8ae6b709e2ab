internal import Dynamics
internal import Foundation

/// A portrait as a figure: the paper's picture of least control (its Fig. 1A and B).
public struct PortraitFigure {
  let portrait: Portrait
  let style: FigureStyle
  let name: String
  /// Rows of a way for each picture of the animation.
  let rowsPerFrame: Int

  /// From its parts.
  public init(_ portrait: Portrait, _ style: FigureStyle, name: String) {
    self.portrait = portrait
    self.style = style
    self.name = name
    rowsPerFrame = Self.rowsPerFrame(of: portrait)
  }

  /// Frames of the animation.
  static let frames = 60

  var height: Double { style.height ?? top + side + bottom }
  private var top: Double { 4.6 * style.fontSize }
  private var bottom: Double { 8.2 * style.fontSize }
  var left: Double { 4.6 * style.fontSize }
  private var gap: Double { 3.4 * style.fontSize }
  var right: Double { 1.4 * style.fontSize }
  /// Panels are square, so that directions are what they look like.
  private var side: Double {
    let count = Double(portrait.panels.count)
    return (style.width - left - right - (count - 1) * gap) / count
  }

  /// The still figure.
  public func figure() -> Figure {
    var figure = Figure(
      name: name, summary: "Phase portrait of \(portrait.model).", width: style.width,
      height: height)
    figure.tables = tables
    figure.body.append(preamble)
    figure.body.add("set multiplot")
    for index in portrait.panels.indices { figure.body.append(panel(index, frame: nil)) }
    figure.body.add("unset multiplot")
    return figure
  }

  /// The script of the animation, which draws a GIF from the same tables.
  public func animation() -> GnuplotScript {
    var script = GnuplotScript()
    script.comment("Phase portrait of \(portrait.model), from the start to rest.")
    script.comment("To draw it again, in this folder:  gnuplot \(name)-animation.gp")
    script.add("if (!exists('output')) output = '\(name).gif'")
    script.add("set encoding utf8", "set minussign", "set datafile separator ','")
    script.add("paper = '\(style.theme.paper)'")
    script.add(
      "set terminal gif animate delay 7 loop 0 size \(Int(style.width)),\(Int(height)) "
        + "font 'sans-serif,\(0.75 * style.fontSize)' background paper enhanced")
    script.append(style.theme.script())
    script.add("fontsize = \(0.75 * style.fontSize)", "set output output")
    script.append(preamble)
    // The last picture stays for a while.
    script.add("do for [k = 1:\(Self.frames) + 20] {", "set multiplot")
    for index in portrait.panels.indices { script.append(panel(index, frame: "k")) }
    script.add("unset multiplot", "}", "unset output")
    return script
  }

  // MARK: Script

  private var preamble: GnuplotScript {
    var body = GnuplotScript()
    body.add("set palette @sequential", "unset colorbox", "set cbrange [0:3.6]", "unset grid")
    body.add("set tics front", "set xtics offset 0,0.3", "set size noratio")
    let axes = [portrait.xs, portrait.ys]
    for (axis, values) in zip(["x", "y"], axes) {
      body.add(
        "set \(axis)range [\(GnuplotScript.number(values.first ?? 0)):"
          + "\(GnuplotScript.number(values.last ?? 1))]")
      if let step = Axis.roundStep((values.last ?? 1) - (values.first ?? 0), at: 5) {
        body.add("set \(axis)tics \(GnuplotScript.number(step))")
      }
    }
    body.add("set xlabel \(GnuplotScript.quote(portrait.plane.labels[0])) offset 0,0.6")
    return body
  }

  func file(_ index: Int, _ part: String) -> String {
    "\(name)-\(portrait.panels.count > 1 ? ["before", "after"][min(index, 1)] + "-" : "")\(part).csv"
  }

  /// - Parameter frame: a variable of the script that counts pictures; nil for all at once.
  private func panel(_ index: Int, frame: String?) -> GnuplotScript {
    let panel = portrait.panels[index]
    var body = GnuplotScript()
    let x = left + Double(index) * (side + gap)
    body.add(
      FigureFrame(left: x, top: top, right: x + side, bottom: top + side)
        .script(width: style.width, height: height))
    body.add("unset label", "unset arrow", "unset key")
    body.add(
      Text.label(
        panel.title, x: x, y: 1.3 * style.fontSize, style, height: height,
        size: style.fontSize + 1, room: side))
    body.add(
      Text.label(
        words(panel), x: x, y: 2.9 * style.fontSize, style, height: height,
        size: style.fontSize - 1, room: side + gap, color: "muted"))
    body.add(
      index == 0
        ? "set ylabel \(GnuplotScript.quote(portrait.plane.labels[1])) offset 1.2,0"
        : "unset ylabel"
    )
    // One legend for all panels.
    if index == 0 { body.append(legend) }
    let shows = frame.map { "\($0) >= \(Self.frames)" }
    body.plot(elements(index, frame: frame, shows: shows))
    return body
  }

  private func words(_ panel: Portrait.Panel) -> String {
    // Below this only rounding is to be seen.
    func number(_ value: Double) -> String {
      String(format: "%.3g", value.magnitude < 1e-10 ? 0 : value)
    }
    guard panel.energy.isFinite else {
      return "L = \(number(panel.freeLoss)) free; no controlled equilibrium was found"
    }
    return "L = \(number(panel.freeLoss)) free, \(number(panel.loss)) controlled; "
      + "H = \u{bd}\u{2016}\u{3c8}\u{2016}\u{b2} = \(number(panel.energy))"
  }
}
