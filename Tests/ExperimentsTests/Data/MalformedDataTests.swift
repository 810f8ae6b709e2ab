import Experiments
import Testing

/// Data that cannot be used, and a fragment of the message that each must give.
@Suite struct MalformedDataTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var table = ""
    var labels: String? = "k"
    var targets: [String] = []
    var classes: [String] = []
    var outputWidth: Int?
    var inputWidth: Int?
    var scale = 1.0
    var normalize = Normalization.none
    var limit: Int?
    var fragment: String

    var testDescription: String { fragment }
  }

  static let tableCases = [
    Case(table: "x,k\n", fragment: "has a header and no samples"),
    Case(table: "x,y\n1,0\n", fragment: "has no column 'k', which data.labels names"),
    Case(table: "x,k\n1,0\n", targets: ["t"], fragment: "no column 't', which data.targets names"),
    Case(table: "x,k,t\n1,0,1\n", targets: ["t", "t"], fragment: "names the column 't' twice"),
    Case(table: "k\n0\n", fragment: "has no column left for the inputs"),
    Case(
      table: "x,k\n1,0\nabc,1\n", fragment: "t.csv:3:1: 'abc' in the column 'x' is not a finite"),
    Case(table: "x,k\n1,0\n,1\n", fragment: "t.csv:3:1: the column 'x' is empty"),
    Case(table: "x,k\nNaN,0\n", fragment: "t.csv:2:1: 'NaN' in the column 'x' is not a finite"),
    Case(table: "x,k\n1e999,0\n", fragment: "is not a finite number"),
    Case(
      table: "x,k\n1e300,0\n", scale: 1e9, fragment: "times the scale 1000000000.0 is not"),
    Case(table: "x,k\n1,0.5\n", fragment: "t.csv:2:3: the label '0.5' is not a whole number"),
    Case(table: "x,k\n1,dog\n", fragment: "list their names under data.classes"),
    Case(table: "x,k\n1,-1\n", fragment: "t.csv:2:3: the label -1 is negative"),
    Case(
      table: "x,k\n1,10\n", outputWidth: 10, fragment: "10 is out of range: there are 10 classes"),
    Case(table: "x,k\n1,99999999\n", fragment: "is out of range"),
    Case(
      table: "x,k\n1,a\n2,c\n", classes: ["a", "b"], fragment: "3:3: 'c' is not one of the"),
    Case(table: "x,k\n1,c\n", classes: ["a", "b"], fragment: "data.classes has 'a', 'b'"),
    Case(
      table: "x,k\n1,b\n", classes: ["a", "b"], outputWidth: 1, fragment: "there are 1 classes"),
    Case(table: "x,k\n1,0\n", classes: ["a", "a"], fragment: "data.classes has 'a' twice"),
    Case(table: "x,k\n1,0\n", inputWidth: 64, fragment: "has 1 input column; the network has 64"),
    Case(
      table: "x,k\n1,0\n", labels: nil, targets: ["k"], outputWidth: 2,
      fragment: "has 1 column of targets; the loss reads 2 units"),
    Case(table: "x,k\n1,0\n", labels: nil, targets: ["k"], scale: 0, fragment: "data.scale is 0.0"),
    Case(table: "x,k\n1,0\n", scale: .nan, fragment: "data.scale is nan"),
    Case(table: "x,k\n1,0\n", limit: 0, fragment: "data.limit is 0"),
    Case(table: "x,k\n1,0\n2\n", fragment: "t.csv:3: has 1 fields"),
    Case(
      table: "x,k\n1e200,0\n-1e200,0\n", normalize: .standardize,
      fragment: "feature 0 are too large or too close"),
  ]

  @Test("a table that cannot be used", arguments: tableCases)
  func table(item: Case) throws {
    let folder = try ScratchFolder()
    _ = try folder.file("t.csv", item.table)
    let error = #expect(throws: InputError.self) {
      try load(
        DataConfiguration(
          .csv(path: "t.csv", labels: item.labels, targets: item.targets), classes: item.classes,
          scale: item.scale, normalize: item.normalize, limit: item.limit), in: folder.path,
        expecting: DataExpectation(inputWidth: item.inputWidth, outputWidth: item.outputWidth))
    }
    #expect(error?.description.contains(item.fragment) == true, "\(error?.description ?? "")")
  }

  static let arrayCases: [(x: NumericArray, y: NumericArray?, t: NumericArray?, fragment: String)] =
    {
      func array(_ shape: [Int], _ values: [Double] = []) -> NumericArray {
        NumericArray(
          shape: shape,
          values: values.isEmpty ? [Double](repeating: 0, count: shape.reduce(1, *)) : values)
      }
      return [
        (array([]), nil, nil, "x.npy: holds a single number"),
        (array([0, 2]), nil, nil, "x.npy: holds no samples"),
        (array([2, 0]), nil, nil, "x.npy: holds empty samples"),
        (array([2, 3]), nil, nil, "has samples of 3 numbers (shape [3]); the network has 2"),
        (array([1, 2], [0, .nan]), nil, nil, "x.npy: element [0, 1] is nan"),
        (array([2, 2]), array([3]), nil, "y.npy: has 3 labels for the 2 samples of"),
        (array([2, 2]), array([2, 2]), nil, "labels are one number per sample"),
        (array([2, 2]), array([2], [0, 0.5]), nil, "the label of sample 1 is 0.5"),
        (array([2, 2]), array([2], [0, .nan]), nil, "the label of sample 1 is nan"),
        (array([2, 2]), array([2], [0, 7]), nil, "sample 1: the label 7 is out of range"),
        (array([2, 2]), nil, array([1, 3]), "t.npy: has 1 targets for the 2 samples"),
        (
          array([2, 2]), nil, array([2, 2]), "target vectors of 2 numbers; the loss reads 3 units"
        ),
        (array([2, 2]), nil, array([2, 0]), "has empty targets"),
        (array([2, 2]), nil, array([]), "holds a single number, not a target vector"),
        (array([1, 2]), nil, array([1, 3], [0, 1, .infinity]), "t.npy: element [0, 2] is inf"),
      ]
    }()

  @Test("arrays that cannot be used", arguments: arrayCases.indices)
  func arrays(index: Int) throws {
    let item = Self.arrayCases[index]
    let folder = try ScratchFolder()
    try NPY.write(item.x, to: folder.file("x.npy"))
    if let y = item.y { try NPY.write(y, to: folder.file("y.npy")) }
    if let t = item.t { try NPY.write(t, to: folder.file("t.npy")) }
    let files = ArrayFiles(
      inputs: "x.npy", labels: item.y.map { _ in "y.npy" }, targets: item.t.map { _ in "t.npy" })
    let error = #expect(throws: InputError.self) {
      try load(
        DataConfiguration(.npy(train: files, test: nil)), in: folder.path,
        expecting: DataExpectation(inputWidth: 2, outputWidth: 3))
    }
    #expect(error?.description.contains(item.fragment) == true, "\(error?.description ?? "")")
  }

  static let inlineCases: [([InlineSample], String)] = [
    ([], "data.samples is empty"),
    ([InlineSample(input: [])], "data.samples[0].input is empty"),
    ([InlineSample(input: [1])], "has 1 number; the network has 2 input units"),
    (
      [InlineSample(input: [1, 2]), InlineSample(input: [1, 2, 3])],
      "data.samples[1].input has 3 numbers, the first sample has 2"
    ),
    ([InlineSample(input: [1, .nan])], "data.samples[0].input[1] is nan"),
    ([InlineSample(input: [1, 2], target: .vector([1]))], "has 1 numbers where 2 belong"),
    ([InlineSample(input: [1, 2], target: .vector([]))], "data.samples[0].target is empty"),
    (
      [InlineSample(input: [1, 2], target: .vector([1, .infinity]))],
      "data.samples[0].target[1] is inf"
    ),
    ([InlineSample(input: [1, 2], target: .label(2))], "is no class: the label 2 is out of range"),
    ([InlineSample(input: [1, 2], target: .className("x"))], "'x' is not a whole number"),
    (
      [InlineSample(input: [1, 2], target: .label(1)), InlineSample(input: [1, 2])],
      "data.samples[1].target is of another kind"
    ),
    (
      [
        InlineSample(input: [1, 2], target: .label(1)),
        InlineSample(input: [1, 2], target: .vector([1, 2])),
      ], "data.samples[1].target is of another kind"
    ),
  ]

  @Test("samples of a model file that cannot be used", arguments: inlineCases)
  func inline(samples: [InlineSample], fragment: String) {
    let error = #expect(throws: InputError.self) {
      try load(
        DataConfiguration(.inline(samples)), in: ".",
        expecting: DataExpectation(inputWidth: 2, outputWidth: 2))
    }
    #expect(error?.description.contains(fragment) == true, "\(error?.description ?? "")")
  }

  @Test("training and test files that do not belong together")
  func pairs() throws {
    let folder = try ArrayDataTests.folder()
    let train = ArrayFiles(inputs: "x.gz", labels: "y")
    _ = try folder.file("wide", IDXTests.file(0x08, [1, 3], [1, 2, 3]))
    for (test, split, fragment) in [
      (ArrayFiles(inputs: "tx"), SplitRequest(), "not the same kind of targets"),
      (ArrayFiles(inputs: "wide"), SplitRequest(), "has samples of 3 numbers"),
      (ArrayFiles(inputs: "tx", labels: "ty"), SplitRequest(test: .count(1)), "cannot be combined"),
      (ArrayFiles(inputs: "none"), SplitRequest(), "was not found; tried"),
    ] {
      let error = #expect(throws: InputError.self) {
        try load(DataConfiguration(.idx(train: train, test: test), split: split), in: folder.path)
      }
      #expect(error?.description.contains(fragment) == true, "\(error?.description ?? "")")
    }
  }
}
