import Experiments
import Testing

@Suite struct SafetensorsTests {
  /// A file with this header and these bytes of numbers.
  static func file(_ header: String, _ numbers: [UInt8] = []) -> [UInt8] {
    let length = header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + numbers
  }

  static let sample = Safetensors(
    [
      .init(
        "input-hidden.weight", NumericArray(shape: [1, 3], values: [1, 0.5, -2]), as: .float32),
      .init("hidden.bias", NumericArray(shape: [2], values: [0.1, -0.0])),
      .init("step", NumericArray(shape: [], values: [7]), as: .int64),
      .init("none", NumericArray(shape: [0, 4], values: []), as: .float32),
    ], metadata: ["format": "pt", "note": "a \"quoted\"\nline é"])

  @Test("tensors, their order, types and the metadata come back")
  func roundTrip() throws {
    let back = try Safetensors(parsing: Self.sample.encoded(), file: "w.safetensors")
    #expect(back == Self.sample)
    #expect(back["hidden.bias"]?.values.map(\.bitPattern) == [0.1, -0.0].map(\.bitPattern))
    #expect(back["absent"] == nil)
  }

  @Test("equal values give equal bytes, and numbers begin at a multiple of 8")
  func layout() {
    let bytes = Self.sample.encoded()
    #expect(bytes == Self.sample.encoded())
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    #expect(length % 8 == 0)
    #expect(bytes.count == 8 + length + 3 * 4 + 2 * 8 + 8)
  }

  @Test("other types of the format are read")
  func types() throws {
    let header = """
      {"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},\
      "b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},\
      "i":{"dtype":"I32","shape":[],"data_offsets":[4,8]},\
      "u":{"dtype":"U8","shape":[2],"data_offsets":[8,10]},\
      "t":{"dtype":"BOOL","shape":[1],"data_offsets":[10,11]}}   
      """
    let file = Self.file(header, [0, 0x3C, 0x20, 0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 255, 1])
    let tensors = try Safetensors(parsing: file, file: "w").tensors
    #expect(tensors.map(\.name) == ["h", "b", "i", "u", "t"])
    #expect(tensors.map(\.array.values) == [[1], [-2.5], [-1], [1, 255], [1]])
  }

  @Test("a NaN is a value, and is found with its place")
  func nonFinite() throws {
    var file = Self.sample
    #expect(file.firstNonFinite == nil)
    file.tensors[0].array.values[2] = .nan
    let back = try Safetensors(parsing: file.encoded(), file: "w")
    #expect(back.firstNonFinite?.name == "input-hidden.weight")
    #expect(back.firstNonFinite?.indices == [0, 2])
  }

  @Test("a file cut anywhere is an error")
  func truncation() {
    let bytes = Self.sample.encoded()
    for count in 0..<bytes.count {
      #expect(throws: InputError.self, "\(count) bytes") {
        try Safetensors(parsing: Array(bytes[..<count]), file: "w")
      }
    }
  }

  @Test("Python reads what we write", .enabled(if: Python.isAvailable))
  func python() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("w.safetensors")
    try Self.sample.write(to: path)
    let output = try Python.run(
      """
      import json, numpy, struct, sys
      data = open(sys.argv[1], 'rb').read()
      n = struct.unpack('<Q', data[:8])[0]
      header = json.loads(data[8:8 + n])
      meta = header.pop('__metadata__')
      assert meta['note'] == 'a "quoted"\\nline \\u00e9', meta
      types = {'F32': '<f4', 'F64': '<f8', 'I64': '<i8'}
      for name, t in header.items():
        begin, end = t['data_offsets']
        a = numpy.frombuffer(data[8 + n + begin:8 + n + end], types[t['dtype']]).reshape(t['shape'])
        assert begin % a.itemsize == 0
        print(name, a.tolist())
      """, path)
    #expect(
      output == """
        input-hidden.weight [[1.0, 0.5, -2.0]]
        hidden.bias [0.1, -0.0]
        step 7
        none []

        """)
  }
}
