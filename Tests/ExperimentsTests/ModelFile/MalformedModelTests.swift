import Experiments
import Testing

/// A model text with one mistake; the mark « stands where the error should point.
struct Malformed: Sendable, CustomTestStringConvertible {
  var replaced: [Int: String]
  var appended: String
  var says: String

  init(_ appended: String, _ says: String) {
    (replaced, self.appended, self.says) = ([:], appended, says)
  }

  init(_ line: Int, _ text: String, _ says: String, then appended: String = "") {
    (replaced, self.appended, self.says) = ([line: text], appended, says)
  }

  var testDescription: String { (replaced.values + [appended]).joined(separator: " | ") }

  /// The text, with the mark in it.
  var marked: String {
    let text = ModelTexts.text(replaced, appended)
    if text.contains("«") { return text }
    // The mistake shows elsewhere than where it was made: a projection out of a readout.
    return text.replacing("{from: hidden, to: output}", with: "{from: «read, to: output}")
  }
}

@Suite("A malformed model is refused at its place, with what to do")
struct MalformedModelTests {
  static let cases: [Malformed] = [
    // The document.
    .init(1, "settle: «2", "reads version 1"),
    .init(1, "settle: «\"1\"", "version of the schema"),
    .init(1, "«settel: 1", "did you mean `settle`?"),
    .init("«lerning: {}", "did you mean `learning`?"),
    .init("«leak: 1", "`leak` belongs to `controller.output`"),
    .init("description: «[a, b]", "`description` should be text; got a list of 2"),
    .init("name: «../x", "letters, digits"),
    .init("seed: «-1", "an integer from 0"),
    .init("seed: «1.5", "an integer from 0"),
    .init("precision: «dubble", "did you mean `double`?"),
    .init("precision: «null", "one of single, double; got nothing"),
    .init("seeds: {«shufle: 1}", "did you mean `shuffle`?"),
    .init("settling: «3", "should be a mapping"),
    .init("«seed: 1\nseed: 2", "`seed` appears more than once"),
    .init("description: «\"never closed", "not valid YAML"),
    .init("settling: {descent: «yes}", "true or false"),
    .init("settling: «&s {descent: true}", "anchors and aliases"),
    .init("seed: «!!int 1", "tags"),
    .init("stimulus: {? «[a, b] : 1}", "a key must be plain text"),
    // Numbers.
    .init("settling: {residual: «abc}", "a number > 0; got `abc`"),
    .init("settling: {residual: «\"1e-6\"}", "leave the quotes out"),
    .init("settling: {residual: «0}", "a number > 0"),
    .init("settling: {residual: «.nan}", "finite"),
    .init("settling: {floor: «inf}", "finite, a number > 0"),
    .init("settling: {floor: «1e999}", "finite"),
    .init("settling: {floor: «0x10}", "a number > 0"),
    .init("settling: {rtol: «-0.1}", "a number > 0"),
    .init("settling: {rtol: {phi: 0.1, «psy: 1}}", "did you mean `psi`?"),
    .init("settling: {atol: {u: «-1}}", "a number >= 0"),
    .init("settling: {steps: «{min: 2, max: 1}}", "min <= first <= max"),
    .init("settling: {steps: {first: «fast}}", "a number > 0"),
    .init("settling: {limits: {steps: «1.5}}", "an integer >= 1"),
    .init("settling: {linear-solver: {preconditioner: «jacobian}}", "unknown preconditioner"),
    .init("settling: {method: «bfd}", "did you mean `bdf`?"),
    // Populations.
    .init(5, "    hidden: «[3]", "should be a mapping"),
    .init(5, "    hidden: «{activation: tanh}", "needs the key `size`"),
    .init(5, "    hidden: {size: «0}", "an integer from 1"),
    .init(5, "    hidden: {size: «-3}", "an integer from 1"),
    .init(5, "    hidden: {size: «three}", "an integer from 1"),
    .init(5, "    hidden: {size: 3, shape: «[2, 2]}", "has size 3, but its shape 2 x 2 has 4"),
    .init(5, "    hidden: «{shape: [100000, 100000, 100000]}", "too many units"),
    .init(5, "    hidden: {size: 3, activation: «tahn}", "did you mean `tanh`?"),
    .init(5, "    hidden: {size: 3, tau: «0}", "a number > 0"),
    .init(5, "    hidden: {size: 3, bias: {values: «[1, 2]}}", "shape [2], but [3] is needed"),
    .init(5, "    hidden: {size: 3, bias: {init: zeros, values: «[1, 2, 3]}}", "both `init` and"),
    .init(5, "    hidden: {size: 3, bias: «some}", "should be a mapping"),
    .init(4, "    input: {size: 2, role: input, «tau: 1}", "only a population with a state"),
    .init(4, "    input: {size: 2, role: input, «bias: none}", "an input has no bias"),
    .init(4, "    input: {size: 2, role: input, «activation: tanh}", "is the identity"),
    .init(5, "    hidden: {size: 3}\n    «hid-den: {size: 3}", "letters, digits and `_`"),
    .init(5, "    hidden: {size: 3}\n    «2nd: {size: 3}", "beginning with a letter"),
    // Projections.
    .init(8, "    - «{from: input}", "needs the key `to`"),
    .init(8, "    - {from: «inptu, to: hidden}", "did you mean `input`?"),
    .init(8, "    - {from: input, to: «hiden}", "did you mean `hidden`?"),
    .init(8, "    - {from: hidden, to: «input}", "leads into the input"),
    .init(
      6, "    output: {size: 2}\n    read: {size: 1, role: readout}", "comes from the readout",
      then: ""),
    .init(8, "    - {from: input, to: hidden, name: «hidden}", "already the name of a population"),
    .init(9, "    - «{from: input, to: hidden}", "`input-hidden` is already the name of a proj"),
    .init(8, "    - {from: input, to: hidden, name: «a-b}", "only the default `input-hidden`"),
    .init(8, "    - {from: input, to: hidden, kind: «dens}", "did you mean `dense`?"),
    .init(8, "    - {from: input, to: hidden, init: {kind: «xaver}}", "did you mean `xavier`?"),
    .init(
      8, "    - {from: input, to: hidden, weight: «[[1, 2, 3], [1, 2, 3]]}",
      "shape 2 x 3, but 3 x 2 is needed"),
    .init(8, "    - {from: input, to: hidden, weight: [[1, 2], «[1]]}", "not a regular array"),
    .init(8, "    - {from: input, to: hidden, weight: [[1, 2], «3]}", "a single value where"),
    .init(8, "    - {from: input, to: hidden, weight: [[1, «x]]}", "a number; got `x`"),
    .init(8, "    - {from: input, to: hidden, weight: [[1, «.inf]]}", "finite"),
    .init(8, "    - {from: input, to: hidden, weight: «weights.csv}", "`.npy`"),
    .init(8, "    - {from: input, to: hidden, mask: «[[1, 2], [0, 0], [1, 1]]}", "only 0 and 1"),
    .init(8, "    - {from: input, to: hidden, mask: «[[1, 1]]}", "shape 1 x 2"),
    .init(8, "    - {from: input, to: hidden, decay: «1}", "< 1"),
    .init(8, "    - {from: input, to: hidden, constraint: [«symmetric]}", "square matrix"),
    .init(9, "    - {from: hidden, to: hidden, constraint: «spectral-radius}", "needs a `value`"),
    .init(
      9, "    - {from: hidden, to: hidden, constraint: [{kind: sign, value: «2}]}", "1 or -1"),
    .init(8, "    - {from: input, to: hidden, feedback: «separate}", "carries no ψ backwards"),
    .init(9, "    - {from: hidden, to: hidden, feedback: {kind: «transposed}}", "`transpose`?"),
    // Loss.
    .init(11, "  loss: «{kind: squared-error}", "needs the key `population`"),
    .init(11, "  loss: «squared-error", "should be a mapping"),
    .init(11, "  loss: {kind: squared-error, population: «outptu}", "did you mean `output`?"),
    .init(11, "  loss: {kind: squared-error, population: «input}", "cannot read the input"),
    .init(11, "  loss: {kind: «squared-eror, population: output}", "`squared-error`?"),
    .init(
      11, "  loss: {kind: squared-error, population: output, units: [0, «2]}", "no unit 2"),
    .init(
      11, "  loss: {kind: squared-error, population: output, units: [1, «1]}", "named twice"),
    .init(11, "  loss: {kind: squared-error, population: output, units: [«-1]}", ">= 0"),
    .init(11, "  loss: {kind: cross-entropy, population: output, soft: «1}", "< 1"),
    .init(11, "  loss: {kind: cross-entropy, population: output, soft: «0.5}", "less than 0.5"),
    .init(
      11, "  loss: «{kind: cross-entropy, population: output, units: [0]}", "single unit"),
    // Controller.
    .init("controller: «dynamic-inversoin", "did you mean `dynamic-inversion`?"),
    .init("controller: {output: {leak: «-1}}", "a number >= 0"),
    .init("controller: {output: {tau: «0}}", "a number > 0"),
    .init("controller: {output: {integral: «0}}", "there is no control"),
    .init(
      11, "  loss: {kind: cross-entropy, population: output}", "`network.loss.soft`",
      then: "controller: {output: {leak: «0}}"),
    .init(
      11, "  loss: {kind: cross-entropy, population: output}", "clamped output",
      then: "controller: {output: «clamp}"),
    .init(
      10, "    - {from: hidden, to: output}\n    - {from: output, to: hidden}", "projects onwards",
      then: "controller: {output-stage: «direct}"),
    .init("controller: {kind: energy, output-stage: «direct}", "belongs to `kind: dynamic-inv"),
    .init("controller: {output: {kind: clamp, «leak: 0.1}}", "a clamped output has no gains"),
    .init(
      "controller: {kind: linear-feedback, feedback: {«hiden: identity}}", "did you mean `hidden`?"),
    .init(
      "controller: {kind: linear-feedback, feedback: {hidden: {values: «[[1, 2]]}}}", "3 x 2"),
    .init("controller: {feedback: «{hidden: identity}}", "belongs to `kind: linear-feedback`"),
    .init(11, "  loss: null", "has nothing to control", then: "controller: {kind: «energy}"),
    .init("settling: {guide: «true}", "needs no other to find its own"),
    // Data.
    .init("data: «{path: x.csv}", "needs the key `kind`"),
    .init("data: {kind: «cvs, path: x}", "did you mean `csv`?"),
    .init("data: «{kind: csv, path: x.csv}", "either `labels` (classes) or `targets`"),
    .init("data: «{kind: csv, path: x.csv, labels: a, targets: [b]}", "not both"),
    .init(
      "data: {kind: csv, path: x.csv, targets: «[b]}", "1 target columns, but the loss reads 2"),
    .init("data: {kind: csv, path: x.csv, labels: a, «train: b}", "unknown key `train`"),
    .init("data: «{kind: idx}", "needs the key `train`"),
    .init("data: {kind: idx, train: «{inputs: a.gz}}", "either `labels`"),
    .init("data: {kind: csv, path: x.csv, labels: a, limit: «0}", "an integer >= 1"),
    .init("data: {kind: csv, path: x.csv, labels: a, split: {test: «1.5}}", "or a fraction"),
    .init("data: {kind: csv, path: x, labels: a, split: {test: «-1}}", "or a fraction"),
    .init(
      "data: {kind: csv, path: x, labels: a, split: «{test: 0.5, validation: 0.5}}",
      "leaves no training samples"),
    .init("data: {kind: csv, path: x, labels: a, classes: [a, «a]}", "named twice"),
    .init("data: {kind: csv, path: x, labels: a, classes: «[a, b, c]}", "reads only 2 units"),
    .init("data: {kind: inline, samples: «[]}", "no samples"),
    .init("data: {kind: inline, samples: [{input: «[1], target: 0}]}", "1 inputs"),
    .init("data: {kind: inline, samples: [{input: [1, 2], target: «2}]}", "no class 2"),
    .init("data: {kind: inline, samples: [{input: [1, 2], target: «[1]}]}", "1 numbers"),
    .init(
      "data: {kind: inline, samples: [{input: [1, 2], target: 0}], split: «{test: 1}}",
      "none to train on"),
    // Learning.
    .init("learning: {rule: «hebb}", "unknown rule `hebb`"),
    .init("learning: {rule: {modulation: «slop}}", "did you mean `slope`?"),
    .init(
      "learning: {rule: {«beta: 0.2}}", "belongs to `equilibrium-propagation` and to expressions"),
    .init(
      "learning: {rule: {kind: equilibrium-propagation, beta: «0}}", "nudges nothing"),
    .init("learning: {rule: {kind: predictive-coding, precision: «0}}", "a number > 0 and <= 1"),
    .init("learning: {rule: {kind: predictive-coding, precision: «1.5}}", "a number > 0 and <= 1"),
    .init("learning: {rule: {kind: predictive-coding, «nudging: 1}}", "`deep-feedback-control`"),
    .init("learning: {rule: {kind: deep-feedback-control, nudging: «-1}}", "a number > 0"),
    .init("learning: {rule: {kind: finite-differences, objective: «los}}", "did you mean `loss`?"),
    .init("learning: {optimizer: {betas: [0.9, «1]}}", "< 1"),
    .init("learning: {optimizer: {betas: «[0.9]}}", "two numbers"),
    .init("learning: {optimizer: {clip: «0}}", "a number > 0"),
    .init("learning: {optimizer: {«lr: 0.1}}", "unknown key `lr`"),
    .init("learning: {batch: «0}", "an integer from 1"),
    .init("learning: {epochs: «9223372036854775807}", "an integer from 0"),
    .init("learning: {epochs: «-1}", "an integer from 0"),
    .init("learning: {stop: {metric: «validation_los}}", "did you mean `validation_loss`?"),
    .init("learning: {stop: {metric: «test_loss}}", "selects by the test set"),
    .init("learning: {checkpoint: {best: «test_accuracy}}", "selects by the test set"),
    .init("learning: {schedule: {kind: plateau, metric: «test_loss}}", "selects by the test set"),
    .init("learning: {schedule: {kind: cosine, «milestones: [3]}}", "only `kind: steps`"),
    .init("learning: {schedule: {kind: cosine, «patience: 3}}", "only `kind: plateau`"),
    .init("learning: {schedule: {kind: steps, «factor: 0.5}}", "`milestones` or `every`"),
    .init("learning: {schedule: {kind: steps, milestones: [3], «final: 0}}", "say where"),
    .init("learning: {schedule: {kind: steps, milestones: [3], every: «2}}", "not both"),
    .init("learning: {schedule: {kind: steps, milestones: [«0]}}", "from 1 to"),
    .init("learning: {schedule: {kind: exponential, final: «0}}", "never gets to 0"),
    .init("learning: {schedule: plateau, evaluate: {every: «0}}", "nothing is evaluated"),
    .init("learning: {max-unsettled: «2}", "from 0 to 1"),
    .init("learning: {«max_unsettled: 0.5}", "did you mean `max-unsettled`?"),
    .init("learning: {checkpoint: {keep: «0}}", "an integer >= 1"),
    // Stimulus, initial state, protocol, record.
    .init("stimulus: {inputs: {input: «[1, 2, 3]}}", "shape [3], but [2] is needed"),
    .init("stimulus: {inputs: {«hidden: [1, 2, 3]}}", "not a population of role `input`"),
    .init("stimulus: {inputs: {«inptu: [1, 2]}}", "did you mean `input`?"),
    .init("stimulus: {target: «[1]}", "the target has 1 numbers"),
    .init("stimulus: {target: «5}", "classes 0 to 1"),
    .init("stimulus: {target: «0.5}", "written [x]"),
    .init("stimulus: {target: «seven}", "unknown class `seven`"),
    .init(
      11, "  loss: {kind: cross-entropy, population: output}", "add up to 1",
      then: "stimulus: {target: «[1, 1]}"),
    .init("initial: {phi: {«input: [1, 2]}}", "has no `phi`"),
    .init("initial: {phi: {hidden: «[1, 2]}}", "the initial `phi.hidden`"),
    .init("initial: {u: {«hidden: [1, 2, 3]}}", "`u` lives on the population of the loss"),
    .init("initial: {phi: {hidden: {kind: «gauss}}}", "unknown kind `gauss`"),
    .init("protocol: «[]", "at least one phase"),
    .init("protocol: [«{phase: free}]", "needs an end"),
    .init("protocol: [{phase: free, until: equilibrium, duration: «2}]", "keep one"),
    .init("protocol: [{phase: «fre, duration: 2}]", "did you mean `free`?"),
    .init("protocol: [{phase: free, until: «20}]", "use `duration`"),
    .init("protocol: [{phase: free, duration: «0}]", "a number > 0"),
    .init("protocol: [{phase: free, duration: 1, keep-control: «true}]", "controlled phase"),
    .init("protocol: [{phase: free, duration: 1, inputs: {input: «[1]}}]", "shape [1]"),
    .init("protocol: [{phase: free, duration: 1, perturb: {«hidden: {noise: 1}}}]", "cannot be"),
    .init(
      "protocol: [{phase: free, duration: 1, perturb: {phi.hidden: {add: «[1]}}}]", "[3] is needed"),
    .init("controller: none\nprotocol: [{phase: «controlled, duration: 1}]", "needs a controller"),
    .init("record: {variables: [phi, «fi]}", "unknown variable `fi`"),
    .init("record: {variables: [«phi.input]}", "has no `phi`"),
    .init("record: {variables: [«phi.hiden]}", "did you mean `hidden`?"),
    .init("record: {variables: [«phi.hidden.3]}", "no unit 3"),
    .init("record: {variables: [«u.hidden]}", "`u` lives on"),
    .init("record: {variables: [«loss.output]}", "stand alone"),
    .init("record: {variables: [phi, «phi]}", "recorded twice"),
    .init("controller: none\nrecord: {variables: [«psi]}", "no controller"),
    .init("record: {every: «0}", "a number > 0"),
  ]

  @Test("One mistake, one message at its line and column", arguments: cases)
  func refused(_ malformed: Malformed) throws {
    let marked = malformed.marked
    let mark = try #require(marked.firstRange(of: "«"))
    let before = marked[..<mark.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    let line = before.count
    let column = (before.last?.unicodeScalars.count ?? 0) + 1
    let text = marked.replacing("«", with: "")
    let error = try #require(throws: ModelFileError.self) {
      _ = try ModelFile.parse(text: text, file: "model.yaml")
    }
    let message = error.description
    #expect(error.problems.count == 1, "\(message)")
    #expect(message.hasPrefix("model.yaml:\(line):\(column): "), "\(line):\(column) != \(message)")
    #expect(message.contains(malformed.says), "\(message)")
  }

  @Test("There are cases enough, none twice")
  func table() {
    #expect(Self.cases.count >= 60)
    #expect(Set(Self.cases.map(\.testDescription)).count == Self.cases.count)
  }

  @Test("Several problems are told at once, in the order of the file")
  func several() throws {
    let error = try #require(throws: ModelFileError.self) {
      _ = try ModelTexts.parse(
        [5: "    hidden: {size: x, tau: -1}"], "seed: -1\nsettling: {floor: 0, resdual: 1}")
    }
    #expect(
      error.problems.map(\.place) == [
        .position(line: 5, column: 20), .position(line: 5, column: 28),
        .position(line: 12, column: 7), .position(line: 13, column: 19),
        .position(line: 13, column: 22),
      ])
  }

  @Test("More than ten problems are counted")
  func many() throws {
    let keys = (1...15).map { "zzz\($0): 1" }.joined(separator: "\n")
    let error = try #require(throws: ModelFileError.self) { _ = try ModelTexts.parse([:], keys) }
    #expect(error.problems.count == 15)
    #expect(error.description.split(separator: "\n").count == 11)
    #expect(error.description.hasSuffix("and 5 more problems"))
  }
}
