/// Eigenvalues of the closed loop in the complex plane, from `eigenvalues.csv`.
struct EigenvalueFigure {
  let source: RunSource
  let path: String
  let request: FigureRequest

  /// More samples than this look alike.
  private static let distinctSamples = 8
  private static let loop = "controlled"
  private static let pointCeiling = 20_000

  private struct Point {
    var sample: String
    var real: Double
    var imaginary: Double
  }

  func figure() throws(InputError) -> Figure {
    var points = try self.points()
    var notes: [String] = []
    guard let leading = points.max(by: { $0.real < $1.real }) else {
      throw InputError(
        path, .whole, "has no finite eigenvalue", try: "look at the reasons that the analysis gave")
    }
    if points.count > Self.pointCeiling {
      notes.append("the \(Self.pointCeiling) with the largest real parts of \(points.count)")
      points = Array(points.sorted { $0.real > $1.real }.prefix(Self.pointCeiling))
    }
    var samples: [String] = []
    var known: Set<String> = []
    for point in points where known.insert(point.sample).inserted { samples.append(point.sample) }
    let style = request.style
    let name = request.name(.eigenvalues)
    let file = "\(name).csv"
    let height = style.height ?? 430
    var figure = Figure(
      name: name, summary: "Eigenvalues of the closed loop of \(source.title).",
      width: style.width, height: height)
    figure.notes = notes
    let isMany = samples.count > Self.distinctSamples || samples.count == 1
    let right = style.width - (isMany ? 20 : 9 * style.fontSize)
    let frame = FigureFrame(left: 6.2 * style.fontSize, top: 54, right: right, bottom: height - 46)
    var body = GnuplotScript()
    body.add(frame.script(width: style.width, height: height))
    body.add(
      Text.label(
        style.title ?? source.title, x: frame.left, y: 18, style, height: height,
        size: style.fontSize + 2, room: style.width - frame.left - 10))
    body.add(
      Text.label(
        Self.words(leading, notes), x: frame.left, y: 38, style, height: height,
        size: style.fontSize - 1, room: style.width - frame.left - 10, color: "muted"))
    body.add("set xlabel 'real part (1 / unit of τ)' offset 0,0.8", "set ylabel 'imaginary part'")
    let range = Self.range(points.map(\.real))
    let top = (points.map { abs($0.imaginary) }.max() ?? 0) * 1.25
    body.add(
      "set xrange [\(GnuplotScript.number(range.lowerBound)):"
        + "\(GnuplotScript.number(range.upperBound))]",
      "set yrange [\(GnuplotScript.number(top > 0 ? -top : -1)):"
        + "\(GnuplotScript.number(top > 0 ? top : 1))]")
    body.comment("Left of the line perturbations decay, right of it they grow.")
    body.add(
      "set object rectangle from first 0, graph 0 to graph 1, graph 1 fc rgb shade fs solid "
        + "noborder behind",
      "set arrow from first 0, graph 0 to first 0, graph 1 nohead front lc rgb ink lw 1.4 dt (6,4)",
      "set label 'unstable' at first 0, graph 0.97 left offset 0.6,0 noenhanced "
        + "textcolor rgb muted \(GnuplotScript.font(0.9))",
      "set label 'stable' at first 0, graph 0.97 right offset -0.6,0 noenhanced "
        + "textcolor rgb muted \(GnuplotScript.font(0.9))")
    if isMany {
      body.add("unset key")
      body.plot([
        GnuplotScript.curve(
          file, "2:3", "points lc rgb '\(style.theme.strokes[0].color)' pt 7 ps 0.6")
      ])
    } else {
      body.add(
        "set key at graph 1.02, graph 1 left top Left reverse samplen 1")
      body.plot(
        samples.indices.map {
          GnuplotScript.curve(
            file, "(column(1) == \($0) ? column(2) : NaN):3", "points lt \($0 + 1) ps 0.8",
            title: "sample \(samples[$0])")
        })
    }
    figure.body = body
    let numbers = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, Double($0)) })
    figure.tables = [
      FigureTableText.table(
        file,
        [
          ("sample (counted from 0)", points.map { numbers[$0.sample] ?? .nan }),
          ("real", points.map(\.real)), ("imaginary", points.map(\.imaginary)),
        ])
    ]
    return figure
  }

  private func points() throws(InputError) -> [Point] {
    let hasPhases = try CSVReader(path).header.contains("phase")
    let table = try NamedColumns(
      reading: path, texts: hasPhases ? ["sample", "phase"] : ["sample"])
    let samples = table.texts(of: "sample")
    // Analyses have the free network's too; where nothing controls there are no others.
    let phases = table.texts(of: "phase")
    let shown = phases.contains(Self.loop) ? Self.loop : phases.first
    let real = try table["real"]
    let imaginary = try table["imaginary"]
    let wanted = Set(request.samples.map(String.init))
    for sample in request.samples where !samples.contains(String(sample)) {
      throw InputError(path, .whole, "has no sample \(sample)")
    }
    return samples.indices.compactMap {
      guard wanted.isEmpty || wanted.contains(samples[$0]), real[$0].isFinite,
        imaginary[$0].isFinite, !hasPhases || phases[$0] == shown
      else { return nil }
      return Point(sample: samples[$0], real: real[$0], imaginary: imaginary[$0])
    }
  }

  /// All of them, and the boundary with some room on both sides.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    let low = min(values.min() ?? 0, 0)
    let high = max(values.max() ?? 0, 0)
    let pad = max((high - low) * 0.12, 1e-12)
    // Room for the word `unstable`.
    return low - pad...high + max(pad, (high - low) * 0.2)
  }

  private static func words(_ leading: Point, _ notes: [String]) -> String {
    func text(_ value: Double) -> String { HeatGrid.digits(value, 3) }
    var words = "leading: \(text(leading.real))"
    if leading.imaginary != 0 { words += " ± \(text(abs(leading.imaginary)))i" }
    words += leading.real < 0 ? ", stable" : leading.real > 0 ? ", unstable" : ", at the boundary"
    if leading.real != 0 { words += ", time constant \(text(1 / abs(leading.real)))" }
    if leading.imaginary != 0 { words += ", period \(text(2 * .pi / abs(leading.imaginary)))" }
    return ([words] + notes).joined(separator: "; ")
  }
}
