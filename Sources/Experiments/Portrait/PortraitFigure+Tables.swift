internal import Dynamics

extension PortraitFigure {
  /// The tables of all panels.
  var tables: [Figure.Table] {
    let count = Self.frames * rowsPerFrame
    return portrait.panels.indices.flatMap { index -> [Figure.Table] in
      let panel = portrait.panels[index]
      let ways = Self.ways(panel, portrait.plane)
      let times = DrawnWay.times(ways, count: count)
      let prefix =
        "\(name)-\(portrait.panels.count > 1 ? ["before", "after"][min(index, 1)] + "-" : "")"
      return [
        Figure.Table("\(prefix)grid.csv", grid(panel)),
        Figure.Table("\(prefix)contours.csv", contours(panel)),
        Figure.Table("\(prefix)field.csv", field(panel)),
        Figure.Table("\(prefix)nullcline-1.csv", lines([(0, panel.flow.x)])),
        Figure.Table("\(prefix)nullcline-2.csv", lines([(0, panel.flow.y)])),
        Figure.Table("\(prefix)free.csv", way(ways[0], at: times)),
        Figure.Table("\(prefix)controlled.csv", way(ways[1], at: times)),
        Figure.Table("\(prefix)equilibria.csv", equilibria(panel)),
        Figure.Table("\(prefix)arrows.csv", arrows(panel)),
      ]
    }
  }

  private func table(_ header: String, _ rows: some Sequence<[Double]>) -> String {
    var text = header + "\n"
    for row in rows { text += row.map(number).joined(separator: ",") + "\n" }
    return text
  }

  private func number(_ value: Double) -> String { value.isFinite ? value.description : "NaN" }

  /// The last column is 1 where L is least and 0 where it is greatest: dark is low.
  private func grid(_ panel: Portrait.Panel) -> [UInt8] {
    let width = portrait.xs.count
    let (least, greatest) = lossRange(panel)
    let rows = portrait.ys.indices.lazy.flatMap { row in
      portrait.xs.indices.lazy.map { column -> [Double] in
        let k = row * width + column
        let height = greatest > least ? (panel.losses[k] - least) / (greatest - least) : 0
        return [
          portrait.xs[column], portrait.ys[row], panel.flow.x[k], panel.flow.y[k],
          panel.losses[k], 1 - max(0, height).squareRoot(),
        ]
      }
    }
    return Array(table("x,y,flow_x,flow_y,loss,depth", rows).utf8)
  }

  private func lossRange(_ panel: Portrait.Panel) -> (Double, Double) {
    let finite = panel.losses.filter(\.isFinite)
    return (finite.min() ?? 0, finite.max() ?? 0)
  }

  /// Levels of L whose roots are equally far apart, as those of a parabola are.
  private func contours(_ panel: Portrait.Panel) -> [UInt8] {
    let (least, greatest) = lossRange(panel)
    guard portrait.lossVaries(panel) else { return Array("x,y,level\n".utf8) }
    let levels = (1...9).map { k in
      least + (greatest - least) * Double(k * k) / 100
    }
    return lines(levels.map { ($0, panel.losses) })
  }

  /// Polylines, with an empty line between two.
  private func lines(_ levels: [(Double, [Double])]) -> [UInt8] {
    var text = "x,y,level\n"
    for (level, values) in levels {
      let isolines = Isolines(xs: portrait.xs, ys: portrait.ys, values: values)
      for line in isolines.lines(at: level) {
        for point in line { text += "\(number(point.x)),\(number(point.y)),\(number(level))\n" }
        text += "\n"
      }
    }
    return Array(text.utf8)
  }

  /// Arrows centred on a coarser grid, longer where the flow is quicker, but none too short to see.
  private func field(_ panel: Portrait.Panel) -> [UInt8] {
    let width = portrait.xs.count
    let every = portrait.panels.count > 1 ? 10 : 7
    let places = stride(from: every / 2, to: width, by: every)
    let cell = Double(every) * ((portrait.xs.last ?? 1) - (portrait.xs.first ?? 0)) / Double(width)
    func size(_ k: Int) -> Double {
      (panel.flow.x[k] * panel.flow.x[k] + panel.flow.y[k] * panel.flow.y[k]).squareRoot()
    }
    let largest =
      places.flatMap { row in places.map { size(row * width + $0) } }
      .filter(\.isFinite).max() ?? 1
    var rows: [[Double]] = []
    for row in places {
      for column in places {
        let k = row * width + column
        guard size(k) > 0, size(k).isFinite else { continue }
        let length = 0.85 * cell * max(0.35, (size(k) / largest).squareRoot())
        let (dx, dy) = (length * panel.flow.x[k] / size(k), length * panel.flow.y[k] / size(k))
        rows.append([portrait.xs[column] - dx / 2, portrait.ys[row] - dy / 2, dx, dy])
      }
    }
    return Array(table("x,y,dx,dy", rows).utf8)
  }

  /// A way, so many rows for each picture of the animation, which both ways share.
  private func way(_ way: DrawnWay, at times: [Double]) -> [UInt8] {
    Array(
      table(
        "time,x,y",
        times.map {
          let place = way.place(at: $0)
          return [$0, place.x, place.y]
        }
      ).utf8)
  }

  private static func ways(_ panel: Portrait.Panel, _ plane: PortraitPlane) -> [DrawnWay] {
    [panel.free, panel.controlled].map { DrawnWay($0, on: plane) }
  }

  /// So many rows of a way that no piece is longer than a three-hundredth of the axes, within reason.
  static func rowsPerFrame(of portrait: Portrait) -> Int {
    let extent = (portrait.xs.last ?? 0) - (portrait.xs.first ?? 0)
    let longest =
      portrait.panels.map { panel in
        ways(panel, portrait.plane).reduce(0) { $0 + $1.length }
      }.max() ?? 0
    let rows = 300 * longest / extent / Double(frames)
    return rows.isFinite ? Int(min(max(rows.rounded(.up), 8), 400)) : 8
  }

  private func equilibria(_ panel: Portrait.Panel) -> [UInt8] {
    var text = "phase,x,y\n"
    for (name, end) in [("free", panel.freeEnd), ("controlled", panel.controlledEnd)] {
      guard let end else { continue }
      let place = portrait.plane.coordinates(end)
      text += "\(name),\(number(place.x)),\(number(place.y))\n"
    }
    return Array(text.utf8)
  }

  /// f and ψ = −f at the controlled equilibrium, at their true lengths.
  private func arrows(_ panel: Portrait.Panel) -> [UInt8] {
    var text = "arrow,x,y,dx,dy\n"
    if let end = panel.controlledEnd {
      let (place, f) = (portrait.plane.coordinates(end), portrait.plane.direction(panel.f))
      for (name, sign) in [("f", 1.0), ("psi", -1)] {
        text += "\(name),\(number(place.x)),\(number(place.y)),"
        text += "\(number(sign * f.x)),\(number(sign * f.y))\n"
      }
    }
    return Array(text.utf8)
  }
}
