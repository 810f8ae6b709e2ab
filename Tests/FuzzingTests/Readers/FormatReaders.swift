import Experiments
import LinearAlgebra

/// The readers of single files, as they are in memory.
extension FuzzedReader {
  static let formats: [FuzzedReader] = [csv, json, idx, compressedIDX, gzip, npy, safetensors]

  /// Something that was read and does not survive being written.
  struct NotTheSame: Error { var what: String }

  static let csv = FuzzedReader(
    name: "csv",
    seeds: {
      [
        "a,b,label\n1,2.5,0\n-3e-4,nan,1\n", "\u{feff}x,\"y, z\"\r\n\"1\",\"2\"\"3\"\r\n",
        "t\n0\n1\n",
        "time,phase,sample,phi.a.0\n0.0,1-free,0,0.5\n0.1,1-free,0,inf\n",
      ].map { Array($0.utf8) }
    },
    words: [",", "\"", "\"\"", "\n", "\r\n", "a,b", "label"],
    make: {
      { bytes in
        let reader = try CSVReader(parsing: bytes, file: "f.csv")
        var record = CSVRecord()
        while try reader.next(&record) {
          for column in 0..<record.count {
            _ = record.number(column)
            _ = record[column]
          }
        }
      }
    }
  )

  static let json = FuzzedReader(
    name: "json",
    seeds: {
      [
        #"{"a": [1, -2.5e3, true, null], "b": {"c": "d\n\u00e9\ud83d\ude00"}}"#, "[]", "0", "\"x\"",
        #"{"settled": true, "phases": [{"phase": "1-free", "residual": 1.5e-07}]}"#,
      ].map { Array($0.utf8) }
    },
    words: ["{\"a\":", "[[[[", "\\u", "\\ud800", "{\"", "\":", "\\\""],
    make: {
      { bytes in
        let value = try JSONValue(parsing: bytes, file: "f.json")
        let again = try JSONValue(parsing: Array(value.encoded().utf8), file: "again.json")
        if again != value { throw NotTheSame(what: "\(value) was read again as \(again)") }
      }
    }
  )

  private static func idx(_ type: UInt8, _ shape: [UInt32], _ numbers: Int) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)]
      + shape.flatMap { axis in (0..<4).map { UInt8(truncatingIfNeeded: axis >> (24 - 8 * $0)) } }
      + (0..<numbers).map { UInt8(truncatingIfNeeded: $0 * 37) }
  }

  static let plainIDX: [[UInt8]] = [
    idx(0x08, [2, 3, 3], 18), idx(0x08, [5], 5), idx(0x0D, [2, 2], 16), idx(0x0E, [3], 24),
    idx(0x0B, [1, 1, 1, 2], 4), idx(0x0C, [2], 8), idx(0x09, [0], 0),
  ]

  static let idx = FuzzedReader(
    name: "idx", seeds: { plainIDX }, isText: false, greatestSize: 1 << 10,
    make: {
      { bytes in _ = try IDX.parse(bytes, file: "f.idx") }
    }
  )

  static let compressedIDX = FuzzedReader(
    name: "idx-gz",
    seeds: {
      plainIDX.map(GzipFile.stored) + [GzipFile.zeros(after: idx(0x08, [1000, 28, 28], 0), 3000)]
    },
    isText: false, greatestSize: 1 << 12,
    repair: { bytes, random in
      // Half of them are right as gzip and lie inside.
      guard random.integer(below: 2) == 0, bytes.count > 23, bytes.starts(with: [0x1F, 0x8B]) else {
        return
      }
      bytes = GzipFile.stored(Array(bytes[15..<bytes.count - 8]))
    },
    make: {
      { bytes in _ = try IDX.parse(bytes, file: "f.idx.gz", ceiling: 1 << 24) }
    }
  )

  static let gzip = FuzzedReader(
    name: "gzip",
    seeds: {
      [
        GzipFile.stored(Array("hello hello hello".utf8)), GzipFile.stored([]),
        GzipFile.stored([1]) + GzipFile.stored([2]) + [0, 0, 0], GzipFile.zeros(after: [7], 40),
      ]
    }, isText: false, greatestSize: 1 << 12,
    make: {
      { bytes in _ = try Gzip.decompress(bytes, limit: 1 << 16, file: "f.gz") }
    }
  )

  static let npy = FuzzedReader(
    name: "npy",
    seeds: {
      [
        NPY.encode(NumericArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])),
        NPY.encode(NumericArray(shape: [], values: [1]), as: .float32),
        NPY.encode(NumericArray(shape: [3, 0, 2], values: []), as: .int64),
        NPY.encode(NumericArray(shape: [2, 2], values: [1, 2, 3, 4]), as: .int64),
      ]
    },
    words: [
      "'descr'", "'fortran_order'", "'shape'", "True", "False", "'<f4'", "'>f8'", "'|u1'", "'<f2'",
      "'|b1'", "'>i8'", "(3, 4)", "(0,)", "()", "(4611686018427387904, 4, 0)", "(2, 1, 3)",
    ],
    repair: { bytes, random in
      guard random.integer(below: 4) > 0, bytes.count > 12, let end = bytes.firstIndex(of: 0x0A),
        end > 10
      else { return }
      bytes[8] = UInt8(truncatingIfNeeded: end - 9)
      bytes[9] = UInt8(truncatingIfNeeded: (end - 9) >> 8)
    },
    make: {
      { bytes in _ = try NPY.parse(bytes, file: "f.npy") }
    }
  )

  static let safetensors = FuzzedReader(
    name: "safetensors",
    seeds: {
      [
        Safetensors(
          [
            .init("a.weight", NumericArray(shape: [2, 2], values: [1, 2, 3, 4])),
            .init("a.bias", NumericArray(shape: [3], values: [1, 2, 3]), as: .float32),
          ], metadata: ["epoch": "3"]
        ).encoded(),
        Safetensors([.init("n", NumericArray(shape: [2], values: [1, 2]), as: .int64)]).encoded(),
        Safetensors([.init("e", NumericArray(shape: [0, 5], values: []))]).encoded(),
      ]
    },
    words: safetensorsWords, repair: repairSafetensors,
    make: {
      { bytes in
        let file = try Safetensors(parsing: bytes, file: "f.safetensors")
        _ = file.firstNonFinite
      }
    }
  )

  static let safetensorsWords = [
    "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"F64\"", "\"F32\"",
    "\"F16\"",
    "\"BF16\"", "\"I64\"", "\"U8\"", "\"BOOL\"", "[0,0]", "[0,8]", "[4611686018427387904,4,0]",
    "[4294967296,4294967296,0]", "[2305843009213693952,8]", "[]", "[0,9223372036854775807]", "{}",
  ]

  /// The length of the header, from its text.
  static let repairSafetensors: @Sendable (inout [UInt8], inout RandomStream) -> Void = {
    bytes, random in
    guard random.integer(below: 4) > 0, bytes.count > 9 else { return }
    // The header ends where its brackets do; brackets in texts are rare enough.
    var depth = 0
    for index in 8..<bytes.count {
      if bytes[index] == UInt8(ascii: "{") { depth += 1 }
      if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 {
        for byte in 0..<8 { bytes[byte] = UInt8(truncatingIfNeeded: (index - 7) >> (8 * byte)) }
        return
      }
    }
  }
}
