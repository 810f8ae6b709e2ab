internal import Integration
internal import LinearAlgebra

/// Newton's method for a local minimum of F = ½‖f‖² + L/α_eff, one sample at a time: the way out for
/// samples whose equilibrium their own controller does not reach.
///
/// The exact Hessian (Gauss–Newton stagnates on these samples), shifted until it is positive, and
/// steps shortened until F falls. What is returned is a minimum, not a saddle: its Hessian is positive
/// as it is.
final class EnergyDescent<E: Scalar>: EquilibriumDescent {
  typealias Element = E
  private let plant: Plant<E>
  private var energy: AugmentedEnergy?
  private var source: DenseNetwork?
  private let statePsi: Int?
  private let phi: UnsafeMutablePointer<Double>
  private let trial: UnsafeMutablePointer<Double>
  private let step: UnsafeMutablePointer<Double>
  /// For a Hessian in single precision, once one was asked for.
  private var rounded: UnsafeMutablePointer<Float>?

  private static var iterations: Int { 100 }

  /// Nil where F does not exist (no positive, finite α_eff, or feedback that is not the transpose), or
  /// has too many variables for dense matrices.
  init?(_ plant: Plant<E>) {
    guard plant.loop.restGain.isFinite, plant.loop.restGain > 0,
      plant.unitCount <= DenseNetwork.largestUnitCount,
      !plant.network.projections.contains(where: \.hasSeparateFeedback)
    else { return nil }
    self.plant = plant
    statePsi = plant.columns.psiUnits.isEmpty ? nil : plant.unitCount
    func vector() -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: plant.unitCount)
      memory.initialize(repeating: 0, count: plant.unitCount)
      return memory
    }
    phi = vector()
    trial = vector()
    step = vector()
  }

  deinit {
    phi.deallocate()
    trial.deallocate()
    step.deallocate()
    rounded?.deallocate()
  }

  func descend(
    row: Int, from state: UnsafeMutablePointer<E>, residual: Double, floor: Double
  ) -> DescentReport {
    guard let energy = load(row: row, state: state) else {
      return DescentReport(hasArrived: false, iterations: 0, evaluations: 0, residual: .nan)
    }
    let report = minimize(energy, residual: residual, floor: floor)
    guard report.hasArrived else { return report }
    write(energy, row, into: state)
    return report
  }

  func isMinimum(row: Int, phi potentials: UnsafePointer<E>) -> Bool {
    guard let energy = load(row: row, state: potentials) else { return true }
    _ = energy.evaluate(phi)
    energy.assembleHessian(phi, shift: 0)
    let units = plant.unitCount
    let scratch = rounded ?? .allocate(capacity: units * units)
    rounded = scratch
    return Double.isSurelyPositiveDefinite(energy.hessian, order: units, scratch: scratch)
      || Double.factorCholesky(energy.hessian, order: units)
  }

  /// F of the sample in that row, and its φ.
  private func load(row: Int, state: UnsafePointer<E>) -> AugmentedEnergy? {
    guard let dense = plant.dense else { return nil }
    let energy: AugmentedEnergy
    if let made = self.energy {
      energy = made
      if source !== dense { energy.load(dense) }
      source = dense
    } else {
      energy = AugmentedEnergy(dense, strength: plant.loop.restGain)
      self.energy = energy
      source = dense
    }
    let units = plant.unitCount
    E.widen(plant.evaluator.drive.row(row), into: energy.drive, count: units)
    plant.loop.widenReadoutDrive(row, into: energy.readoutDrive)
    energy.target.update(from: plant.loop.targets.row(row), count: plant.loop.count)
    E.widen(state, into: phi, count: units)
    return energy
  }

  private func minimize(
    _ energy: AugmentedEnergy, residual: Double, floor: Double
  ) -> DescentReport {
    let units = plant.unitCount
    var value = energy.evaluate(phi)
    func relative() -> Double {
      Double.squareSum(energy.gradient, count: units).squareRoot()
        / (floor + Double.squareSum(energy.field, count: units).squareRoot())
    }
    var report = DescentReport(
      hasArrived: false, iterations: 0, evaluations: 1, residual: relative())
    for iteration in 0..<Self.iterations {
      report.iterations = iteration
      guard value.isFinite, report.residual.isFinite else { return report }
      var shift = 0.0
      energy.assembleHessian(phi, shift: 0)
      while !Double.factorCholesky(energy.hessian, order: units) {
        shift = shift == 0 ? 1e-3 : 4 * shift
        guard shift < 1e6 else { return report }
        energy.assembleHessian(phi, shift: shift)
      }
      if report.residual <= residual && shift == 0 {
        report.hasArrived = true
        return report
      }
      step.update(from: energy.gradient, count: units)
      Double.solveCholesky(energy.hessian, order: units, step)
      let slope = Double.dot(energy.gradient, step, count: units)
      guard slope > 0 else { return report }
      var length = 1.0
      while true {
        Double.linearSum(1, phi, -length, step, into: trial, count: units)
        let next = energy.evaluate(trial)
        report.evaluations += 1
        let size = relative()
        // Near the minimum F changes by less than its rounding, and the gradient is the judge.
        let isLower = next <= value - 1e-4 * length * slope
        let isRounding = slope <= 1e-10 * max(1, abs(value)) && size < report.residual
        if isLower || isRounding {
          value = next
          report.residual = size
          phi.update(from: trial, count: units)
          break
        }
        length *= 0.5
        guard length > 1e-8 else { return report }
      }
    }
    return report
  }

  /// φ, ψ = −f and u of the minimum in the precision of the state; u belongs to the rounded outputs.
  private func write(_ energy: AugmentedEnergy, _ row: Int, into state: UnsafeMutablePointer<E>) {
    let units = plant.unitCount
    let loop = plant.loop
    E.narrow(phi, into: state, count: units)
    let u = energy.lossGradient
    for k in 0..<loop.count { u[k] *= -loop.restGain }
    if loop.isReadout {
      loop.outputs.row(row).update(from: energy.output, count: loop.count)
    } else {
      for (k, column) in loop.columns.enumerated() {
        loop.outputs.row(row)[k] = Double(state[column])
      }
    }
    loop.restControls(row)
    if let statePsi {
      let psi = trial
      Double.scale(-1, energy.field, into: psi, count: units)
      if !loop.isReadout {
        for (k, column) in loop.columns.enumerated() {
          psi[column] += loop.controls.row(row)[k] - u[k]
        }
      }
      for (k, unit) in plant.columns.psiUnits.enumerated() { state[statePsi + k] = E(psi[unit]) }
    }
    if let integral = plant.integralColumn { loop.writeRestIntegral(row, into: state + integral) }
  }
}
