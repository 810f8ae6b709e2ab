/// Brings raw features to what the network is given: `(raw·scale − shift) / divisor` per feature.
struct FeatureTransform: Hashable, Sendable {
  let scale: Double
  /// Nil where nothing is subtracted and divided.
  let normalization: Affine?

  /// Per feature.
  struct Affine: Hashable, Sendable {
    var shift: [Double]
    var divisor: [Double]
  }

  /// The figures of `rows` of a table.
  ///
  /// - Throws: ``InputError`` where a feature's spread is beyond the range of doubles.
  init(
    _ kind: Normalization, scale: Double, table: SampleTable, rows: [Int]
  ) throws(InputError) {
    self.scale = scale
    let width = table.inputWidth
    if kind == .none || rows.isEmpty {
      normalization = nil
      return
    }
    var low = [Double](repeating: .infinity, count: width)
    var high = [Double](repeating: -.infinity, count: width)
    var sum = [Double](repeating: 0, count: width)
    for row in rows {
      table.forEachFeature(of: row) { feature, raw in
        let value = raw * scale
        low[feature] = min(low[feature], value)
        high[feature] = max(high[feature], value)
        sum[feature] += value
      }
    }
    // Whether a feature is constant is told by its extremes: its rounded mean need not be its
    // value, and dividing by the rounding error would blow it up.
    let isConstant = zip(low, high).map { $0 == $1 }
    var shift = low
    var divisor = zip(high, low).map { $0 - $1 }
    if kind == .standardize {
      let count = Double(rows.count)
      shift = sum.map { $0 / count }
      var squares = [Double](repeating: 0, count: width)
      for row in rows {
        table.forEachFeature(of: row) { feature, raw in
          let deviation = raw * scale - shift[feature]
          squares[feature] += deviation * deviation
        }
      }
      divisor = squares.map { ($0 / count).squareRoot() }
    }
    for feature in 0..<width {
      if isConstant[feature] {
        shift[feature] = low[feature]
        divisor[feature] = 1
      }
      guard shift[feature].isFinite, divisor[feature].isFinite, divisor[feature] > 0 else {
        throw InputError(
          table.source, .whole,
          "the values of feature \(feature) are too large or too close to \(kind.rawValue)",
          try: "use scale, or normalize: none")
      }
    }
    normalization = Affine(shift: shift, divisor: divisor)
  }
}
