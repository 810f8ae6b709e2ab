extension ModelTemplate {
  static let recurrent = ModelTemplate(
    "recurrent", "An equilibrium RNN that learns exclusive or by the least-control principle.",
    """
    # A recurrent network that settles, is controlled to a target, and learns from the control it needed.
    #
    #   settle simulate {{file}}             # free, controlled, free again: trajectory.csv
    #   settle train {{file}}                # learns the samples below
    #   settle check {{file}}                # the rule against the true gradients
    #   settle train {{file}} --set learning.rule=recurrent-backpropagation
    #
    # Any key can be changed for one run by --set; all keys are in docs/model-file.md.
    settle: 1
    name: {{name}}
    description: An equilibrium RNN learns exclusive or.
    seed: 1                          # of initial weights and of the order of samples
    network:
      populations:                   # an input has the rates of the data; the others have states
        input: {size: 2, role: input}
        hidden: {size: 12, activation: tanh}
        output: {size: 1, activation: identity}
      projections:                   # each from a population to another, or to itself
        - {from: input, to: hidden, init: {kind: uniform-fan-in, gain: 2}}
        - {from: hidden, to: hidden, init: {kind: uniform-fan-in, gain: 0.3}, rate: 0.1}
        - {from: hidden, to: output}
      loss: {kind: squared-error, population: output}
    controller:                      # psi and u, which push the network to the target
      kind: dynamic-inversion
      output: {leak: 1, tau: 5}      # less leak: harder control; larger tau: slower and more stable
    # One sample to simulate, and what happens to it.
    stimulus: {inputs: {input: [1, -1]}, target: [0.8]}
    protocol:
      - {phase: free, until: equilibrium, name: before}
      - {phase: controlled, until: equilibrium}
      - {phase: free, until: equilibrium, name: after}
    # The samples to learn. For a table: data: {kind: csv, path: my.csv, labels: class, split: {test: 0.2}}
    data:
      kind: inline
      samples:
        - {input: [-1, -1], target: [-0.8]}
        - {input: [-1, 1], target: [0.8]}
        - {input: [1, -1], target: [0.8]}
        - {input: [1, 1], target: [-0.8]}
    learning:
      rule: least-control            # settle list rules
      optimizer: {kind: adam, rate: 0.02}
      epochs: 150
      batch: 4
      evaluate: {train-fraction: 1}  # at the free equilibrium, the controller being off

    """)

  static let feedforward = ModelTemplate(
    "feedforward", "Two hidden layers that learn to add and multiply two numbers.",
    """
    # An ordinary network in continuous time: without loops the free equilibrium is the forward pass.
    #
    #   settle simulate {{file}}
    #   settle train {{file}}
    #   settle sweep {{file}} --set learning.rule=least-control,backpropagation --seeds 1..5
    #
    # Any key can be changed for one run by --set; all keys are in docs/model-file.md.
    settle: 1
    name: {{name}}
    description: Two hidden layers learn a sum and a product.
    seed: 1
    network:
      populations:
        input: {size: 2, role: input}
        first: {size: 16, activation: tanh}
        second: {size: 16, activation: tanh}
        output: {size: 2, activation: identity}
      projections:
        - {from: input, to: first, init: {kind: xavier}}
        - {from: first, to: second, init: {kind: xavier}}
        - {from: second, to: output, init: {kind: xavier}}
      loss: {kind: squared-error, population: output}
    controller:
      kind: dynamic-inversion
      output: {leak: 1, tau: 10}
    stimulus: {inputs: {input: [0.5, -0.5]}, target: [0, -0.25]}
    protocol:
      - {phase: free, until: equilibrium, name: before}
      - {phase: controlled, until: equilibrium}
      - {phase: free, until: equilibrium, name: after}
    # Half the sum, and the product. For a table: data: {kind: csv, path: my.csv, targets: [sum, product]}
    data:
      kind: inline
      samples:
        - {input: [-1, -1], target: [-1, 1]}
        - {input: [-1, 0], target: [-0.5, 0]}
        - {input: [-1, 1], target: [0, -1]}
        - {input: [0, -1], target: [-0.5, 0]}
        - {input: [0, 0], target: [0, 0]}
        - {input: [0, 1], target: [0.5, 0]}
        - {input: [1, -1], target: [0, -1]}
        - {input: [1, 0], target: [0.5, 0]}
        - {input: [1, 1], target: [1, 1]}
        - {input: [0.5, 0.5], target: [0.5, 0.25]}
        - {input: [-0.5, 0.5], target: [0, -0.25]}
        - {input: [0.5, -0.5], target: [0, -0.25]}
        - {input: [-0.5, -0.5], target: [-0.5, 0.25]}
    learning:
      rule: least-control
      optimizer: {kind: adam, rate: 0.01}
      schedule: {kind: cosine, final: 0.1}
      epochs: 150
      batch: 13
      evaluate: {train-fraction: 1}

    """)
}
