import Experiments
import Testing

/// Damaged files, and a fragment of the message that each must give.
@Suite struct MalformedFilesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var fragment: String
    var testDescription: String { fragment }

    init(_ bytes: [UInt8], _ fragment: String) {
      self.bytes = bytes
      self.fragment = fragment
    }

    init(_ text: String, _ fragment: String) { self.init(Array(text.utf8), fragment) }
  }

  static func check(_ item: Case, _ read: ([UInt8]) throws -> Void) {
    let error = #expect(throws: InputError.self) { try read(item.bytes) }
    let description = error?.description ?? ""
    #expect(description.contains(item.fragment), "\(description)")
    #expect(description.hasPrefix("the-file"))
  }

  static let npyCases: [Case] = {
    func file(_ dictionary: String, _ numbers: [UInt8] = [0]) -> [UInt8] {
      NPYTests.file(dictionary, numbers)
    }
    let good = NPYTests.dictionary
    return [
      Case([], "is not a .npy file"),
      Case("not an array at all", "is not a .npy file"),
      Case(NPYTests.file(good("|u1", false, "(1,)"), [0], version: 4), "version 4.0"),
      Case(file(good("|u1", false, "(2,)")), "is cut short: the shape [2] needs 2 bytes"),
      Case(file(good("|u1", false, "(0,)")), "has 1 bytes after the numbers"),
      Case(file(good("|O", false, "(1,)")), "elements of type '|O'"),
      Case(file(good("<c16", false, "(1,)")), "elements of type '<c16'"),
      Case(file(good("|f8", false, "(1,)")), "elements of type '|f8'"),
      Case(file(good("", false, "(1,)")), "elements of type ''"),
      Case(file(good("|u1", false, "(1)")), "a number where a tuple belongs"),
      Case(file(good("|u1", false, "(-1,)")), "no axis length"),
      Case(file(good("|u1", false, "(99999999999999999999,)")), "too long for this machine"),
      Case(file(good("|u1", false, "(4294967296, 4294967296, 4294967296)")), "more numbers than"),
      Case(file(good("<f8", false, "(2305843009213693952,)")), "more numbers than memory"),
      Case(file("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}"), "no a simple"),
      Case(file("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}"), "neither True nor False"),
      Case(file("{'descr': '|u1', 'fortran_order': False}"), "no descr, fortran_order or shape"),
      Case(file("{'descr': '|u1', 'descr': '|u1', 'shape': ()}"), "repeated key 'descr'"),
      Case(file("{'x': 1}"), "unknown or repeated key 'x'"),
      Case(file("{'descr': '|u1'"), "no '}'"),
      Case(file("{'descr"), "an unfinished or escaped string"),
      Case(file(good("|u1", false, "(1,)") + " x"), "text after the dictionary"),
      Case(file(good("|b1", false, "(1,)"), [2]), "neither 0 nor 1"),
      Case(
        file(good("<i8", false, "(1,)"), [1, 0, 0, 0, 0, 0, 0x20, 0]), "cannot be held exactly"),
      Case([0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0x7F], "claims a header of"),
    ]
  }()

  @Test("a malformed .npy file", arguments: npyCases)
  func npy(item: Case) {
    Self.check(item) { _ = try NPY.parse($0, file: "the-file") }
  }

  static let safetensorsCases: [Case] = {
    func file(_ header: String, _ numbers: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
      SafetensorsTests.file(header, numbers)
    }
    func tensor(_ type: String = "F32", _ shape: String = "[1]", _ offsets: String = "[0,4]")
      -> String
    {
      "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }
    return [
      Case([1, 2, 3], "3 bytes are too few"),
      Case("PK zip archive of torch.save", "is not a safetensors file"),
      Case(file("[]"), "is not a safetensors file"),
      Case([255, 255, 255, 255, 255, 255, 255, 255, 0x7B], "is not a safetensors file"),
      Case([100, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "its header should end at byte 108"),
      Case(file("{\"a\":}"), "not valid JSON: no value"),
      Case(file("{} x"), "text after the end"),
      Case(file("{\"a\":\(tensor()),\"a\":\(tensor())}"), "the key \"a\" appears twice"),
      Case(file("{\"a\":1}"), "the tensor 'a' has no dtype"),
      Case(file("{\"a\":\(tensor("F8_E4M3"))}"), "the type 'F8_E4M3'"),
      Case(file("{\"a\":\(tensor("F32", "[-1]"))}"), "no shape of non-negative integers"),
      Case(file("{\"a\":\(tensor("F32", "[1.0]"))}"), "no shape of non-negative integers"),
      Case(file("{\"a\":\(tensor("F32", "[4611686018427387904]"))}"), "more than memory can hold"),
      Case(file("{\"a\":\(tensor("F32", "[1]", "[4,0]"))}"), "no data_offsets of the form"),
      Case(file("{\"a\":\(tensor("F32", "[1]", "[0]"))}"), "no data_offsets of the form"),
      Case(file("{\"a\":\(tensor("F32", "[2]"))}"), "needs 8 bytes; its data_offsets give it 4"),
      Case(file("{\"a\":\(tensor())}", [0, 0]), "ends 2 bytes after the file"),
      Case(file("{\"a\":\(tensor())}", [0, 0, 0, 0, 0]), "1 bytes that belong to no tensor"),
      Case(file("{}"), "4 bytes that belong to no tensor"),
      Case(
        file("{\"a\":\(tensor()),\"b\":\(tensor("F32", "[1]", "[2,6]"))}", [0, 0, 0, 0, 0, 0]),
        "the tensor 'b' overlaps 'a'"),
      Case(
        file("{\"a\":\(tensor()),\"b\":\(tensor("U8", "[1]", "[5,6]"))}", [0, 0, 0, 0, 0, 0]),
        "the tensor 'b' leaves a hole after 'a'"),
      Case(file("{\"__metadata__\":{\"n\":1}}", []), "whose 'n' is not a text"),
      Case(file("{\"__metadata__\":[]}", []), "__metadata__ that is not an object"),
    ]
  }()

  @Test("a malformed safetensors file", arguments: safetensorsCases)
  func safetensors(item: Case) {
    Self.check(item) { _ = try Safetensors(parsing: $0, file: "the-file") }
  }

  static let idxCases: [Case] = [
    Case([], "is not an IDX file"),
    Case("P5 28 28", "is not an IDX file"),
    Case(IDXTests.file(0x0A, [1], [0]), "unknown IDX type 0xA"),
    Case([0, 0, 8, 0], "has no axes"),
    Case([0, 0, 8, 3, 0, 0], "the lengths of 3 axes end at byte 16"),
    Case(IDXTests.file(0x08, [3], [0]), "needs 3 bytes of numbers, 1 are there"),
    Case(IDXTests.file(0x08, [1], [0, 0]), "more than the 1 bytes of numbers"),
    Case(
      GzipFixtures.stored(IDXTests.file(0x08, [1], [0, 0])), "more than the 1 bytes of numbers"),
    Case(IDXTests.file(0x08, [.max, .max, .max], [0]), "bytes allowed"),
    Case(IDXTests.file(0x0E, [1 << 30], [0]), "bytes allowed"),
  ]

  @Test("a malformed IDX file", arguments: idxCases)
  func idx(item: Case) {
    Self.check(item) { _ = try IDX.parse($0, file: "the-file") }
  }

  static let tablesCases: [Case] = [
    Case("", "is empty"),
    Case("\n\n", "is empty"),
    Case("a,b\n1\n", ":2: has 1 fields; the header names 2"),
    Case("a,b\n1,2,3\n", ":2:5: has 3 fields"),
    Case("a,b\n\n1,2\n", ":2: is a blank line inside the table"),
    Case("a,a\n", ":1:3: two columns have the name 'a'"),
    Case("a,\n", ":1:3: column 2 has no name"),
    Case("1,2\n3,4\n", ":1: the first line holds numbers"),
    Case("a\n\"x\n\n", ":2:1: a quote that is not closed"),
    Case("a\nx\"y\"\n", ":2:2: a quote inside a field without quotes"),
    Case("a\n\"x\"y\n", ":2:4: text after a closing quote"),
    Case("a\n\"x\" \"y\"\n", ":2:4: text after a closing quote"),
    Case("a\rb\r", ":1:2: a carriage return without a line feed"),
    Case("a\n\"x\"\ry\n", "a carriage return without a line feed"),
    Case([0x61, 0x0A, 0xFF, 0x0A], ":2: is not valid UTF-8"),
    Case([0x61, 0x0A, 0x00, 0x0A], ":2:1: a zero byte"),
    Case([0xFF, 0xFE, 0x61, 0x00], "is UTF-16 text"),
    Case([0x1F, 0x8B, 8, 0], "is compressed"),
    Case([0x50, 0x4B, 3, 4], "spreadsheet"),
  ]

  @Test("a malformed table", arguments: tablesCases)
  func tables(item: Case) {
    Self.check(item) {
      let reader = try CSVReader(parsing: $0, file: "the-file")
      var record = CSVRecord()
      while try reader.next(&record) {}
    }
  }

  @Test("a file that cannot be opened says why")
  func unopened() throws {
    let folder = try ScratchFolder()
    for (path, fragment) in [
      (folder.path + "/none.npy", "No such file"), (folder.path, "is a folder"), ("", "file name"),
    ] {
      let error = #expect(throws: InputError.self) { try NPY.read(path) }
      #expect(error?.description.contains(fragment) == true)
    }
  }
}
