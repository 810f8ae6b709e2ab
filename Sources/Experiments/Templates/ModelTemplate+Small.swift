extension ModelTemplate {
  static let oneNeuron = ModelTemplate(
    "one-neuron", "One neuron with a connection to itself, to look at every number.",
    """
    # One neuron that excites itself, and a controller that wants it elsewhere.
    #
    # Left alone it settles where phi = w tanh(phi) + U x; held at y it takes psi = y - w tanh(y) - U x.
    #
    #   settle simulate {{file}}
    #   settle simulate {{file}} --set stimulus.target=[1]
    #   settle train {{file}}                # both weights learn, until no control is needed
    settle: 1
    name: {{name}}
    description: A neuron with a connection to itself, controlled to a target.
    network:
      populations:
        input: {size: 1, role: input}
        neuron: {size: 1, activation: tanh, bias: none}
      projections:
        - {from: input, to: neuron, weight: [[0.5]]}
        - {from: neuron, to: neuron, weight: [[0.8]]}
      loss: {kind: squared-error, population: neuron}
    controller:
      kind: dynamic-inversion
      output: {leak: 0.1, tau: 10}   # leak 0: the target is reached exactly
    stimulus: {inputs: {input: [1]}, target: [1.2]}
    protocol:
      - {phase: free, until: equilibrium, name: before}
      - {phase: controlled, until: equilibrium}
      - {phase: free, until: equilibrium, name: after}
    data:
      kind: inline
      samples:
        - {input: [1], target: [1.2]}
    learning:
      rule: least-control
      optimizer: {kind: sgd, rate: 0.1}
      epochs: 100
      batch: 1
      evaluate: {train-fraction: 1}

    """)

  static let driven = ModelTemplate(
    "driven", "A recurrent network whose inputs change with time.",
    """
    # A network under inputs that change with time: a ramp, a sinusoid, and a step while it is controlled.
    #
    #   settle simulate {{file}}
    #   settle simulate {{file}} --every 0.1 --record x phi
    #
    # Times count from the beginning of the phase. An input goes on into the next phases until one names
    # it again. For a recorded input: {kind: file, path: my.csv}, a table with a column `time`.
    settle: 1
    name: {{name}}
    description: A recurrent network under a ramp, a sinusoid and a step.
    network:
      populations:
        input: {size: 1, role: input}
        hidden: {size: 8, activation: tanh}
        output: {size: 1, activation: identity}
      projections:
        - {from: input, to: hidden}
        - {from: hidden, to: hidden, init: {kind: uniform-fan-in, gain: 0.5}}
        - {from: hidden, to: output}
      loss: {kind: squared-error, population: output}
    controller:
      kind: dynamic-inversion
      output: {leak: 1, tau: 5}
    initial: {phi: {hidden: {kind: normal, scale: 0.5}}}    # from the seed; zeros unless given
    stimulus: {inputs: {input: [0]}, target: [0.5]}
    protocol:
      - {phase: free, duration: 10, name: ramp, inputs: {input: {kind: ramp, to: [1], duration: 5}}}
      - phase: free
        duration: 20
        name: sinusoid
        inputs: {input: {kind: sinusoid, mean: [1], amplitude: [0.5], period: 5}}
      - phase: controlled
        until: equilibrium           # which is awaited once the input rests
        name: step
        inputs: {input: {kind: step, from: [1], to: [-1], at: 5}}
    record: {variables: [x, phi, psi, u, loss, residual]}
    data:                            # settle train learns these, at equilibrium
      kind: inline
      samples:
        - {input: [-1], target: [0.5]}
        - {input: [1], target: [-0.5]}
    learning:
      rule: least-control
      optimizer: {kind: adam, rate: 0.02}
      epochs: 60
      batch: 2
      evaluate: {train-fraction: 1}

    """)

  static let ownRule = ModelTemplate(
    "own-rule", "A learning rule of one's own, written as an expression.",
    """
    # A local rule of one's own: what a synapse changes by, from what it can know.
    #
    #   settle train {{file}}
    #   settle check {{file}}                # against the true gradients, and for locality
    #   settle list third-factors
    #
    # docs/own-rules.md has the names that an expression may use.
    settle: 1
    name: {{name}}
    description: A recurrent network learns by a rule of one's own.
    seed: 1
    network:
      populations:
        input: {size: 2, role: input}
        hidden: {size: 12, activation: tanh}
        output: {size: 1, activation: identity}
      projections:
        - {from: input, to: hidden, init: {kind: uniform-fan-in, gain: 2}}
        - {from: hidden, to: hidden, init: {kind: uniform-fan-in, gain: 0.3}, rate: 0.1}
        - {from: hidden, to: output}
      loss: {kind: squared-error, population: output}
    controller:
      kind: dynamic-inversion
      output: {leak: 1, tau: 5}
    stimulus: {inputs: {input: [1, -1]}, target: [0.8]}
    data:
      kind: inline
      samples:
        - {input: [-1, -1], target: [-0.8]}
        - {input: [-1, 1], target: [0.8]}
        - {input: [1, -1], target: [0.8]}
        - {input: [1, 1], target: [-0.8]}
    learning:
      rule: {local: "control_post * rate_pre - 1e-4 * weight"}    # least control, and decay
      optimizer: {kind: adam, rate: 0.02}
      epochs: 150
      batch: 4
      evaluate: {train-fraction: 1}

    """)
}
