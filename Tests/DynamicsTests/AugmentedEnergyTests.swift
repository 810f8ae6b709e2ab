import Dynamics
import Integration
import LinearAlgebra
import Testing

/// F = ½‖f‖² + sL, its derivatives, and the minima that `auto` descends to.
@Suite("The augmented energy")
struct AugmentedEnergyTests {
  struct Case {
    var model: Model
    var energy: AugmentedEnergy
    var phi: [Double]
    let strength = 0.8

    init(_ kind: Zoo, _ loss: any Loss, seed: UInt64) throws {
      model = try kind.model(loss, gain: 0.9, samples: 1, seed: seed)
      energy = AugmentedEnergy(DenseNetwork(model.network, model.parameters), strength: strength)
      var random = RandomStream(seed: seed, name: "energy")
      phi = (0..<energy.units).map { _ in random.normal() }
      load(energy, model, row: 0)
    }

    /// By the definitions, with plain loops over the projections.
    func reference() -> Double {
      let network = model.network
      var f = (0..<energy.units).map { energy.drive[$0] - phi[$0] }
      var readout = Array(repeating: 0.0, count: network.outputPopulation.size)
      let outputs = network.outputUnits
      if network.outputPopulation.role == .readout {
        for (k, unit) in outputs.enumerated() { readout[unit] = energy.readoutDrive[k] }
      }
      for projection in network.projections where projection.source != "x" {
        let source = network.population(projection.source)
        let target = network.population(projection.target)
        var rates = Array(repeating: 0.0, count: source.size)
        let columns = network.columns(of: source.name)
        Array(phi[columns]).withUnsafeBufferPointer {
          source.activation.rate($0.baseAddress!, into: &rates, count: source.size)
        }
        let weights = model.parameters[projection.weightName].values
        for i in 0..<target.size {
          let sum = dot(weights[i * source.size..<(i + 1) * source.size], rates)
          if target.role == .readout {
            readout[i] += sum
          } else {
            f[network.columns(of: target.name).lowerBound + i] += sum
          }
        }
      }
      let y =
        network.outputPopulation.role == .readout
        ? outputs.map { readout[$0] }
        : outputs.map { phi[network.columns(of: "y").lowerBound + $0] }
      return dot(f, f) / 2
        + strength
        * network.loss.value(
          ContiguousArray(y).span, target: model.samples.targets.span)
    }

    func value(_ phi: [Double]) -> Double { energy.evaluate(phi) }

    func gradient(_ phi: [Double]) -> [Double] {
      _ = energy.evaluate(phi)
      return (0..<energy.units).map { energy.gradient[$0] }
    }
  }

  /// b + Σ Wx of one sample of a model, and its target.
  static func load(_ energy: AugmentedEnergy, _ model: Model, row: Int) {
    let evaluator = NetworkEvaluator<Double>(model.network, capacity: model.samples.count)
    evaluator.load(model.parameters)
    evaluator.load(inputs: model.samples.inputs.span, count: model.samples.count)
    for i in 0..<energy.units { energy.drive[i] = evaluator.drive.row(row)[i] }
    let outputs = model.network.outputCount
    for (k, unit) in model.network.outputUnits.enumerated() {
      if model.network.outputPopulation.role == .readout {
        energy.readoutDrive[k] = evaluator.readoutDrive.row(row)[unit]
      }
      energy.target[k] = model.samples.targets[row * outputs + k]
    }
  }

  static let kinds: [Zoo] = [
    .recurrent, .deep, .outputCycle, .subsetOfCycle, .subset, .readout, .outputProjectsOn,
  ]

  /// The fourth-order difference; with h = 1e-3 the truncation is h⁴/30 of a fifth derivative below 1e4
  /// here (3e-10), and rounding 1e-15·|F|/h below 1e-10.
  private func slope(_ function: (Double) -> Double) -> Double {
    let h = 1e-3
    return (8 * (function(h) - function(-h)) - (function(2 * h) - function(-2 * h))) / (12 * h)
  }

  private func moved(_ phi: [Double], _ i: Int, _ step: Double) -> [Double] {
    var phi = phi
    phi[i] += step
    return phi
  }

  @Test("the value, its gradient and its Hessian", arguments: kinds)
  func derivatives(kind: Zoo) throws {
    for loss in EquilibriumMapTests.losses {
      for seed in 1...3 as ClosedRange<UInt64> {
        let test = try Case(kind, loss, seed: seed)
        let units = test.energy.units
        let value = test.value(test.phi)
        #expect(abs(value - test.reference()) <= 1e-13 * value)
        let gradient = test.gradient(test.phi)
        for i in 0..<units {
          let difference = slope { test.value(moved(test.phi, i, $0)) }
          #expect(abs(gradient[i] - difference) <= 1e-9 * (1 + norm(gradient)), "\(kind)")
        }
        _ = test.gradient(test.phi)
        test.energy.assembleHessian(test.phi, shift: 0)
        let hessian = (0..<units * units).map { test.energy.hessian[$0] }
        var largest = 0.0
        for i in 0..<units {
          for j in 0...i {
            let difference = slope { test.gradient(moved(test.phi, j, $0))[i] }
            largest = max(largest, abs(hessian[j * units + i] - difference))
          }
        }
        #expect(largest <= 1e-8, "\(kind) \(loss.name)")
        _ = test.gradient(test.phi)
        test.energy.assembleHessian(test.phi, shift: 0.25)
        for i in 0..<units {
          for j in 0...i {
            let shifted = test.energy.hessian[j * units + i] - hessian[j * units + i]
            #expect(abs(shifted - (i == j ? 0.25 : 0)) <= 1e-13)
          }
        }
      }
    }
  }

  /// Cut off after three steps, every sample is left to the descent.
  @Test(
    "descent ends at a minimum with \u{3c8} = \u{2212}f and u = \u{2212}\u{2207}L/\u{3b1}",
    arguments: kinds + [.direct, .proportionalIntegral, .totalLeak, .energy, .energyProportional])
  func minima(kind: Zoo) throws {
    for loss in EquilibriumMapTests.losses {
      for gain in [0.5, 1.2] {
        let model = try kind.model(loss, gain: gain, samples: 6, seed: 4)
        var options = SettlingOptions(method: .automatic, residual: 1e-9)
        options.polish = .none
        options.limits.steps = 3
        options.limits.straggler = 1
        let state = try model.settle(options)
        let observation = state.observation
        let units = model.network.unitCount
        let outputs = model.network.outputCount
        let strength = try 1 / #require(model.controller.effectiveLeak)
        let energy = AugmentedEnergy(
          DenseNetwork(model.network, model.parameters), strength: strength)
        for row in 0..<6 {
          let certificate = state.certificates[row]
          #expect(certificate.isEquilibrium, "\(kind): \(certificate.summary)")
          #expect(certificate.attempts.last?.method == "descent")
          guard certificate.isEquilibrium else { continue }
          Self.load(energy, model, row: row)
          let phi = Array(observation.phi[row * units..<(row + 1) * units])
          _ = energy.evaluate(phi)
          let psi = observation.psi[row * units..<(row + 1) * units]
          #expect(
            largestDifference(psi, (0..<units).map { -energy.field[$0] }) <= 1e-8, "\(kind) psi")
          #expect(
            largestDifference(
              observation.u[row * outputs..<(row + 1) * outputs],
              (0..<outputs).map { -strength * energy.lossGradient[$0] }) <= 1e-8, "\(kind) u")
          energy.assembleHessian(phi, shift: 0)
          #expect(Double.factorCholesky(energy.hessian, order: units), "\(kind): no minimum")
        }
      }
    }
  }
}
