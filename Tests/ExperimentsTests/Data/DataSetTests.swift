import Experiments
import Testing

@Suite struct DataSetTests {
  @Test("a table: features in the order of the file, classes by number")
  func table() throws {
    let folder = try ScratchFolder()
    _ = try folder.file("t.csv", "x,label,y,z\n1,0,2,3\n4, 2 ,5,6\n7,1.0,8,9\n")
    let data = try load(
      DataConfiguration(.csv(path: "t.csv", labels: "label", targets: []), scale: 0.5),
      in: folder.path, expecting: DataExpectation(inputWidth: 3, outputWidth: 3))
    #expect(data.train.inputs == [[0.5, 1, 1.5], [2, 2.5, 3], [3.5, 4, 4.5]])
    #expect(data.train.labels == [0, 2, 1])
    #expect(data.train.classCount == 3 && data.train.classNames == nil)
    #expect(data.test == nil && data.validation == nil)
    #expect(data.train.sampleShape == [3] && !data.train.hasTargets)
    #expect(data.train.name(of: 2) == "t.csv[2]")
  }

  @Test("a table: classes by name, targets by column in the order asked for")
  func namesAndTargets() throws {
    let folder = try ScratchFolder()
    _ = try folder.file("t.csv", "a,kind,b,c\n1,dog,2,3\n4,\"cat\",5,6\n")
    let data = try load(
      DataConfiguration(
        .csv(path: "t.csv", labels: "kind", targets: ["c", "a"]), classes: ["cat", "cow", "dog"]),
      in: folder.path)
    #expect(data.train.labels == [2, 0])
    #expect(data.train.classCount == 3 && data.train.classNames == ["cat", "cow", "dog"])
    #expect(data.train.inputs == [[2], [5]])
    #expect(data.train.targets == [3, 1, 6, 4] && data.train.targetWidth == 2)
    var target = ContiguousArray(repeating: 0.0, count: 2)
    var span = target.mutableSpan
    data.train.copyTarget(1, into: &span)
    #expect(target == [6, 4])
  }

  @Test("names that are digits are names")
  func digitNames() throws {
    let folder = try ScratchFolder()
    _ = try folder.file("t.csv", "x,k\n1,2\n2,1\n")
    let source = DataSource.csv(path: "t.csv", labels: "k", targets: [])
    #expect(
      try load(DataConfiguration(source, classes: ["1", "2"]), in: folder.path).train.labels
        == [1, 0])
    #expect(
      try load(DataConfiguration(source, classes: ["a", "b", "c"]), in: folder.path)
        .train.labels == [2, 1])
  }

  @Test("samples keep the row of their file through splits and limits")
  func sourceRows() throws {
    let folder = try ScratchFolder()
    let rows = (0..<50).map { "\($0),\($0 % 2)\n" }.joined()
    _ = try folder.file("t.csv", "x,k\n" + rows)
    let data = try load(
      DataConfiguration(
        .csv(path: "t.csv", labels: "k", targets: []), limit: 40,
        split: SplitRequest(test: .count(10), validation: .fraction(0.25))), in: folder.path)
    let test = try #require(data.test)
    let validation = try #require(data.validation)
    #expect(data.train.count == 20 && validation.count == 10 && test.count == 10)
    #expect(test.labels?.count { $0 == 0 } == 5)
    var seen: [Int] = []
    for set in [data.train, validation, test] {
      for sample in 0..<set.count {
        let row = set.sourceRow(sample)
        seen.append(row)
        #expect(set.input(of: sample) == [Double(row)] && set.label(of: sample) == row % 2)
        #expect(set.sample(atSourceRow: row) == sample)
      }
    }
    #expect(seen.sorted() == Array(0..<40))
    #expect(data.train.sample(atSourceRow: test.sourceRow(0)) == nil)
    let chosen = test.selecting([3, 1])
    #expect((0..<2).map { chosen.sourceRow($0) } == [test.sourceRow(3), test.sourceRow(1)])
  }

  @Test("standardized features have mean 0 and deviation 1 over the training part alone")
  func standardize() throws {
    let folder = try ScratchFolder()
    // Three features: a ramp, a constant whose mean is not exact, a large offset.
    let rows = (0..<30).map { "\($0),0.1,\(1e6 + Double($0 * $0))\n" }.joined()
    _ = try folder.file("t.csv", "a,b,c\n" + rows)
    let data = try load(
      DataConfiguration(
        .csv(path: "t.csv", labels: nil, targets: []), scale: 3, normalize: .standardize,
        split: SplitRequest(test: .count(10))), in: folder.path)
    let inputs = data.train.inputs
    for feature in [0, 2] {
      let values = inputs.map { $0[feature] }
      let mean = values.reduce(0, +) / 20
      let variance = values.map { $0 * $0 }.reduce(0, +) / 20
      // Values near 1e6 carry rounding errors of 1e-10, over a deviation of about 700.
      #expect(abs(mean) < 1e-10 && abs(variance - 1) < 1e-10)
    }
    #expect(data.train.inputs.allSatisfy { $0[1] == 0 })
    // The test part is moved by the same figures: the ramp stays one.
    let test = try #require(data.test)
    let slope =
      (inputs[1][0] - inputs[0][0])
      / Double(data.train.sourceRow(1) - data.train.sourceRow(0))
    let expected = inputs[0][0] + slope * Double(test.sourceRow(0) - data.train.sourceRow(0))
    #expect(abs(test.input(of: 0)[0] - expected) < 1e-12)
  }

  @Test("minmax brings the training part to 0 ... 1")
  func minmax() throws {
    let samples = [[2.0, 5], [4, 5], [3, 5]].map { InlineSample(input: $0) }
    let data = try load(
      DataConfiguration(.inline(samples), normalize: .minmax), in: ".")
    #expect(data.train.inputs == [[0, 0], [1, 0], [0.5, 0]])
  }

  @Test("inputs are copied out in both precisions")
  func copying() throws {
    let data = try load(
      DataConfiguration(.inline([InlineSample(input: [1, 3])]), scale: 0.1), in: "."
    ).train
    var double = ContiguousArray(repeating: 9.0, count: 2)
    var doubleSpan = double.mutableSpan
    data.copyInput(0, into: &doubleSpan)
    #expect(Array(double) == data.input(of: 0))
    var single = ContiguousArray(repeating: Float(9), count: 2)
    var singleSpan = single.mutableSpan
    data.copyInput(0, into: &singleSpan)
    #expect(single == [Float(1 * 0.1), Float(3 * 0.1)])
  }

  @Test("inline samples with vectors, numbers and names of classes")
  func inline() throws {
    let vectors = try load(
      DataConfiguration(
        .inline([
          InlineSample(input: [1], target: .vector([1, 2])),
          InlineSample(input: [2], target: .vector([3, 4])),
        ])), in: ".", expecting: DataExpectation(inputWidth: 1, outputWidth: 2)
    ).train
    #expect(vectors.targets == [1, 2, 3, 4] && vectors.targetWidth == 2)
    #expect(vectors.name(of: 1) == "model.yaml[1]")
    let labels = try load(
      DataConfiguration(
        .inline([
          InlineSample(input: [1], target: .label(1)), InlineSample(input: [2], target: .label(0)),
        ])), in: "."
    ).train
    #expect(labels.labels == [1, 0] && labels.classCount == 2)
    let names = try load(
      DataConfiguration(
        .inline([InlineSample(input: [1], target: .className("b"))]), classes: ["a", "b"]),
      in: "."
    ).train
    #expect(names.labels == [1])
  }

  @Test("class targets, hard and soft")
  func encoding() {
    #expect(TargetEncoding.oneHot.values(label: 1, count: 3) == [0, 1, 0])
    #expect(TargetEncoding.soft(0).values(label: 0, count: 1) == [1])
    #expect(TargetEncoding.soft(0.25).values(label: 2, count: 3) == [0.125, 0.125, 0.75])
  }
}
