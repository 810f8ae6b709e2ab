/// One thing that a sweep varies: a key of the model file and the values that it takes.
public struct SweepAxis: Sendable, Equatable {
  /// The dotted path, as `--set` takes it.
  public var key: String
  /// As YAML on one line, in the order given.
  public var values: [String]

  /// A key and the values that it takes.
  public init(key: String, values: [String]) {
    self.key = key
    self.values = values
  }

  /// The most values of one key.
  static let most = 10_000

  /// Reads `key=a,b,c`. Each value is YAML on one line, so that lists and mappings are values too
  /// (`[1, 0],[0, 1]`), and a text with a comma goes in quotes; `1..5` stands for 1, 2, 3, 4, 5 and
  /// `0..1..0.25` for 0, 0.25, 0.5, 0.75, 1.
  ///
  /// - Throws: ``InputError`` that says what is wrong with it.
  public init(parsing argument: String) throws(InputError) {
    let what = "--set \(argument)"
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw InputError(
        what, .whole, "is not of the form key=a,b,c", try: "write such as batch=16,32,64")
    }
    let text = String(argument[argument.index(after: equals)...])
    let items: [YAMLNode]
    do {
      items = try YAMLDocument.parse("[\(text)]")?.items ?? []
    } catch {
      throw InputError(
        what, .whole, "the values are \(error.message)",
        try: "separate values by commas, and put text with commas or brackets in quotes")
    }
    guard !items.isEmpty else {
      throw InputError(what, .whole, "gives no value", try: "write such as a=1,2,3")
    }
    var values: [String] = []
    for item in items {
      // What is not all numbers is text: `../data.csv`.
      if let plain = item.plain, Self.isRange(plain) {
        values += try Self.range(plain, what)
      } else {
        values.append(YAMLWriter.flow(item))
      }
    }
    guard values.count <= Self.most else {
      throw InputError(what, .whole, "gives \(values.count) values; at most \(Self.most)")
    }
    var seen: Set<String> = []
    if let twice = values.first(where: { !seen.insert($0).inserted }) {
      throw InputError(what, .whole, "gives \(twice) twice", try: "leave one out")
    }
    self.init(key: String(argument[..<equals]), values: values)
  }

  /// The seeds that a list such as `1..5,9` names.
  public static func seeds(parsing text: String) throws(InputError) -> [UInt64] {
    let what = "--seeds \(text)"
    var seeds: [UInt64] = []
    var seen: Set<UInt64> = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let item = item.trimmingPrefix { $0 == " " }
      let values = isRange(item) ? try range(String(item), what) : [String(item)]
      for value in values {
        guard let seed = UInt64(value) else {
          throw InputError(
            what, .whole, "`\(value)` is not an integer from 0", try: "write 1..5, or 1,2,7")
        }
        guard seen.insert(seed).inserted else {
          throw InputError(what, .whole, "gives \(seed) twice", try: "leave one out")
        }
        seeds.append(seed)
      }
    }
    return seeds
  }

  private static func isRange(_ text: some StringProtocol) -> Bool {
    text.contains("..") && text.utf8.allSatisfy { "0123456789.-".utf8.contains($0) }
  }

  /// `a..b` or `a..b..step`, both ends included; counted in decimal, so that three steps of 0.1 are 0.3.
  private static func range(_ text: String, _ what: String) throws(InputError) -> [String] {
    let parts = text.replacing("..", with: "\u{0}").split(
      separator: "\u{0}", omittingEmptySubsequences: false)
    let numbers = parts.map { Decimal(String($0)) }
    guard (2...3).contains(parts.count), let first = numbers[0], let last = numbers[1],
      let step = parts.count == 3 ? numbers[2] : Decimal("1")
    else {
      throw InputError(
        what, .whole, "`\(text)` is not a range",
        try: "write 1..5, or 0..1..0.25 for steps of 0.25; quote a text that has two dots")
    }
    let exponent = min(first.exponent, last.exponent, step.exponent)
    guard let low = first.digits(at: exponent), let high = last.digits(at: exponent),
      let stride = step.digits(at: exponent), stride > 0, high >= low,
      case (let span, let overflow) = high.subtractingReportingOverflow(low), !overflow,
      span / stride < most
    else {
      throw InputError(
        what, .whole, "the range `\(text)` does not go up in at most \(most) steps",
        try: "write it from the smaller to the larger number, with a step above 0")
    }
    return (0...span / stride).map { Decimal(low + $0 * stride, exponent).text }
  }
}

/// digits·10^exponent, for ranges whose numbers are written as people would.
private struct Decimal {
  var digits: Int
  var exponent: Int

  init(_ digits: Int, _ exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// `12`, `-0.5`, `.25`; no powers of ten.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), text.utf8.count <= 18 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let digits = Int(parts[0] + fraction), parts[0] != "" || fraction != ""
    else { return nil }
    self.init(digits, -fraction.count)
  }

  /// The digits with another, smaller exponent; nil where they are too many.
  func digits(at exponent: Int) -> Int? {
    var result = digits
    for _ in exponent..<self.exponent {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }

  var text: String {
    guard exponent < 0 else { return String(digits) }
    var all = String(digits.magnitude)
    all = String(repeating: "0", count: max(0, 1 - exponent - all.count)) + all
    var fraction = all.suffix(-exponent)
    while fraction.last == "0" { fraction.removeLast() }
    return (digits < 0 ? "-" : "") + all.dropLast(-exponent)
      + (fraction.isEmpty ? "" : "." + fraction)
  }
}
