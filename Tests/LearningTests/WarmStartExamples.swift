import Dynamics
import Integration
import Learning
import LinearAlgebra
import Synchronization

let leakyInversion = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))

/// A training with a warm start, in which 50 points are 5 batches.
func warmTrainer(
  warm: Bool = true, epochs: Int = 3, rate: Double = 0.03, batch: Int = 12,
  data: any TrainingData = moons(50), threads: Int = 1, precision: Precision = .double,
  isRecurrent: Bool = true, keeping: TrainingOptions.WarmStart = .equilibrium,
  rules: [any LearningRule] = [.leastControl()],
  settling: SettlingOptions = automatic,
  adjust: (inout TrainingOptions) -> Void = { _ in }
) throws -> Trainer {
  var options = TrainingOptions()
  options.epochs = epochs
  options.batchSize = batch
  options.rate = rate
  options.trainFraction = 1
  options.warmStart = warm ? keeping : nil
  adjust(&options)
  let (network, parameters) = try warmModel(isRecurrent: isRecurrent)
  return try Trainer(
    network, controller: leakyInversion, parameters: parameters, rules: rules, optimizer: Adam(),
    data: data, test: moons(30, seed: 6), options: options, settling: settling,
    precision: precision, threads: threads)
}

let automatic = SettlingOptions(method: .automatic)

func warmModel(isRecurrent: Bool = true) throws -> (Network, ParameterSet) {
  let network = try classifier(isRecurrent: isRecurrent)
  let parameters = try network.initialParameters(
    for: leakyInversion,
    initializers: isRecurrent ? ["h-h.weight": Initializer(.uniformFanIn, gain: 0.3)] : [:], seed: 3
  )
  return (network, parameters)
}

/// Everything of the metrics that must be reproducible, but the columns named.
func reproducibleBits(_ metrics: [EpochMetrics], without names: Set<String> = []) -> [[UInt64]] {
  metrics.map { row in
    row.values.filter { !$0.name.hasSuffix("seconds") && !names.contains($0.name) }
      .map(\.value.bitPattern)
  }
}

/// A state without its clocks.
func withoutClocks(_ state: TrainerState) -> TrainerState {
  var state = state
  state.arrays["progress"]!.values[4] = 0
  state.arrays["progress"]!.values[5] = 0
  return state
}

extension EquilibriumMemory {
  func row(_ row: Int) -> ArraySlice<Double> {
    values[row * width..<(row + 1) * width]
  }

  /// The rows that hold an equilibrium.
  var known: [Int] { (0..<samples).filter { row($0).contains { $0 != 0 } } }

  func states(_ network: Network) -> InitialStates {
    func block(_ start: Int, _ count: Int) -> ContiguousArray<Double> {
      ContiguousArray((0..<samples).flatMap { row($0).dropFirst(start).prefix(count) })
    }
    let units = network.unitCount
    return InitialStates(
      phi: block(0, units), psi: block(units, units), u: block(2 * units, network.outputCount))
  }
}

/// Data of which one sample is not a number the second time that it is asked for.
final class Failing: TrainingData {
  static let row = 5
  let base = moons(24)
  let calls = Mutex(0)
  var count: Int { base.count }
  func samples(_ rows: [Int]) -> Samples {
    var samples = base.samples(rows)
    let call = calls.withLock {
      $0 += 1
      return $0
    }
    if call == 2, let place = rows.firstIndex(of: Self.row) { samples.inputs[2 * place] = .nan }
    return samples
  }
}

/// What the trainer remembers at the end of each epoch, the beginning included.
final class Memories: TrainingHook {
  var all: [EquilibriumMemory?] = []
  func didFinishEpoch(_ metrics: EpochMetrics, _ trainer: Trainer) {
    all.append(trainer.state.equilibria)
  }
}

/// A rule that reads the free phase, and changes nothing.
struct Idle: OuterProductRule {
  func postSignal(_ post: PostsynapticUnit) -> Double { 0 }
}
