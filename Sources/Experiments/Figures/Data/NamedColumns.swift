/// A table that fits into memory, column by column.
struct NamedColumns {
  let file: String
  let names: [String]
  private var numbers: [[Double]]
  private var texts: [String: [String]] = [:]

  /// Tables of runs have a row an epoch, or fewer; much larger ones are not read whole.
  private static let ceiling = 50_000_000

  /// - Parameter texts: columns whose fields are kept as they are, too.
  /// - Throws: ``InputError`` where the file cannot be read, or has no row.
  init(reading path: String, texts: [String] = []) throws(InputError) {
    let reader = try CSVReader(path)
    file = path
    names = reader.header
    var numbers: [[Double]] = names.map { _ in [] }
    var kept: [(index: Int, values: [String])] = []
    for name in texts { kept.append((try reader.index(of: name), [])) }
    var record = CSVRecord()
    while try reader.next(&record) {
      for column in names.indices { numbers[column].append(record.number(column) ?? .nan) }
      for index in kept.indices { kept[index].values.append(record[kept[index].index]) }
      if numbers[0].count * names.count > Self.ceiling {
        throw InputError(
          path, .whole, "has more than \(Self.ceiling) numbers", try: "draw a part of it")
      }
    }
    self.numbers = numbers
    for (name, column) in zip(texts, kept) { self.texts[name] = column.values }
    if rowCount == 0 {
      throw InputError(path, .whole, "has no rows yet", try: "wait until the run has written some")
    }
  }

  var rowCount: Int { numbers.first?.count ?? 0 }

  func has(_ name: String) -> Bool { names.contains(name) }

  /// The numbers of a column; NaN where a field is none.
  ///
  /// - Throws: ``InputError`` where there is none of that name.
  subscript(name: String) -> [Double] {
    get throws(InputError) {
      guard let index = names.firstIndex(of: name) else {
        throw InputError(
          file, .line(1, column: nil), Suggestion.message(unknown: "column", name, of: names))
      }
      return numbers[index]
    }
  }

  /// The fields of a column that was to be kept as texts.
  func texts(of name: String) -> [String] { texts[name] ?? [] }
}
