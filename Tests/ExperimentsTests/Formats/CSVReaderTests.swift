import Experiments
import Testing

@Suite struct CSVReaderTests {
  static func records(_ text: String) throws -> [[String]] {
    let reader = try CSVReader(parsing: Array(text.utf8), file: "t.csv")
    var rows = [reader.header]
    var record = CSVRecord()
    while try reader.next(&record) { rows.append((0..<record.count).map { record[$0] }) }
    return rows
  }

  @Test(
    "RFC 4180",
    arguments: [
      ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
      ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
      ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
      ("\u{FEFF}a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
      ("a,b\n1,2\n\n\r\n\n", [["a", "b"], ["1", "2"]]),
      ("a,b\n\"1\",\"2\"\n", [["a", "b"], ["1", "2"]]),
      ("a,b\n\"x,y\",\"p\"\"q\"\n", [["a", "b"], ["x,y", "p\"q"]]),
      ("a,b\n\"x\ny\",\"p\r\nq\"\n", [["a", "b"], ["x\ny", "p\r\nq"]]),
      ("a,b\n,\n", [["a", "b"], ["", ""]]),
      ("a,b\n\"\",\"\"\n", [["a", "b"], ["", ""]]),
      ("a\n\"\"\n", [["a"], [""]]),
      ("a,b\n x , y \n", [["a", "b"], [" x ", " y "]]),
      ("\"a,1\",b\nä,日本\n", [["a,1", "b"], ["ä", "日本"]]),
      ("a,b\n\"\"\"\",\"\"\"\"\"\"\n", [["a", "b"], ["\"", "\"\""]]),
      ("a\n", [["a"]]),
    ])
  func table(text: String, rows: [[String]]) throws {
    #expect(try Self.records(text) == rows)
  }

  @Test("fields know their line and column, past quotes, line breaks and wide characters")
  func places() throws {
    let text = "a,b,c\n\"x\ny\",é,3\n4,\"日,本\",5\n"
    let reader = try CSVReader(parsing: Array(text.utf8), file: "t.csv")
    var record = CSVRecord()
    #expect(try reader.next(&record))
    #expect(record.place(0) == .line(2, column: 1))
    #expect(record.place(1) == .line(3, column: 4))
    #expect(record.place(2) == .line(3, column: 6))
    #expect(try reader.next(&record))
    #expect(record.place(2) == .line(4, column: 9))
    #expect(try !reader.next(&record))
  }

  @Test("a file larger than the window is read as one in memory")
  func largeFile() throws {
    let folder = try ScratchFolder()
    // Records of varying length put every construct across the window's edge somewhere.
    var text = "n,text\r\n"
    for row in 0..<60_000 {
      text += "\(row),\"é\(String(repeating: "x", count: row % 23))\"\"\n,\"\r\n"
    }
    let reader = try CSVReader(folder.file("large.csv", text))
    var record = CSVRecord()
    var count = 0
    while try reader.next(&record) {
      guard record.number(0) == Double(count),
        record[1] == "é\(String(repeating: "x", count: count % 23))\"\n,"
      else {
        Issue.record("record \(count) is \(record[0]), \(record[1])")
        return
      }
      count += 1
    }
    #expect(count == 60_000)
  }

  @Test(
    "numbers are read to the nearest double",
    arguments: [
      "0", "-0", "1", "+1.5", "0.1", ".5", "5.", "1e5", "1E-5", "123456789012345678901234567890",
      "0.30000000000000004", "1.7976931348623157e308", "5e-324", "9007199254740993",
      "179769313486231570000000000000000000000.5e-20", "0.000000000000000000000000000001e30",
      "1e22", "1e23", "8.5e-23", "2.2250738585072011e-308", "1e400", "1e-400",
      "100000000000000000000",
      "0.0000000000000000000000123456789",
    ])
  func numbers(text: String) throws {
    let reader = try CSVReader(parsing: Array("a\n \(text) \n".utf8), file: "t.csv")
    var record = CSVRecord()
    #expect(try reader.next(&record))
    // The library's parser wants a digit on both sides of a point and is correctly rounded.
    let expected = Double(
      text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
    #expect(record.number(0)?.bitPattern == expected?.bitPattern)
  }

  @Test(
    "what is no decimal number is none",
    arguments: ["x", "1x", "0x10", "1e", "1e+", ".", "-", "+-1", "1 2", "1_000", "nan(1)", "1.2.3"])
  func notNumbers(text: String) throws {
    let reader = try CSVReader(parsing: Array("a\n\(text)\n".utf8), file: "t.csv")
    var record = CSVRecord()
    #expect(try reader.next(&record))
    #expect(record.number(0) == nil)
  }

  @Test("random doubles survive writing and reading bit for bit")
  func randomDoubles() throws {
    var generator = SplitMixGenerator(state: 5)
    let folder = try ScratchFolder()
    let path = try folder.file("r.csv")
    let writer = try CSVWriter(path)
    try writer.appendRow(["a", "b"])
    var values: [Double] = []
    for row in 0..<20_000 {
      let value =
        row % 2 == 0
        ? Double(bitPattern: generator.next())
        : Double(Int(truncatingIfNeeded: generator.next() >> 40)) / 1000
      values.append(value)
      try writer.append(value)
      try writer.append(row)
      try writer.endRow()
    }
    try writer.close()
    let reader = try CSVReader(path)
    var record = CSVRecord()
    for value in values {
      #expect(try reader.next(&record))
      guard let back = record.number(0), back == value || back.isNaN && value.isNaN else {
        Issue.record("\(value) came back as \(record[0])")
        return
      }
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a fixed sequence of numbers for tests.
struct SplitMixGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
