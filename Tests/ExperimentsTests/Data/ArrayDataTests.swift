import Experiments
import Testing

@Suite struct ArrayDataTests {
  /// Six images of 1×2 pixels with labels, and two for a test.
  static func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let pixels = (0..<12).map { UInt8($0 * 20) }
    _ = try folder.file("x.gz", GzipFixtures.stored(IDXTests.file(0x08, [6, 1, 2], pixels)))
    _ = try folder.file("y", IDXTests.file(0x08, [6], [0, 1, 2, 0, 1, 2]))
    _ = try folder.file("tx", IDXTests.file(0x08, [2, 1, 2], [1, 2, 3, 4]))
    // Big-endian 16-bit labels, as Omniglot's.
    _ = try folder.file("ty", IDXTests.file(0x0B, [2], [0, 3, 0, 0]))
    return folder
  }

  @Test("IDX pairs: images keep their shape, the test set its own rows")
  func idx() throws {
    let folder = try Self.folder()
    let configuration = DataConfiguration(
      .idx(
        train: ArrayFiles(inputs: "x.gz", labels: "y"), test: ArrayFiles(inputs: "tx", labels: "ty")
      ), scale: 0.5, split: SplitRequest(validation: .count(3)))
    let data = try load(
      configuration, in: folder.path, expecting: DataExpectation(inputWidth: 2, outputWidth: 4))
    #expect(data.train.sampleShape == [1, 2])
    #expect(data.train.count == 3 && data.validation?.labels?.sorted() == [0, 1, 2])
    #expect(data.test?.labels == [3, 0])
    #expect(data.train.classCount == 4 && data.test?.classCount == 4)
    #expect(data.test?.inputs == [[0.5, 1], [1.5, 2]])
    #expect(data.test?.name(of: 1) == "tx[1]")
    let row = data.train.sourceRow(2)
    #expect(data.train.input(of: 2) == [Double(row * 20), Double(row * 20 + 10)])
  }

  @Test("a limit takes the first samples of each file")
  func limit() throws {
    let folder = try Self.folder()
    let data = try load(
      DataConfiguration(
        .idx(
          train: ArrayFiles(inputs: "x.gz", labels: "y"),
          test: ArrayFiles(inputs: "tx", labels: "ty")), limit: 1), in: folder.path)
    #expect(data.train.labels == [0] && data.test?.labels == [3])
  }

  @Test("NumPy files: inputs of any rank, labels, target vectors")
  func npy() throws {
    let folder = try ScratchFolder()
    let inputs = NumericArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
    try NPY.write(inputs, to: folder.file("x.npy"))
    try NPY.write(
      NumericArray(shape: [3, 1], values: [2, 0, 1]), to: folder.file("y.npy"), as: .int64)
    try NPY.write(NumericArray(shape: [3], values: [0.5, 1.5, 2.5]), to: folder.file("t.npy"))
    let data = try load(
      DataConfiguration(
        .npy(
          train: ArrayFiles(inputs: "x.npy", labels: "y.npy", targets: "t.npy"), test: nil)),
      in: folder.path, expecting: DataExpectation(inputWidth: 2))
    #expect(data.train.inputs == [[1, 2], [3, 4], [5, 6]])
    #expect(data.train.labels == [2, 0, 1])
    #expect(data.train.targets == [0.5, 1.5, 2.5] && data.train.targetWidth == 1)
  }

  @Test("NumPy bytes, rows or columns first, are the same images")
  func npyBytes() throws {
    let folder = try ScratchFolder()
    for fortran in [false, true] {
      let values: [UInt8] = fortran ? [1, 3, 2, 4] : [1, 2, 3, 4]
      _ = try folder.file(
        "x.npy", NPYTests.file(NPYTests.dictionary("|u1", fortran: fortran, "(2, 2)"), values))
      let data = try load(
        DataConfiguration(.npy(train: ArrayFiles(inputs: "x.npy"), test: nil), scale: 2),
        in: folder.path)
      #expect(data.train.inputs == [[2, 4], [6, 8]])
    }
  }
}
