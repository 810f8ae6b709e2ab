package import LinearAlgebra

/// Divides the rows of a table into training, validation and test rows, each ascending.
package struct Splitter {
  package var train: [Int] = []
  package var validation: [Int] = []
  package var test: [Int] = []

  /// - Parameters:
  ///   - labels: the classes of the rows; nil where there are none.
  ///   - file: names the request's origin in errors.
  /// - Throws: ``InputError`` where the request cannot be met.
  package init(
    _ request: SplitRequest, count: Int, labels: [Int]?, file: String,
    using stream: inout RandomStream
  ) throws(InputError) {
    let testCount = try Self.size(request.test, of: count, "test", file)
    let validationCount = try Self.size(request.validation, of: count, "validation", file)
    if testCount + validationCount >= count {
      throw InputError(
        file, .whole,
        "data.split sets \(testCount) + \(validationCount) of \(count) samples apart and leaves"
          + " none for training", try: "set fewer apart")
    }
    if request.stratified == true, labels == nil {
      throw InputError(
        file, .whole, "data.split.stratified needs class labels, and the data have none",
        try: "name the labels, or use stratified: false")
    }
    if testCount + validationCount == 0 {
      train = Array(0..<count)
      return
    }
    guard let labels, request.stratified ?? true else {
      var rows = Array(0..<count)
      stream.shuffle(&rows)
      take(rows, test: testCount, validation: validationCount)
      sort()
      return
    }
    var groups = Self.rowsByClass(labels)
    let testShares = Self.apportion(testCount, among: groups.map(\.rows.count))
    let rest = zip(groups, testShares).map { $0.rows.count - $1 }
    let validationShares = Self.apportion(validationCount, among: rest)
    for index in groups.indices {
      if testShares[index] + validationShares[index] == groups[index].rows.count {
        throw InputError(
          file, .whole,
          "data.split leaves no training sample of class \(groups[index].label), which has"
            + " \(groups[index].rows.count) in all",
          try: "set fewer apart, or use stratified: false")
      }
      stream.shuffle(&groups[index].rows)
      take(groups[index].rows, test: testShares[index], validation: validationShares[index])
    }
    sort()
  }

  private mutating func take(_ rows: [Int], test testCount: Int, validation: Int) {
    test += rows[..<testCount]
    self.validation += rows[testCount..<testCount + validation]
    train += rows[(testCount + validation)...]
  }

  private mutating func sort() {
    test.sort()
    validation.sort()
    train.sort()
  }

  private static func size(
    _ size: SplitRequest.Size, of count: Int, _ part: String, _ file: String
  ) throws(InputError) -> Int {
    switch size {
    case .none: return 0
    case .count(let wanted):
      guard wanted >= 0, wanted <= count else {
        throw InputError(
          file, .whole, "data.split.\(part) asks for \(wanted) of \(count) samples",
          try: "ask for fewer, or for a fraction such as 0.2")
      }
      return wanted
    case .fraction(let fraction):
      guard fraction > 0, fraction < 1 else {
        throw InputError(
          file, .whole, "data.split.\(part) is \(fraction), not a fraction between 0 and 1")
      }
      let rounded = Int((fraction * Double(count)).rounded())
      if rounded == 0 {
        throw InputError(
          file, .whole, "data.split.\(part): \(fraction) of \(count) samples is none",
          try: "ask for a number of samples")
      }
      return rounded
    }
  }

  private static func rowsByClass(_ labels: [Int]) -> [(label: Int, rows: [Int])] {
    Dictionary(grouping: labels.indices) { labels[$0] }
      .sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// Shares of `total` in proportion to `sizes` that sum to it exactly: the whole parts, and one
  /// more for the largest remainders, the first class first among equals.
  ///
  /// In integers, so that no rounding decides. `total` is less than the sum of the sizes; then no
  /// share exceeds its size.
  package static func apportion(_ total: Int, among sizes: [Int]) -> [Int] {
    let sum = sizes.reduce(0, +)
    guard total > 0 else { return [Int](repeating: 0, count: sizes.count) }
    precondition(total < sum, "\(total) of \(sum) leaves nothing")
    var shares: [Int] = []
    var remainders: [Int] = []
    for size in sizes {
      let (share, remainder) = sum.dividingFullWidth(total.multipliedFullWidth(by: size))
      shares.append(share)
      remainders.append(remainder)
    }
    let missing = total - shares.reduce(0, +)
    let order = sizes.indices.sorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
    for index in order.prefix(missing) { shares[index] += 1 }
    return shares
  }
}
