/// The weights of units that see an image, each as an image of its own in a grid.
enum FeatureFigure {
  /// More units do not fit.
  private static let unitCeiling = 100

  static func figures(
    _ arrays: ParameterArrays, _ request: FigureRequest
  ) throws(InputError) -> [Figure] {
    let names = request.variables.isEmpty ? arrays.fromInputs : request.variables
    var figures: [Figure] = []
    for name in names {
      let (matrix, array) = try arrays.matrix(name)
      guard let shape = try shape(arrays, matrix, array, request) else { continue }
      figures.append(
        figure(
          arrays, matrix, array, shape, request,
          names.count > 1
            ? "\(request.name(.features))-\(WeightFigure.fileName(matrix))"
            : request.name(.features)))
    }
    guard !figures.isEmpty else {
      throw InputError(
        arrays.path, .whole, "has no weights from inputs that are an image",
        try: "name a projection with --variables and its shape with --shape, such as 8x8")
    }
    return figures
  }

  /// Units in a row of the grid, which is about 1.3 times as wide as it is high, with few gaps at its end.
  private static func across(_ units: Int, _ tile: (height: Int, width: Int)) -> Int {
    let best = (Double(units) * 1.3 * Double(tile.height) / Double(tile.width)).squareRoot()
    let candidates = max(1, Int(best * 0.8))...max(1, Int((best * 1.25).rounded(.up)))
    func gaps(_ across: Int) -> Int { (across - units % across) % across }
    return candidates.filter { $0 <= units }.min {
      (gaps($0), abs(Double($0) - best)) < (gaps($1), abs(Double($1) - best))
    } ?? units
  }

  private static func shape(
    _ arrays: ParameterArrays, _ matrix: String, _ array: NumericArray, _ request: FigureRequest
  ) throws(InputError) -> (channels: Int, height: Int, width: Int)? {
    let count = array.shape[1]
    guard let asked = request.shape else {
      return arrays.imageShape(arrays.ends(of: matrix)?.from ?? "", count: count)
    }
    guard count % (asked.height * asked.width) == 0 else {
      throw InputError(
        arrays.path, .whole,
        "the units of \(matrix) see \(count) inputs, which are no images of "
          + "\(asked.height)x\(asked.width)", try: "give another --shape")
    }
    return (count / (asked.height * asked.width), asked.height, asked.width)
  }

  private static func figure(
    _ arrays: ParameterArrays, _ matrix: String, _ array: NumericArray,
    _ shape: (channels: Int, height: Int, width: Int), _ request: FigureRequest, _ name: String
  ) -> Figure {
    let units = min(array.shape[0], unitCeiling)
    // The channels of a unit lie below each other.
    let tile = (height: shape.channels * shape.height, width: shape.width)
    let across = across(units, tile)
    let down = (units + across - 1) / across
    let width = across * (tile.width + 1) - 1
    let height = down * (tile.height + 1) - 1
    var pixels = [Double](repeating: .nan, count: width * height)
    for unit in 0..<units {
      let top = unit / across * (tile.height + 1)
      let left = unit % across * (tile.width + 1)
      for row in 0..<tile.height {
        for column in 0..<tile.width {
          pixels[(top + row) * width + left + column] =
            array.values[unit * array.shape[1] + row * tile.width + column]
        }
      }
    }
    let style = request.style
    let size = style.fontSize
    let shown = units < array.shape[0] ? "the first \(units) of \(array.shape[0])" : "\(units)"
    let words =
      "\(shown) units, \(shape.height)×\(shape.width) pixels"
      + (shape.channels > 1 ? ", \(shape.channels) channels below each other" : "")
      + ", row by row from unit 0"
    let right = style.width - 8 * size
    let top = 52.0
    let natural = top + (right - 16) * Double(height) / Double(width) + 16
    let total = style.height ?? min(natural, 1.6 * style.width)
    let frame = FigureFrame(left: 16, top: top, right: right, bottom: total - 16)
    var figure = Figure(
      name: name, summary: "What the units of \(matrix) see: \(words).", width: style.width,
      height: total)
    func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
    var body = GnuplotScript()
    let limit = GnuplotScript.number(HeatGrid.limit(pixels))
    body.add(frame.script(width: style.width, height: total))
    body.add(
      Text.label(
        style.title ?? "\(arrays.source.title): \(matrix)", x: 16, y: 18, style, height: total,
        size: size + 2, room: style.width - 24))
    body.add(
      Text.label(
        words, x: 16, y: 38, style, height: total, size: size - 1, room: style.width - 24,
        color: "muted"))
    body.add(
      "unset grid", "unset key", "unset border", "unset xtics", "unset ytics",
      "set size ratio -1",
      "set xrange [-0.5:\(Double(width) - 0.5)]", "set yrange [\(Double(height) - 0.5):-0.5]",
      "set palette @diverging", "set cbrange [-\(limit):\(limit)]",
      "set cblabel 'weight' offset -0.5,0",
      "set colorbox user origin screen \(part((right + 10) / style.width)), "
        + "screen \(part(1 - frame.bottom / total)) size screen \(part(12 / style.width)), "
        + "screen \(part((frame.bottom - frame.top) / total))")
    body.plot([GnuplotScript.image("\(name).csv")])
    figure.body = body
    figure.tables = [FigureTableText.matrix("\(name).csv", pixels, columns: width)]
    return figure
  }
}
