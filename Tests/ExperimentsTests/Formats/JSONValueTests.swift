import Experiments
import Testing

@Suite struct JSONValueTests {
  @Test("a document keeps its order, NaN is null, numbers are shortest")
  func writing() {
    let value: JSONValue = [
      "zeta": 0.1, "alpha": .number(.nan), "count": 3, "single": .single(0.1),
      "list": [1, 2.5, "x\n\"\u{1}é"], "nested": ["empty": [], "none": .null, "object": [:]],
      "rows": [["a": true]],
    ]
    #expect(
      value.encoded() == """
        {
          "zeta": 0.1,
          "alpha": null,
          "count": 3,
          "single": 0.1,
          "list": [1, 2.5, "x\\n\\"\\u0001é"],
          "nested": {
            "empty": [],
            "none": null,
            "object": {}
          },
          "rows": [
            {
              "a": true
            }
          ]
        }

        """)
    #expect(
      JSONValue.object([.init("a", [1, ["b": 2]])]).encoded(indented: false)
        == #"{"a":[1,{"b":2}]}"#)
  }

  @Test("what is written is read back")
  func roundTrip() throws {
    let value: JSONValue = [
      "a": 1e-300, "b": -5, "c": [true, false, .null], "d": "\u{1F600}\t\\/", "e": .number(-0.0),
      "f": .integer(.max), "g": .integer(.min), "h": [[[]]], "": "empty key",
    ]
    for indented in [true, false] {
      let text = value.encoded(indented: indented)
      #expect(try JSONValue(parsing: Array(text.utf8), file: "a.json") == value)
    }
  }

  @Test("escapes are understood")
  func escapes() throws {
    let text = #" ["\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\", 1E2, -0.5e-1, 18446744073709551616] "#
    let value = try JSONValue(parsing: Array(text.utf8), file: "a.json")
    #expect(
      value == ["é\u{1F600}/\u{8}\u{c}\n\r\t\"\\", .number(100), -0.05, .number(0x1p64)])
  }

  @Test(
    "malformed documents are refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5", "+1", "1e",
      "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "nul",
      "[1] 2", "{\"a\":1,\"a\":2}", "\"\u{1}\"", "1e999", "NaN", "'a'", "//",
      String(repeating: "[", count: 100_000), "\"\\",
    ])
  func malformed(text: String) {
    #expect(throws: InputError.self) {
      try JSONValue(parsing: Array(text.utf8), file: "a.json")
    }
  }

  @Test("an error has its line and column")
  func place() {
    let error = #expect(throws: InputError.self) {
      try JSONValue(parsing: Array("{\n  \"é\": 1,\n  \"é\": 2}".utf8), file: "a.json")
    }
    #expect(
      error?.description == "a.json:3:3: is not valid JSON: the key \"é\" appears twice")
  }

  @Test("names in snake case")
  func snakeCase() {
    #expect(JSONValue.snakeCase("settledFraction") == "settled_fraction")
    #expect(JSONValue.snakeCase("leak-on") == "leak_on")
    #expect(JSONValue.snakeCase("rate2Max") == "rate2_max")
  }
}
