import Experiments
import LinearAlgebra
import Testing

@Suite struct SplitterTests {
  static func split(
    _ request: SplitRequest, count: Int, labels: [Int]? = nil, seed: UInt64 = 1
  ) throws -> Splitter {
    var stream = RandomStream(seed: seed, name: "split")
    return try Splitter(
      request, count: count, labels: labels, file: "model.yaml", using: &stream)
  }

  @Test("the parts are disjoint, ascending and cover everything")
  func partition() throws {
    for labels in [nil, (0..<100).map { $0 % 7 }] as [[Int]?] {
      let parts = try Self.split(
        SplitRequest(test: .count(20), validation: .fraction(0.25)), count: 100, labels: labels)
      #expect(parts.test.count == 20 && parts.validation.count == 25 && parts.train.count == 55)
      #expect((parts.test + parts.validation + parts.train).sorted() == Array(0..<100))
      for rows in [parts.test, parts.validation, parts.train] { #expect(rows == rows.sorted()) }
    }
  }

  @Test("the seed decides, and nothing else")
  func determinism() throws {
    let labels = (0..<500).map { $0 * $0 % 10 }
    let request = SplitRequest(test: .count(100), validation: .count(50))
    let first = try Self.split(request, count: 500, labels: labels)
    let again = try Self.split(request, count: 500, labels: labels)
    let other = try Self.split(request, count: 500, labels: labels, seed: 2)
    #expect(first.test == again.test && first.validation == again.validation)
    #expect(first.test != other.test)
  }

  @Test("without a request nothing is drawn and all is for training")
  func nothingAsked() throws {
    var stream = RandomStream(seed: 1, name: "split")
    let before = stream
    let parts = try Splitter(
      SplitRequest(), count: 5, labels: nil, file: "model.yaml", using: &stream)
    #expect(parts.train == [0, 1, 2, 3, 4] && parts.test.isEmpty && parts.validation.isEmpty)
    #expect(stream == before)
  }

  @Test("each class gives its share to within one sample", arguments: [1, 7, 99, 360, 1000])
  func stratification(wanted: Int) throws {
    let sizes = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180, 3, 2]
    let labels = sizes.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    let parts = try Self.split(
      SplitRequest(test: .count(wanted), validation: .count(60)), count: labels.count,
      labels: labels)
    #expect(parts.test.count == wanted && parts.validation.count == 60)
    for (label, size) in sizes.enumerated() {
      let share = Double(wanted * size) / Double(labels.count)
      let given = Double(parts.test.count { labels[$0] == label })
      #expect(abs(given - share) < 1, "class \(label): \(given) for \(share)")
    }
  }

  @Test("largest remainders take what is left, the first class among equals")
  func remainders() {
    #expect(Splitter.apportion(5, among: [4, 4, 4]) == [2, 2, 1])
    #expect(Splitter.apportion(3, among: [5, 3, 2]) == [1, 1, 1])
    #expect(Splitter.apportion(0, among: [5, 3]) == [0, 0])
    #expect(Splitter.apportion(7, among: [1, 1, 6]) == [1, 1, 5])
    #expect(Splitter.apportion(1, among: [1 << 40, 1 << 41]) == [0, 1])
  }

  @Test(
    "impossible requests are refused",
    arguments: [
      (SplitRequest(test: .count(10)), nil, "none for training"),
      (SplitRequest(test: .count(11)), nil, "asks for 11 of 10"),
      (SplitRequest(test: .count(-1)), nil, "asks for -1 of 10"),
      (SplitRequest(test: .count(5), validation: .count(5)), nil, "none for training"),
      (SplitRequest(test: .fraction(0.01)), nil, "0.01 of 10 samples is none"),
      (SplitRequest(test: .fraction(1.5)), nil, "not a fraction"),
      (SplitRequest(validation: .fraction(.nan)), nil, "not a fraction"),
      (SplitRequest(test: .count(2), stratified: true), nil, "needs class labels"),
      (
        SplitRequest(test: .count(9)), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        "no training sample of class 1"
      ),
    ] as [(SplitRequest, [Int]?, String)])
  func refused(request: SplitRequest, labels: [Int]?, fragment: String) {
    let error = #expect(throws: InputError.self) {
      try Self.split(request, count: 10, labels: labels)
    }
    #expect(error?.description.contains(fragment) == true, "\(error?.description ?? "")")
  }

  @Test("sizes as model files write them")
  func sizes() {
    #expect(SplitRequest.Size(0) == SplitRequest.Size.none)
    #expect(SplitRequest.Size(360) == .count(360))
    #expect(SplitRequest.Size(0.2) == .fraction(0.2))
    for number in [-1, 1.5, .nan, .infinity] { #expect(SplitRequest.Size(number) == nil) }
  }
}
