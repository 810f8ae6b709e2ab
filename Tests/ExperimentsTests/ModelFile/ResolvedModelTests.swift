import Experiments
import Foundation
import Testing

@Suite("A resolved model reads back as the same model")
struct ResolvedModelTests {
  private func roundTrip(_ model: ModelDescription) throws {
    let text = ModelFile.resolvedYAML(model)
    let again = try ModelFile.parse(text: text, file: "resolved.yaml").model
    let lines = ModelFile.resolvedYAML(again).split(separator: "\n")
    for (old, new) in zip(text.split(separator: "\n"), lines) { #expect(old == new) }
    let isSame = again == model
    #expect(isSame)
  }

  @Test(
    "Whole models",
    arguments: [
      ModelTexts.digits, ModelTexts.everything, ModelTexts.minimal, ModelTexts.text(),
      ModelTexts.text([:], "controller: linear-feedback"),
      ModelTexts.text([:], "data: {kind: idx, train: {inputs: a.gz, labels: b.gz}}"),
      ModelTexts.text([:], "data: {kind: csv, path: 'a b.csv', targets: [x, 'y: z']}"),
      ModelTexts.text(
        [:],
        "data: {kind: inline, samples: [{input: [1, 2], target: 1}, {input: [1, -2], target: [0.1, 1]}]}"
      ),
    ])
  func models(_ text: String) throws {
    try roundTrip(try ModelFile.parse(text: text, file: "m.yaml").model)
  }

  @Test("Models of random values")
  func random() throws {
    var generator = SplitMix(state: 1)
    func number() -> Double {
      let exponent = Int.random(in: -30...30, using: &generator)
      let mantissa = Double.random(in: 0.1..<1, using: &generator)
      // Few digits as people write them, or all of them.
      let digits = Bool.random(using: &generator) ? (mantissa * 100).rounded() / 100 : mantissa
      return digits * pow(10, Double(exponent))
    }
    func text() -> String {
      // Without a byte order mark: Foundation drops one that begins a text.
      let palette = Array("aZ09 _-.:#'\"\\{}[],&*!|>%@`\t\n\u{1}\u{85}\u{2028}é😀\u{7F}")
      return String(
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          palette[Int.random(in: 0..<palette.count, using: &generator)]
        })
    }
    for _ in 0..<300 {
      var model = try ModelTexts.parse()
      model.description = text()
      model.seed = generator.next()
      model.settling.residual = number()
      model.settling.rtol.u = number()
      model.settling.limits.time = number()
      model.settling.steps.max = .infinity
      model.controller.output.leak = number()
      model.network.projections[0].weight = .array(
        .inline((0..<6).map { _ in -number() }, shape: [3, 2]))
      model.network.projections[1].weight = .initialization(
        .init(kind: "normal", gain: number(), value: number()))
      model.network.projections[1].feedback.kind = .separate
      var learning = LearningDescription()
      learning.optimizer.rate = number()
      learning.stop.target = -number()
      model.learning = learning
      model.parameters = "p" + text()
      var data = DataDescription(
        source: .csv(path: "x" + text(), labels: "l" + text(), targets: []))
      data.classes = ["a" + text(), "b" + text()]
      data.scale = number()
      data.split.test = .fraction(Double.random(in: 0.01..<0.5, using: &generator))
      model.data = data
      var stimulus = StimulusDescription()
      stimulus.inputs = [.init("input", .inline([number(), -number()], shape: [2]))]
      stimulus.target = .vector([number(), 0])
      model.stimulus = stimulus
      var phase = PhaseDescription(.controlled)
      phase.end = .duration(number())
      model.protocol = [phase, PhaseDescription(.free)]
      model.record.every = number()
      try roundTrip(model)
    }
  }

  @Test(
    "Numbers are written so that YAML 1.1 reads them as numbers",
    arguments: [
      (1e-3, "0.001"), (0.01, "0.01"), (1, "1"), (-2.5, "-2.5"), (1e-6, "0.000001"),
      (1e-14, "1.0e-14"), (1.25e-7, "1.25e-7"), (1e15, "1000000000000000"), (1e16, "1.0e+16"),
      (-3.5e30, "-3.5e+30"), (0, "0"), (123.456, "123.456"), (100, "100"),
      (.leastNonzeroMagnitude, "5.0e-324"), (0.1 + 0.2, "0.30000000000000004"), (.infinity, ".inf"),
    ])
  func numbers(_ value: Double, _ text: String) {
    #expect(YAMLNumber.format(value) == text)
    #expect(YAMLNumber.parse(text) == value)
  }

  @Test("Every finite number survives being written")
  func everyNumber() {
    var generator = SplitMix(state: 3)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let text = YAMLNumber.format(value)
      #expect(YAMLNumber.parse(text)?.bitPattern == value.bitPattern, "\(value) \(text)")
      // The float of YAML 1.1, or its integer.
      #expect(text.contains(/^-?[0-9]+(\.[0-9]+(e[-+][0-9]+)?)?$/), "\(text)")
    }
  }

  @Test(
    "What is not a number is not read as one",
    arguments: [
      "", "-", "+", ".", "e5", "1e", "0x10", "1_000", "1:30", "infinity", "abc", "1.2.3", "--1",
      "1 2",
    ])
  func notNumbers(_ text: String) {
    #expect(YAMLNumber.parse(text) == nil)
    #expect(YAMLNumber.parseInteger(text) == nil)
  }
}

@Suite("Resolved models are written to be read by people")
struct YAMLWriterTests {
  @Test("Mappings fill blocks or a line, the first key of a list item beside its dash")
  func layout() throws {
    let model = try ModelTexts.parse([:], "settling: {limits: {time: inf}}")
    let text = ModelFile.resolvedYAML(model)
    for lines in [
      "network:\n  populations:\n    input: {role: input, size: 2}\n",
      "  projections:\n    - from: input\n      to: hidden\n",
      "  limits: {time: .inf, steps: 100000, evaluations: 50000, straggler: 10}\n",
    ] {
      #expect(text.contains(lines), "\(text)")
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("A long list is filled into lines, a matrix has a row a line")
  func arrays() throws {
    var model = try ModelTexts.parse()
    let numbers = (0..<60).map { Double($0) / 7 }
    model.network.projections[0].weight = .array(.inline(numbers, shape: [2, 30]))
    let text = ModelFile.resolvedYAML(model)
    #expect(text.contains("      weight:\n        - [0, 0.14285714285714285, "))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
