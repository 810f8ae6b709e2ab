internal import Foundation

/// Columns over time as the pixels of an image.
enum HeatGrid {
  /// At most so many pixels along time.
  static let cells = 480
  /// At most so many rows; more are drawn together.
  static let rows = 512

  /// A row for each column of values, a cell for each of `cells` equal parts of `range`.
  ///
  /// A cell in which there are values takes the one farthest from 0; one without, what lies on the line
  /// between its neighbours.
  static func resample(
    x: [Double], _ columns: [[Double]], range: ClosedRange<Double>, cells: Int
  ) -> [Double] {
    var result: [Double] = []
    let step = (range.upperBound - range.lowerBound) / Double(cells)
    for values in columns {
      var row = [Double](repeating: .nan, count: cells)
      for (place, value) in zip(x, values) where !value.isNaN {
        // Neither where there is no width nor where it is too great for a number.
        let cell = (place - range.lowerBound) / step
        let index = cell.isFinite ? Int(min(max(cell, 0), Double(cells - 1))) : 0
        if !(abs(row[index]) >= abs(value)) { row[index] = value }
      }
      fill(&row, x: x, values, range: range, step: step)
      result += row
    }
    return result
  }

  private static func fill(
    _ row: inout [Double], x: [Double], _ values: [Double], range: ClosedRange<Double>, step: Double
  ) {
    var next = 0
    for cell in row.indices where row[cell].isNaN {
      let center = range.lowerBound + (Double(cell) + 0.5) * step
      while next < x.count, x[next] < center { next += 1 }
      guard next > 0, next < x.count, x[next] > x[next - 1] else { continue }
      let part = (center - x[next - 1]) / (x[next] - x[next - 1])
      row[cell] = values[next - 1] + part * (values[next] - values[next - 1])
    }
  }

  /// Rows drawn together so that there are at most ``rows``: of each group the value farthest from 0.
  static func compact(_ values: [Double], columns: Int) -> (values: [Double], group: Int) {
    let count = columns == 0 ? 0 : values.count / columns
    let group = (count + rows - 1) / rows
    guard group > 1 else { return (values, 1) }
    var result: [Double] = []
    for first in stride(from: 0, to: count, by: group) {
      for column in 0..<columns {
        var chosen = Double.nan
        for row in first..<min(first + group, count) {
          let value = values[row * columns + column]
          if !value.isNaN, !(abs(chosen) >= abs(value)) { chosen = value }
        }
        result.append(chosen)
      }
    }
    return (result, group)
  }

  /// The end of a palette: the greatest magnitude, rounded up to two digits.
  static func limit(_ values: some Sequence<Double>) -> Double {
    var greatest = 0.0
    for value in values where value.isFinite { greatest = max(greatest, abs(value)) }
    guard greatest > 0 else { return 1 }
    let unit = pow(10, floor(log10(greatest)) - 1)
    // Decimal, so that 0.7 is not 0.7000000000000001.
    let rounded = Double(String(format: "%.1e", (greatest / unit).rounded(.up) * unit)) ?? greatest
    return max(rounded, greatest)
  }
}

extension HeatGrid {
  /// A number with so many significant digits.
  static func digits(_ value: Double, _ count: Int) -> String {
    String(format: "%.\(count)g", value)
  }
}
