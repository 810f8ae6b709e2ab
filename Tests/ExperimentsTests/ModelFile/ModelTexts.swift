import Experiments

/// Model texts that tests start from.
enum ModelTexts {
  /// Lines 1 to 11 of a small valid model.
  static let base = [
    "settle: 1",
    "network:",
    "  populations:",
    "    input: {size: 2, role: input}",
    "    hidden: {size: 3, activation: tanh}",
    "    output: {size: 2}",
    "  projections:",
    "    - {from: input, to: hidden}",
    "    - {from: hidden, to: hidden}",
    "    - {from: hidden, to: output}",
    "  loss: {kind: squared-error, population: output}",
  ]

  /// The base with some lines replaced (from 1) and text appended.
  static func text(_ replaced: [Int: String] = [:], _ appended: String = "") -> String {
    var lines = base
    for (line, text) in replaced { lines[line - 1] = text }
    return lines.joined(separator: "\n") + "\n" + appended + "\n"
  }

  static func parse(
    _ replaced: [Int: String] = [:], _ appended: String = "", set overrides: [String] = []
  ) throws(ModelFileError) -> ModelDescription {
    try ModelFile.parse(
      text: text(replaced, appended), file: "small.yaml", overrides: overrides
    ).model
  }

  /// The example of the design.
  static let digits = """
    settle: 1
    name: digits-rnn
    description: An equilibrium RNN learns handwritten digits by the least-control principle.
    seed: 1
    precision: single
    network:
      populations:
        input:  {size: 64, role: input}
        hidden: {size: 64, activation: tanh, tau: 1}
        output: {size: 10, activation: identity, tau: 1}
      projections:
        - {from: input,  to: hidden}
        - {from: hidden, to: hidden, init: {kind: uniform-fan-in, gain: 0.3}, rate: 0.1}
        - {from: hidden, to: output}
      loss: {kind: cross-entropy, population: output}     # or squared-error
    controller:
      kind: dynamic-inversion
      output: {integral: 1, proportional: 0, leak: 6.4, tau: 5}
    settling: {method: auto, residual: 1.0e-6}
    data: {kind: csv, path: digits.csv, labels: label, scale: 0.0625, split: {test: 360, stratified: true}}
    learning:
      rule: least-control
      optimizer: {kind: adam, rate: 3.0e-3}
      schedule: {kind: cosine, final: 0.1}
      epochs: 30
      batch: 64
    """

  /// Every key of the schema, most away from its default.
  static let everything = """
    settle: 1
    name: all-of-it
    description: "every key: set\\n# no comment \\u00e9"
    seed: 18446744073709551615
    seeds: {split: null, init: 3, shuffle: 4, noise: 5, initial: 6}
    precision: single
    network:
      populations:
        input: {shape: [1, 2, 2], role: input}
        hidden: {size: 3, activation: tanh, tau: 0.5, bias: {values: [0.1, -0.2, 1e-14], learn: false, rate: 2}}
        output: {size: 2, activation: identity, bias: none}
        decoder: {size: 2, role: readout, bias: {init: {kind: normal, value: 0.1}}}
      projections:
        - {from: input, to: hidden, weight: w.npy, mask: [[1, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]]}
        - from: hidden
          to: hidden
          name: recurrent
          kind: dense
          init: {kind: spectral-radius, gain: 1, value: 0.9, norm: null}
          learn: false
          rate: 0.1
          decay: 1e-6
          constraint: [symmetric, {kind: spectral-norm, value: 0.95}, {kind: sign, value: -1}, zero-diagonal]
          feedback: {kind: separate, init: {kind: normal, norm: 1}, learn: false, decay: 1e-6}
        - {from: hidden, to: output, weight: [[1, 2, 3], [4, 5, 6e-7]], feedback: {kind: separate, init: [[1, 2, 3], [4, 5, 6]]}}
        - {from: hidden, to: decoder, weight: 0.25, constraint: none}
      loss: {kind: cross-entropy, population: output, units: [1, 0], soft: 0.01}
    controller:
      kind: linear-feedback
      tau: 2
      output-stage: dynamic
      output: {kind: pi, integral: 2, proportional: 0.5, leak: 0.1, tau: 7, leak-on: total}
      feedback: {hidden: {values: [[1, 2], [3, 4], [5, 6]]}, output: identity}
      noise: {kind: ornstein-uhlenbeck, sigma: 0.02, tau: 0.3, step: 0.05, steps: 100}
    settling:
      method: bdf
      criterion: joint
      residual: 1e-8
      floor: 1e-4
      rtol: {phi: 1e-3, psi: 1e-4, u: 1e-5}
      atol: 1e-12
      linear-solver: {kind: spgmr, krylov: 30, preconditioner: mean-jacobian}
      steps: {first: 1e-3, min: 1e-9, max: 10, growth: 20, order: 3}
      limits: {time: inf, steps: 10, evaluations: 20, straggler: 3}
      polish: {kind: newton, depth: 6, start: 0.1, iterations: 7}
      descent: false
      unsettled: keep
      by-descent: exclude
      warm-start: equilibrium
      eigenvalues: true
    data:
      kind: npy
      train: {inputs: x.npy, labels: y.npy}
      test: {inputs: xt.npy, targets: yt.npy}
      classes: [no, "yes"]
      scale: 0.0625
      normalize: standardize
      limit: 100
      split: {test: 0.25, validation: 10, stratified: false}
    learning:
      rule: {kind: least-control, modulation: slope}
      feedback-rule: {kind: noise, tau: 1e5, decay: 0.02}
      continuous: {tau: 50, decay: 0.1}
      optimizer: {kind: sgd, rate: 3e-4, momentum: 0.9, betas: [0.8, 0.99], epsilon: 1e-9, weight-decay: 1e-4, decoupled: true, clip: 0.156}
      schedule: {kind: steps, warmup: 10, milestones: [3, 7], factor: 0.2}
      metrics: step
      epochs: 0
      batch: 1
      last-batch: drop
      evaluate: {every: 2, train-fraction: 1, confusion: true}
      audit: {every: 100, samples: 4}
      stop: {metric: train_loss, patience: 3, target: 0.01}
      max-unsettled: 0.25
      checkpoint: {every: 2, minutes: inf, keep: 5, best: none}
    parameters: weights.safetensors
    stimulus: {inputs: {input: [[[1, -0.5], [0, 1]]]}, target: "yes"}
    initial: {phi: {hidden: [0.1, 0.2, 0.3]}, psi: {hidden: {kind: normal, scale: 0.1}}, u: {output: 0.5}}
    protocol:
      - {phase: free, until: equilibrium, name: before}
      - {phase: controlled, duration: 20, inputs: {input: [0, 1, 2, 3]}, target: [0.25, 0.75], keep-control: true, perturb: {phi.hidden: {add: [1, 0, 1], noise: 0.1}, u.output: {noise: 1}}}
    record: {variables: [phi, phi.hidden, phi.hidden.0, psi.output, u.output.1, x, rate.input, loss, residual], every: 0.1}
    """

  /// A model file with nothing but what is required.
  static let minimal = """
    settle: 1
    network:
      populations:
        a: {size: 1}
    """
}
