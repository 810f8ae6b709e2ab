/// The malformed models that the JSON Schema accepts, by the reason why it cannot see what is wrong.
enum UnseenByTheSchema {
  static let all: [String: [String]] = [
    "spellings of numbers": [
      // to a reader of YAML a number, in hexadecimal digits
      "settling: {floor: «0x10}"
    ],
    "numbers that must agree": [
      // min <= first <= max
      "settling: {steps: «{min: 2, max: 1}}",
      // only 0 and 1
      "    - {from: input, to: hidden, mask: «[[1, 2], [0, 0], [1, 1]]}",
      // less than 0.5
      "  loss: {kind: cross-entropy, population: output, soft: «0.5}",
      // leaves no training samples
      "data: {kind: csv, path: x, labels: a, split: «{test: 0.5, validation: 0.5}}",
      // named twice
      "data: {kind: csv, path: x, labels: a, classes: [a, «a]}",
      // none to train on
      "data: {kind: inline, samples: [{input: [1, 2], target: 0}], split: «{test: 1}}",
      // add up to 1
      "stimulus: {target: «[1, 1]}",
    ],
    "sizes that must agree": [
      // has size 3, but its shape 2 x 2 has 4
      "    hidden: {size: 3, shape: «[2, 2]}",
      // too many units
      "    hidden: «{shape: [100000, 100000, 100000]}",
      // shape [2], but [3] is needed
      "    hidden: {size: 3, bias: {values: «[1, 2]}}",
      // shape 2 x 3, but 3 x 2 is needed
      "    - {from: input, to: hidden, weight: «[[1, 2, 3], [1, 2, 3]]}",
      // not a regular array
      "    - {from: input, to: hidden, weight: [[1, 2], «[1]]}",
      // shape 1 x 2
      "    - {from: input, to: hidden, mask: «[[1, 1]]}",
      // square matrix
      "    - {from: input, to: hidden, constraint: [«symmetric]}",
      // no unit 2
      "  loss: {kind: squared-error, population: output, units: [0, «2]}",
      // single unit
      "  loss: «{kind: cross-entropy, population: output, units: [0]}",
      // 3 x 2
      "controller: {kind: linear-feedback, feedback: {hidden: {values: «[[1, 2]]}}}",
      // 1 target columns, but the loss reads 2
      "data: {kind: csv, path: x.csv, targets: «[b]}",
      // reads only 2 units
      "data: {kind: csv, path: x, labels: a, classes: «[a, b, c]}",
      // 1 inputs
      "data: {kind: inline, samples: [{input: «[1], target: 0}]}",
      // no class 2
      "data: {kind: inline, samples: [{input: [1, 2], target: «2}]}",
      // 1 numbers
      "data: {kind: inline, samples: [{input: [1, 2], target: «[1]}]}",
      // shape [3], but [2] is needed
      "stimulus: {inputs: {input: «[1, 2, 3]}}",
      // the target has 1 numbers
      "stimulus: {target: «[1]}",
      // classes 0 to 1
      "stimulus: {target: «5}",
      // unknown class `seven`
      "stimulus: {target: «seven}",
      // the initial `phi.hidden`
      "initial: {phi: {hidden: «[1, 2]}}",
      // shape [1]
      "protocol: [{phase: free, duration: 1, inputs: {input: «[1]}}]",
      // [3] is needed
      "protocol: [{phase: free, duration: 1, perturb: {phi.hidden: {add: «[1]}}}]",
      // no unit 3
      "record: {variables: [«phi.hidden.3]}",
    ],
    "names that refer to each other": [
      // did you mean `input`?
      "    - {from: «inptu, to: hidden}",
      // did you mean `hidden`?
      "    - {from: input, to: «hiden}",
      // leads into the input
      "    - {from: hidden, to: «input}",
      // comes from the readout
      "    - {from: «read, to: output}",
      // already the name of a population
      "    - {from: input, to: hidden, name: «hidden}",
      // `input-hidden` is already the name of a proj
      "    - «{from: input, to: hidden}",
      // only the default `input-hidden`
      "    - {from: input, to: hidden, name: «a-b}",
      // did you mean `output`?
      "  loss: {kind: squared-error, population: «outptu}",
      // cannot read the input
      "  loss: {kind: squared-error, population: «input}",
      // did you mean `hidden`?
      "controller: {kind: linear-feedback, feedback: {«hiden: identity}}",
      // not a population of role `input`
      "stimulus: {inputs: {«hidden: [1, 2, 3]}}",
      // did you mean `input`?
      "stimulus: {inputs: {«inptu: [1, 2]}}",
      // has no `phi`
      "initial: {phi: {«input: [1, 2]}}",
      // `u` lives on the population of the loss
      "initial: {u: {«hidden: [1, 2, 3]}}",
      // has no `phi`
      "record: {variables: [«phi.input]}",
      // did you mean `hidden`?
      "record: {variables: [«phi.hiden]}",
      // `u` lives on
      "record: {variables: [«u.hidden]}",
    ],
    "keys of mappings far apart": [
      // needs a `value`
      "    - {from: hidden, to: hidden, constraint: «spectral-radius}",
      // carries no ψ backwards
      "    - {from: input, to: hidden, feedback: «separate}",
      // there is no control
      "controller: {output: {integral: «0}}",
      // `network.loss.soft`
      "controller: {output: {leak: «0}}",
      // clamped output
      "controller: {output: «clamp}",
      // projects onwards
      "controller: {output-stage: «direct}",
      // has nothing to control
      "controller: {kind: «energy}",
      // needs no other to find its own
      "settling: {guide: «true}",
      // nothing is evaluated
      "learning: {schedule: plateau, evaluate: {every: «0}}",
      // needs a controller
      "protocol: [{phase: «controlled, duration: 1}]",
      // no controller
      "record: {variables: [«psi]}",
    ],
  ]
}
