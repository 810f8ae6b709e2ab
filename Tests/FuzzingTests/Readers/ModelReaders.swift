import Experiments
import Learning

/// The readers of model files, and of what the command line says of models.
extension FuzzedReader {
  static let models: [FuzzedReader] = [model, overrides, expression, sweepValues]

  /// Keys and keywords: all that the reference has between backticks.
  static let modelWords: [String] = {
    var words: Set<String> = []
    for (index, part) in Schema.markdown().split(separator: "`").enumerated()
    where index % 2 == 1 && part.utf8.count < 80 { words.insert(String(part)) }
    return words.sorted() + ["\(words.sorted().first ?? ""): {}", "- {", ": [", ": {kind: "]
  }()

  /// Reads, makes of it what runs where that is small, and writes it out.
  private static func use(_ file: ModelFile) throws {
    let units = file.model.network.populations.reduce(0) { $0 + min($1.size, 1 << 20) }
    if units <= 400 { _ = try Experiment(file) }
    let text = ModelFile.resolvedYAML(file.model)
    let again = try ModelFile.parse(text: text, file: file.file)
    if again.model != file.model { throw NotTheSame(what: "model.yaml is another model:\n\(text)") }
  }

  static let model = FuzzedReader(
    name: "model", seeds: Seeds.models, words: modelWords,
    make: {
      let folder = try FuzzFolder()
      return { bytes in try use(ModelFile.load(path: folder.put(bytes, "model.yaml"))) }
    }
  )

  private static let base = """
    settle: 1
    network:
      populations:
        input: {size: 2, role: input}
        hidden: {size: 3, activation: tanh}
        output: {size: 2}
      projections:
        - {from: input, to: hidden}
        - {from: hidden, to: hidden}
        - {from: hidden, to: output}
      loss: {kind: squared-error, population: output}
    controller: {kind: dynamic-inversion, output: {leak: 0.5, tau: 5}}
    stimulus: {inputs: {input: [1, 0]}, target: [0.5, 0.5]}
    protocol:
      - {phase: free, until: equilibrium}
      - {phase: controlled, until: equilibrium}
    learning: {rule: least-control}
    """

  static let overrides = FuzzedReader(
    name: "set",
    seeds: {
      [
        "controller.output.leak=0.1", "network.populations.hidden.size=4", "protocol.0.duration=3",
        "learning.optimizer={kind: adam, rate: 1e-3}", "stimulus.target=[1, 0]", "seed=7",
        "network.projections.hidden-hidden.init=zeros\nlearning.batch=3",
        "protocol=[{phase: free, duration: 1, inputs: {input: {kind: step, to: [1, 2], at: 1}}}]",
      ].map { Array($0.utf8) }
    }, words: modelWords + ["=", ".0.", "input-hidden", "hidden-hidden"], greatestSize: 1 << 11,
    make: {
      { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let arguments = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(4)
        try use(ModelFile.parse(text: base, file: "m.yaml", overrides: arguments.map(String.init)))
      }
    }
  )

  static let expression = FuzzedReader(
    name: "expression",
    seeds: {
      [
        "control_post * rate_pre", "control_post * rate_pre - 1e-4 * weight",
        "loss * control_post * rate_pre\nloss", "tanh(control_post) * (rate_pre - free_rate_pre)^2",
        "(nudged_rate_post * nudged_rate_pre - rate_post * rate_pre) / 0.1\nbeta 0.1",
        "min(max(control_post, -1), 1) * abs(rate_pre) ** 0.5",
        "-(-(-control_post)) * exp(rate_pre)",
      ].map { Array($0.utf8) }
    },
    words: ["+", "-", "*", "/", "^", "**", "(", ")", ",", "((((", "----", "beta "]
      + ExpressionRule.functions + ExpressionRule.thirdFactors
      + [
        "control_post", "rate_pre", "rate_post", "slope_post", "potential_post", "weight",
        "free_rate_pre", "nudged_rate_post", "error_post",
      ], greatestSize: 1 << 12,
    make: {
      { bytes in
        let lines = String(decoding: bytes, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false)
        let beta = lines.dropFirst().first { $0.hasPrefix("beta ") }.flatMap {
          Double($0.dropFirst(5))
        }
        let third = lines.dropFirst().prefix(3).filter { !$0.hasPrefix("beta ") }.map(String.init)
        _ = try ExpressionRule(String(lines[0]), third: third, beta: beta).plan
      }
    }
  )

  static let sweepValues = FuzzedReader(
    name: "sweep-values",
    seeds: {
      [
        "learning.batch=16,32,64", "a=1..5", "a=0..1..0.25", "a=[1, 0],{b: c},\"x,y\"", "1..5,9",
        "7",
      ]
      .map { Array($0.utf8) }
    }, words: ["..", "1..", "=", "0.1", "..0.1", "-5..5", "999999999999999999"],
    greatestSize: 1 << 9,
    make: {
      { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? SweepAxis.seeds(parsing: text)
        _ = try SweepAxis(parsing: text)
      }
    }
  )
}
