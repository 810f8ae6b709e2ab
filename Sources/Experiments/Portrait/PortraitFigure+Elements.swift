extension PortraitFigure {
  /// How each thing looks, in the panels and in the legend.
  private enum Look {
    static let free = "lt 1 lw 2.4 dt solid"
    static let controlled = "lt 2 lw 2.4 dt (9,3)"
    static let freeEnd = "lt 1 pt 7 ps 1.5"
    static let controlledEnd = "lt 2 pt 13 ps 1.2"
    static let first = "lt 3 lw 1.3 dt (12,5)"
    static let second = "lt 6 lw 1.3 dt (3,3)"
    static let contours = "lc rgb muted lw 0.5 dt solid"
    static let head = "head size screen 0.014,20 filled"
    static let f = "lc rgb ink lw 2 dt solid"

    static func psi(_ theme: FigureTheme) -> String {
      "lc rgb '\(theme.strokes[3].color)' lw 2.6 dt solid"
    }
  }

  /// What a panel draws, from the bottom up.
  ///
  /// - Parameters:
  ///   - frame: a variable of the script that counts pictures; nil for all at once.
  ///   - shows: when the arrows are there; nil: always.
  func elements(_ index: Int, frame: String?, shows: String?) -> [String] {
    let file = { (part: String) in self.file(index, part) }
    let upTo = frame.map { " every ::::\(rowsPerFrame)*\($0)" } ?? ""
    var elements = [
      GnuplotScript.curve(file("grid"), "1:2:6", "image"),
      GnuplotScript.curve(file("contours"), "1:2", "lines \(Look.contours)"),
      GnuplotScript.curve(
        file("field"), "1:2:3:4",
        "vectors head size screen 0.009,18 noborder lc rgb muted lw 0.8 dt solid"),
      GnuplotScript.curve(file("nullcline-1"), "1:2", "lines \(Look.first)"),
      GnuplotScript.curve(file("nullcline-2"), "1:2", "lines \(Look.second)"),
    ]
    for (part, look) in [("free", Look.free), ("controlled", Look.controlled)] {
      elements.append(
        "\(GnuplotScript.quote(file(part))) skip 1\(upTo) using 2:3 with lines \(look) "
          + GnuplotScript.legend(nil))
    }
    let place = shows.map { "(\($0) ? $2 : NaN)" } ?? "$2"
    for (arrow, look) in [("f", Look.f), ("psi", Look.psi(style.theme))] {
      elements.append(
        GnuplotScript.curve(
          file("arrows"), "(strcol(1) eq '\(arrow)' ? \(place) : NaN):3:4:5",
          "vectors \(Look.head) \(look)"))
    }
    for (end, look) in [("free", Look.freeEnd), ("controlled", Look.controlledEnd)] {
      elements.append(
        GnuplotScript.curve(
          file("equilibria"), "(strcol(1) eq '\(end)' ? $2 : NaN):3", "points \(look)"))
    }
    return elements
  }

  /// Below the panels, of what there is to be seen in one of them. gnuplot's own would stand in one column.
  var legend: GnuplotScript {
    let isLight = style.theme.name == FigureTheme.light.name
    let panels = portrait.panels
    let isFree = panels.contains { $0.freeEnd != nil }
    let isControlled = panels.contains { $0.controlledEnd != nil }
    let columns: [[(words: String, kind: Kind, look: String, isThere: Bool)]] = [
      [
        ("free", .line, Look.free, true), ("controlled", .line, Look.controlled, true),
        ("f", .arrow, Look.f, isControlled),
      ],
      [
        ("free equilibrium", .point, Look.freeEnd, isFree),
        ("controlled equilibrium", .point, Look.controlledEnd, isControlled),
        ("\u{3c8} = \u{2212}f", .arrow, Look.psi(style.theme), isControlled),
      ],
      [
        (nullcline(0), .line, Look.first, hasNullcline(\.x)),
        (nullcline(1), .line, Look.second, hasNullcline(\.y)),
        (
          "loss, \(isLight ? "dark" : "bright") is low", .line, Look.contours,
          panels.contains(where: portrait.lossVaries)
        ),
      ],
    ]
    var script = GnuplotScript()
    let room = style.width - left - right
    for (column, entries) in zip([0, 0.23, 0.62], columns) {
      for (row, entry) in entries.filter(\.isThere).enumerated() {
        let x = left + column * room
        let y = (3.5 - 1.4 * Double(row)) * style.fontSize
        script.append(sample(entry.kind, entry.look, x, y))
        script.add(
          Text.label(
            entry.words, x: x + 2.6 * style.fontSize, y: height - y, style, height: height,
            size: 0.92 * style.fontSize, room: room))
      }
    }
    return script
  }

  /// Whether the flow along an axis turns round somewhere in a panel.
  private func hasNullcline(_ axis: KeyPath<(x: [Double], y: [Double]), [Double]>) -> Bool {
    portrait.panels.contains { panel in
      let flow = panel.flow[keyPath: axis]
      return flow.contains { $0 > 0 } && flow.contains { $0 < 0 }
    }
  }

  /// Of a unit by its name, where the axis is one and there is room.
  private func nullcline(_ axis: Int) -> String {
    let label = portrait.plane.labels[axis]
    let isShort = label.hasPrefix("\u{3c6} of ") && label.count <= 15
    return "nullcline of \(isShort ? String(label.dropFirst(5)) : ["x", "y"][axis])"
  }

  private enum Kind { case line, arrow, point }

  /// - Parameter y: in pixels from the bottom.
  private func sample(_ kind: Kind, _ look: String, _ x: Double, _ y: Double) -> GnuplotScript {
    func screen(_ x: Double) -> String {
      func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
      return "screen \(part(x / style.width)), screen \(part(y / height))"
    }
    let end = x + 2 * style.fontSize
    var script = GnuplotScript()
    switch kind {
    case .line: script.add("set arrow from \(screen(x)) to \(screen(end)) nohead \(look)")
    case .arrow: script.add("set arrow from \(screen(x)) to \(screen(end)) \(Look.head) \(look)")
    case .point: script.add("set label '' at \(screen((x + end) / 2)) point \(look)")
    }
    return script
  }
}
