import Experiments
import Foundation
import Testing

@Suite struct NPYTests {
  /// A file of version 1.0 with this dictionary and these bytes of numbers.
  static func file(_ dictionary: String, _ numbers: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let header = Array((dictionary + "\n").utf8)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    bytes += [UInt8(header.count & 0xFF), UInt8(header.count >> 8)]
    if version > 1 { bytes += [0, 0] }
    return bytes + header + numbers
  }

  static func dictionary(_ type: String, fortran: Bool = false, _ shape: String) -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
  }

  @Test(
    "every type is read in both byte orders",
    arguments: [
      ("|u1", [254], 254.0), ("|i1", [254], -2), ("|b1", [1], 1),
      ("<u2", [0x34, 0x12], 4660), (">u2", [0x12, 0x34], 4660), ("<i2", [0xFE, 0xFF], -2),
      (">i2", [0xFF, 0xFE], -2), ("<u4", [1, 0, 0, 0x80], 2_147_483_649),
      (">i4", [0x80, 0, 0, 1], -2_147_483_647), ("<u8", [1, 0, 0, 0, 0, 0, 0, 0], 1),
      (">i8", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], -1),
      ("<f2", [0x00, 0xC2], -3), (">f2", [0x00, 0x01], 0x1p-24), ("<f2", [0xFF, 0x7B], 65504),
      ("<f4", [0, 0, 0x20, 0xC0], -2.5), (">f4", [0xC0, 0x20, 0, 0], -2.5),
      ("<f8", [0, 0, 0, 0, 0, 0, 4, 0xC0], -2.5), (">f8", [0xC0, 4, 0, 0, 0, 0, 0, 0], -2.5),
    ] as [(String, [UInt8], Double)])
  func types(type: String, bytes: [UInt8], value: Double) throws {
    for version in 1...3 {
      let file = Self.file(Self.dictionary(type, "(1,)"), bytes, version: UInt8(version))
      let array = try NPY.parse(file, file: "a.npy")
      #expect(array == NumericArray(shape: [1], values: [value]))
    }
  }

  @Test("columns first becomes rows first")
  func fortran() throws {
    let file = Self.file(
      Self.dictionary("|u1", fortran: true, "(2, 3, 2)"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    // a[i][j][k] is stored at i + 2j + 6k.
    var expected: [Double] = []
    for i in 0..<2 {
      for j in 0..<3 { for k in 0..<2 { expected.append(Double(i + 2 * j + 6 * k)) } }
    }
    #expect(try NPY.parse(file, file: "a.npy").values == expected)
  }

  @Test("shapes without numbers and of a single number")
  func degenerateShapes() throws {
    let empty = try NPY.parse(Self.file(Self.dictionary("<f8", "(0, 7)"), []), file: "a.npy")
    #expect(empty.shape == [0, 7] && empty.values.isEmpty)
    let single = try NPY.parse(Self.file(Self.dictionary("|u1", "()"), [5]), file: "a.npy")
    #expect(single == NumericArray(shape: [], values: [5]))
  }

  @Test(
    "written arrays come back bit for bit",
    arguments: [[], [3], [2, 3], [1, 1, 4], [0, 2], [12]] as [[Int]])
  func roundTrip(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { [0.1, -0.0, .infinity, .leastNonzeroMagnitude, 1e300][$0 % 5] }
    let bytes = NPY.encode(NumericArray(shape: shape, values: values))
    #expect((bytes.count - 8 * count) % 64 == 0)
    let back = try NPY.parse(bytes, file: "a.npy")
    #expect(back.shape == shape)
    #expect(back.values.map(\.bitPattern) == values.map(\.bitPattern))
    let integers = NumericArray(shape: [2], values: [-3, 0x1p53])
    #expect(try NPY.parse(NPY.encode(integers, as: .int64), file: "a.npy") == integers)
    let singles = NumericArray(shape: [2], values: [0.5, Double(Float(0.1))])
    #expect(try NPY.parse(NPY.encode(singles, as: .float32), file: "a.npy") == singles)
  }

  @Test(
    "NumPy's files are read, and ours are its own byte for byte", .enabled(if: Python.isAvailable))
  func numpy() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("made.npy")
    try Python.run(
      """
      import numpy, sys
      numpy.save(sys.argv[1], numpy.asfortranarray(numpy.arange(6, dtype='>i2').reshape(2, 3)))
      """, path)
    #expect(
      try NPY.read(path) == NumericArray(shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
    for shape in [[], [4], [123, 2], [2, 1, 3]] {
      let count = shape.reduce(1, *)
      let array = NumericArray(shape: shape, values: (0..<count).map(Double.init))
      try NPY.write(array, to: path)
      let other = try folder.file("other.npy")
      try Python.run(
        "import numpy, sys; numpy.save(sys.argv[2], numpy.load(sys.argv[1]))", path, other)
      #expect(try content(of: path) == content(of: other), "\(shape)")
    }
  }

  @Test("a file cut anywhere is an error")
  func truncation() {
    let bytes = NPY.encode(NumericArray(shape: [2], values: [1, 2]))
    for count in 0..<bytes.count {
      #expect(throws: InputError.self, "\(count) bytes") {
        try NPY.parse(Array(bytes[..<count]), file: "a.npy")
      }
    }
  }
}
