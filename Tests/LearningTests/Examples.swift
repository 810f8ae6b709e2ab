import Dynamics
import Integration
import Learning
import LinearAlgebra

/// The 3-unit networks whose equilibria are known to ten digits (linear and tanh).
struct ThreeUnits {
  static let w: ContiguousArray<Double> = [0.2, -0.3, 0.1, 0.4, 0.1, -0.2, -0.1, 0.3, 0.2]
  static let u: ContiguousArray<Double> = [1, 0.5, -0.5, 1, 0.3, -0.7]
  static let sample = Samples(count: 1, inputs: [1, -0.5], targets: [0.5, -0.2])

  let network: Network
  var parameters: ParameterSet

  /// - Parameter activation: of the three units, of which the loss reads the last two.
  init(_ activation: any Activation = Identity()) throws {
    network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 3, activation: activation, hasBias: true),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h", units: [1, 2]))
    parameters = network.emptyParameters()
    parameters["x-h.weight"].values = Self.u
    parameters["h-h.weight"].values = Self.w
  }
}

extension SettlingOptions {
  /// Equilibria to eleven digits. BDF of higher order is not stable near the imaginary axis: it keeps
  /// weakly damped oscillations alive at the size of its tolerance.
  static var accurate: SettlingOptions {
    var options = SettlingOptions(method: .bdf, residual: 1e-12)
    options.relativeTolerance = 1e-6
    options.absoluteTolerance = 1e-9
    options.maximumOrder = 2
    return options
  }
}

/// Δ of one sample, summed, and the settled state that it came from.
func update(
  _ network: Network, _ controller: any Controller, _ parameters: ParameterSet,
  _ samples: Samples, rule: any LearningRule = .leastControl(),
  options: SettlingOptions = .accurate
) throws -> (update: ParameterUpdate, states: [SettledState]) {
  let settler = try BatchSettler(network, controller: controller, options: options)
  settler.load(parameters)
  let states = try settler.settle(samples)
  var update = ParameterUpdate(
    for: parameters, changing: rule.changedParameters(of: network))
  var memory = rule.makeMemory(for: parameters)
  for state in states {
    rule.accumulate(
      SettledStates([.controlled: state]), parameters: parameters, memory: &memory, into: &update)
  }
  return (update, states)
}

func largestDifference(
  _ a: some Sequence<Double>, _ b: some Sequence<Double>
) -> Double {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// A classifier of two inputs, whose hidden units are recurrent or not.
func classifier(hidden: Int = 8, isRecurrent: Bool = true) throws -> Network {
  try Network(
    populations: [
      Population(name: "x", size: 2, role: .input),
      Population(name: "h", size: hidden, activation: Tanh()),
      Population(name: "y", size: 2),
    ],
    projections: [
      DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "y"),
    ] + (isRecurrent ? [DenseProjection(from: "h", to: "h")] : []),
    loss: CrossEntropy(), output: .init(population: "y"))
}

/// Points of two interleaved half moons, the classes alternating.
func moons(_ count: Int, seed: UInt64 = 5) -> SamplesInMemory {
  var stream = RandomStream(seed: seed, name: "moons")
  var inputs = ContiguousArray<Double>()
  var targets = ContiguousArray<Double>()
  var labels: [Int] = []
  for k in 0..<count {
    // A point of the unit circle without trigonometry: x in -1 ..< 1, y = ±√(1 − x²).
    let x = 2 * stream.uniform() - 1
    let y = (1 - x * x).squareRoot()
    let label = k % 2
    inputs.append((label == 0 ? x : x + 1) + 0.05 * stream.normal())
    inputs.append((label == 0 ? y : 0.5 - y) + 0.05 * stream.normal())
    targets += label == 0 ? [1, 0] : [0, 1]
    labels.append(label)
  }
  return SamplesInMemory(
    Samples(count: count, inputs: inputs, targets: targets, indices: (0..<count).map { 1000 + $0 }),
    labels: labels)
}
