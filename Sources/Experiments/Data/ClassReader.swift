/// Turns what a file says of a class into its number.
///
/// The first label decides whether names or numbers are read: a name where it is in the list of
/// names, a number otherwise. The rest must be of the same kind.
struct ClassReader {
  private let names: [String: Int]
  private let list: [String]
  /// Labels stay below.
  private let bound: Int
  private let file: String
  private var readsNames: Bool?

  /// More classes than this come from a column that is not one of labels.
  static let greatestCount = 1 << 20

  /// - Parameter limit: the number of units of the network's output, if it is known.
  init(_ classes: [String], limit: Int?, file: String) {
    list = classes
    names = Dictionary(zip(classes, classes.indices)) { first, _ in first }
    bound = min(
      classes.isEmpty ? Self.greatestCount : classes.count, limit ?? Self.greatestCount)
    self.file = file
  }

  /// The class that a text names.
  mutating func label(_ text: String, at place: InputError.Place) throws(InputError) -> Int {
    let trimmed = Self.trimmed(text)
    let named = names[trimmed]
    let readsNames = self.readsNames ?? (named != nil)
    self.readsNames = readsNames
    if readsNames {
      guard let named else {
        throw InputError(
          file, place, "'\(trimmed)' is not one of the classes",
          try: "data.classes has " + list.map { "'\($0)'" }.joined(separator: ", "))
      }
      return try label(named, at: place)
    }
    // A table that passed through pandas may have 3.0 for 3.
    var bytes = trimmed
    let value = bytes.withUTF8 { DecimalNumber.parse($0) }
    guard let value, let number = Int(exactly: value) else {
      throw InputError(
        file, place, "the label '\(trimmed)' is not a whole number",
        try: list.isEmpty
          ? "number the classes from 0, or list their names under data.classes"
          : "data.classes has " + list.map { "'\($0)'" }.joined(separator: ", "))
    }
    return try label(number, at: place)
  }

  /// A class by its number, checked.
  func label(_ number: Int, at place: InputError.Place) throws(InputError) -> Int {
    if number >= 0, number < bound { return number }
    let reason =
      number < 0
      ? "is negative" : "is out of range: there are \(bound) classes, 0 to \(bound - 1)"
    throw InputError(
      file, place, "the label \(number) \(reason)",
      try: "labels count from 0; compare with data.classes and the network's output")
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let start = text.firstIndex(where: { !isSpace($0) }),
      let end = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[start...end])
  }
}
