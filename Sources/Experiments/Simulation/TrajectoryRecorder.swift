internal import Dynamics

/// Writes a trajectory as it comes: one row for each recorded time and sample.
///
/// Columns: `time,phase,sample`, then the recorded variables in the order of the model file, such as
/// `phi.hidden.0`, `u.output.1`, `loss`, `residual`, or of parameters `weight.input-hidden.0`, counted
/// row by row.
final class TrajectoryRecorder {
  private enum Source {
    case phi(Int)
    case psi(Int)
    case rate(Int)
    case u(Int)
    case x(Int)
    case output(Int)
    case target(Int)
    case parameter(Int, Int)
    case loss
    case residual
  }
  private let columns: [(name: String, source: Source)]
  private let writer: CSVWriter
  private let unitCount: Int
  private let outputCount: Int
  private let inputCount: Int
  private(set) var rowCount = 0

  var columnNames: [String] { ["time", "phase", "sample"] + columns.map(\.name) }

  init(_ variables: [RecordedVariable], of experiment: Experiment, to writer: CSVWriter) throws {
    let network = experiment.network
    self.writer = writer
    unitCount = network.unitCount
    outputCount = network.outputCount
    inputCount = network.inputCount
    var columns: [(String, Source)] = []
    var taken = Set<String>()
    func add(_ name: String, _ source: Source) {
      if taken.insert(name).inserted { columns.append((name, source)) }
    }
    for variable in variables {
      func addUnits(_ role: Population.Role, _ source: (Int) -> Source) {
        for population in network.populations where population.role == role {
          if let wanted = variable.population, wanted != population.name { continue }
          let first = network.columns(of: population.name).lowerBound
          for unit in 0..<population.size where variable.unit == nil || variable.unit == unit {
            add("\(variable.quantity.rawValue).\(population.name).\(unit)", source(first + unit))
          }
        }
      }
      func addOutputs(_ source: (Int) -> Source) {
        let owner = network.output.population
        if let wanted = variable.population, wanted != owner { return }
        for (k, unit) in network.outputUnits.enumerated()
        where variable.unit == nil || variable.unit == unit {
          add("\(variable.quantity.rawValue).\(owner).\(unit)", source(k))
        }
      }
      switch variable.quantity {
      case .phi: addUnits(.units) { .phi($0) }
      case .psi: addUnits(.units) { .psi($0) }
      case .rate: addUnits(.units) { .rate($0) }
      case .x: addUnits(.input) { .x($0) }
      case .u where experiment.hasLoss: addOutputs { .u($0) }
      case .output where experiment.hasLoss: addOutputs { .output($0) }
      case .target where experiment.hasLoss: addOutputs { .target($0) }
      case .weight, .feedback, .bias:
        for (name, index, count) in variable.parameters(of: experiment) {
          for element in 0..<count where variable.unit == nil || variable.unit == element {
            add("\(name).\(element)", .parameter(index, element))
          }
        }
      case .loss where experiment.hasLoss: add("loss", .loss)
      case .residual: add("residual", .residual)
      case .u, .output, .target, .loss: break
      }
    }
    self.columns = columns
  }

  func writeHeader() throws { try writer.appendRow(columnNames) }

  /// Writes the rows of all samples at one time.
  ///
  /// - Parameters:
  ///   - inputs: [samples × inputs]
  ///   - residuals: of each sample
  ///   - parameters: shared by the samples
  ///   - targets: [samples × outputs]; empty where the losses mean nothing
  func record(
    time: Double, phase: String, samples: [Int], _ observation: Observation,
    inputs: ContiguousArray<Double>, residuals: [Double], parameters: ParameterSet,
    targets: ContiguousArray<Double>
  ) throws {
    for (row, sample) in samples.enumerated() {
      try writer.append(time)
      try writer.append(phase)
      try writer.append(sample)
      for column in columns {
        let value =
          switch column.source {
          case .phi(let i): observation.phi[row * unitCount + i]
          case .psi(let i): observation.psi[row * unitCount + i]
          case .rate(let i): observation.rates[row * unitCount + i]
          case .u(let k): observation.u[row * outputCount + k]
          case .x(let i): inputs[row * inputCount + i]
          case .output(let k): observation.outputs[row * outputCount + k]
          case .target(let k): targets.isEmpty ? .nan : targets[row * outputCount + k]
          case .parameter(let i, let k): parameters[i].values[k]
          case .loss: !targets.isEmpty ? observation.losses[row] : .nan
          case .residual: residuals[row]
          }
        try writer.append(value)
      }
      try writer.endRow()
      rowCount += 1
    }
  }
}

extension RecordedVariable {
  /// The parameters that it stands for: what its columns are called before the element, the place
  /// among all parameters, and the number of elements.
  fileprivate func parameters(
    of experiment: Experiment
  ) -> [(name: String, index: Int, count: Int)] {
    let all = experiment.controller.emptyParameters(for: experiment.network)
    return (0..<all.count).compactMap { index in
      // `<owner>.weight`, `<owner>.feedback` or `<owner>.bias`.
      guard all[index].name.hasSuffix(".\(quantity.rawValue)") else { return nil }
      let owner = all[index].name.dropLast(quantity.rawValue.count + 1)
      guard population == nil || population! == owner else { return nil }
      return ("\(quantity.rawValue).\(owner)", index, all[index].values.count)
    }
  }
}
