public import Dynamics
internal import Integration
public import Learning

/// The equilibria of a whole data set as arrays, rows being samples: for analysis elsewhere.
public struct EquilibriumArrays {
  private var blocks: [SettledState] = []
  private let network: Network

  /// Settles all samples, free or controlled.
  ///
  /// - Parameters:
  ///   - data: the samples.
  ///   - experiment: the model, made into things that run.
  ///   - parameters: weights, biases and what else is learned.
  ///   - controlled: whether the controller is on.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  ///   - isCancelled: asked every thousand samples; then `CancellationError` is thrown.
  public init(
    of data: some TrainingData, experiment: Experiment, parameters: ParameterSet,
    controlled: Bool, threads: Int, isCancelled: () -> Bool = { false }
  ) throws {
    network = experiment.network
    let settler = try BatchSettler(
      network, controller: controlled ? experiment.controller : NoControl(),
      options: experiment.settlingOptions, precision: experiment.precision, threads: threads)
    settler.load(parameters)
    let size = 1024
    for start in stride(from: 0, to: data.count, by: size) {
      if isCancelled() { throw CancellationError() }
      let rows = Array(start..<min(start + size, data.count))
      blocks += try settler.settle(data.samples(rows))
    }
  }

  /// Samples that are at equilibrium.
  public var settledCount: Int {
    blocks.reduce(0) { $0 + $1.certificates.count(where: \.isEquilibrium) }
  }

  /// Samples, settled or not.
  public var count: Int { blocks.reduce(0) { $0 + $1.count } }

  /// `phi`, `psi`, `rate` [samples × units], `u`, `output` [samples × n_y], `loss`, `residual`,
  /// `evaluations`, `settled` (1 or 0) and `sample` [samples]. NaN where a sample did not settle.
  public func safetensors() -> Safetensors {
    var tensors: [Safetensors.Tensor] = []
    func add(
      _ name: String, _ width: Int, isMatrix: Bool = true,
      _ values: (SettledState) -> ContiguousArray<Double>
    ) {
      var all: [Double] = []
      for block in blocks {
        let rows = values(block)
        for row in 0..<block.count {
          let settled = block.certificates[row].isEquilibrium
          for i in row * width..<(row + 1) * width { all.append(settled ? rows[i] : .nan) }
        }
      }
      tensors.append(
        Safetensors.Tensor(
          name, NumericArray(shape: isMatrix ? [count, width] : [count], values: all)))
    }
    add("phi", network.unitCount) { $0.observation.phi }
    add("psi", network.unitCount) { $0.observation.psi }
    add("rate", network.unitCount) { $0.observation.rates }
    add("u", network.outputCount) { $0.observation.u }
    add("output", network.outputCount) { $0.observation.outputs }
    add("loss", 1, isMatrix: false) { $0.observation.losses }
    func addNumbers(_ name: String, _ value: (SettledState, Int) -> Double) {
      let numbers = blocks.flatMap { block in (0..<block.count).map { value(block, $0) } }
      tensors.append(
        Safetensors.Tensor(name, NumericArray(shape: [count], values: numbers)))
    }
    addNumbers("residual") { $0.certificates[$1].residual }
    addNumbers("evaluations") { Double($0.certificates[$1].evaluations) }
    addNumbers("settled") { $0.certificates[$1].isEquilibrium ? 1 : 0 }
    addNumbers("sample") { Double($0.samples.indices[$1]) }
    return Safetensors(tensors, metadata: ["units": unitNames.joined(separator: ",")])
  }

  /// The name of every column of `phi`, `psi` and `rate`.
  private var unitNames: [String] {
    network.populations.filter { $0.role == .units }.flatMap { population in
      (0..<population.size).map { "\(population.name).\($0)" }
    }
  }
}
