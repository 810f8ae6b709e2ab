public import Integration
public import LinearAlgebra

/// Energy-based dynamics: descent on ½‖f‖², with the output controlled.
///
///     ψ     = −f(φ)
///     τ φ̇   = ∂f/∂φᵀ ψ + S_yᵀ u
///     τ_u u̇ = −∇_y L − αu
///
/// Least-control paper, Eq. 10, 15 and 143 (SCIENCE 2.4). With proportional control u = −β∇L the flow
/// descends F = ½‖f‖² + βL. Its equilibria are those of ``DynamicInversion`` and its residual is
/// judged on the same bracket, against ‖ψ‖.
public struct EnergyBased: Controller {
  public let name = "energy"
  /// How u follows from the loss.
  public var output: OutputController

  /// From its parts.
  public init(output: OutputController) { self.output = output }

  public var effectiveLeak: Double? { output.effectiveLeak }

  public func objection(to network: Network) -> String? {
    output.isClamped ? network.objectionToClamp() : nil
  }

  public func nudged(by gain: Double) -> (any Controller)? {
    var copy = self
    copy.output = .proportional(gain)
    return copy
  }

  public func descent(for network: Network) -> (any Controller)? {
    descentOnAugmentedEnergy(effectiveLeak: output.effectiveLeak, network)
  }

  /// Dynamic inversion. Its flow has the time scales of the network; those of this one are their squares.
  public func guide(for network: Network) -> (any Controller)? {
    let leak = output.effectiveLeak
    guard output.isClamped || (leak > 0 && leak.isFinite) else { return nil }
    let units = network.populations.filter { $0.role == .units }
    let inversion = DynamicInversion(
      output: output, timeConstant: units.map(\.timeConstant).min() ?? 1)
    return inversion.objection(to: network) == nil ? inversion : nil
  }

  public func route(in network: Network, _ parameters: ParameterSet) -> ControlRoute? { .network }

  public var knobs: [ControllerKnob] {
    output.knobs { output in
      var copy = self
      copy.output = output
      return copy
    }
  }

  public func makeSystem<E: Scalar>(_ network: Network, capacity: Int, _ precision: E.Type)
    -> any ControlledSystem<E>
  {
    EnergySystem<E>(network, capacity: capacity, self)
  }
}

/// The flow of F = ½‖f‖² + L/α, whose stationary points are the equilibria of every controller with
/// strict alignment (SCIENCE 1.5). It needs the true transpose and a positive, finite α.
func descentOnAugmentedEnergy(effectiveLeak: Double, _ network: Network) -> (any Controller)? {
  guard effectiveLeak > 0, effectiveLeak.isFinite,
    !network.projections.contains(where: \.hasSeparateFeedback)
  else { return nil }
  return EnergyBased(output: .proportional(1 / effectiveLeak))
}

final class EnergySystem<E: Scalar>: PlantSystem {
  typealias Element = E
  let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  private let loop: OutputLoop<E>
  let controllerName: String
  private let psi: MatrixBuffer<E>
  private let psiTangent: MatrixBuffer<E>
  private let signal: MatrixBuffer<E>
  /// σ″∘(Σ Wᵀψ) where the Jacobian is taken.
  private let gain: MatrixBuffer<E>

  init(_ network: Network, capacity: Int, _ controller: EnergyBased) {
    plant = Plant(network, capacity: capacity, controller: controller.output)
    evaluator = plant.evaluator
    loop = plant.loop
    controllerName = controller.name
    let units = network.unitCount
    psi = MatrixBuffer(rows: capacity, columns: units)
    psiTangent = MatrixBuffer(rows: capacity, columns: units)
    signal = MatrixBuffer(rows: capacity, columns: units)
    gain = MatrixBuffer(rows: capacity, columns: units)
  }

  func makeConsistent(sample: Int, state: UnsafeMutablePointer<E>) -> Bool {
    plant.makeConsistent(sample, state, hasPsi: false)
  }

  private(set) lazy var equilibriumMap: (any EquilibriumMap<E>)? = InversionMap(
    plant, psiFollows: true)
  private(set) lazy var equilibriumDescent: (any EquilibriumDescent<E>)? = EnergyDescent(plant)

  @specialized(where E == Float)
  @specialized(where E == Double)
  func evaluate(_ z: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let phi = plant.phi(z)
    settleControls(z)
    let psi = psi.mutable(rows: rows)
    evaluator.field(phi, into: psi)
    for r in 0..<rows { E.scale(-1, psi.row(r), into: psi.row(r), count: plant.unitCount) }
    evaluator.backward(
      psi: psi.view, readout: loop.controlsAtReadout(), into: signal.mutable(rows: rows))
    let phiDot = plant.phi(dz)
    for r in 0..<rows {
      E.gatedLeak(
        psi.row(r), slope: evaluator.slopes.row(r), signal: signal.row(r), into: phiDot.row(r),
        count: plant.unitCount)
    }
    if loop.isClamped { loop.hold(phi, bracket: phiDot) } else { loop.addControls(to: phiDot) }
    evaluator.divideByTimeConstants(phiDot)
    plant.integralDerivative(z, into: dz)
  }

  private func settleControls(_ z: UnsafePointer<E>) {
    let phi = plant.phi(z)
    evaluator.activate(phi, slopes: true)
    loop.observeOutputs(phi)
    loop.updateControls(integral: plant.integral(z))
  }

  /// u of outputs that are held, from ψ.
  private func holdOutputs(_ phi: MatrixView<E>, _ psi: MatrixView<E>) {
    let back = signal.mutable(rows: plant.rows)
    evaluator.backward(psi: psi, readout: nil, into: back)
    for r in 0..<plant.rows {
      E.gatedLeak(
        psi.row(r), slope: evaluator.slopes.row(r), signal: back.row(r), into: back.row(r),
        count: plant.unitCount)
    }
    loop.hold(phi, bracket: back)
  }

  /// ψ is not a state here, so the bracket of φ, which is that of ψ, is measured against ‖ψ‖.
  func referenceNorm(of variable: Int, sample: Int, state: UnsafePointer<E>) -> Double {
    if variable == 0 {
      return E.squareSum(psi.row(sample), count: plant.unitCount).squareRoot()
    }
    let columns = variables[variable].columns
    return E.squareSum(
      state + sample * dimension + columns.lowerBound, count: columns.count
    ).squareRoot()
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func linearize(at time: Double, _ state: Span<E>) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      let rows = plant.rows
      let phi = plant.phi(z)
      evaluator.linearize(phi, curvatures: true)
      loop.linearize(phi, integral: plant.integral(z))
      let psi = psiTangent.mutable(rows: rows)
      evaluator.linearField(phi, into: psi)
      for r in 0..<rows { E.scale(-1, psi.row(r), into: psi.row(r), count: plant.unitCount) }
      evaluator.backward(
        psi: psi.view, readout: loop.controlTangentsAtReadout(), into: gain.mutable(rows: rows))
      evaluator.multiplyByCurvatures(gain.mutable(rows: rows))
    }
  }

  /// dφ̇ = −∂fᵀ ∂f·v + σ″∘(Σ Wᵀψ)∘v + S_yᵀ du
  @specialized(where E == Float)
  @specialized(where E == Double)
  func tangent(_ v: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let units = plant.unitCount
    let vPhi = plant.phi(v)
    let dPsi = psiTangent.mutable(rows: rows)
    evaluator.fieldTangent(vPhi, into: dPsi)
    loop.updateTangents(vPhi, integral: plant.integral(v))
    for r in 0..<rows { E.scale(-1, dPsi.row(r), into: dPsi.row(r), count: units) }
    let back = signal.mutable(rows: rows)
    evaluator.backward(psi: dPsi.view, readout: loop.controlTangentsAtReadout(), into: back)
    evaluator.multiplyBySlopes(back)
    let phiDot = plant.phi(dz)
    for r in 0..<rows {
      E.linearSum(1, back.row(r), -1, dPsi.row(r), into: phiDot.row(r), count: units)
      E.addProduct(gain.row(r), vPhi.row(r), to: phiDot.row(r), count: units)
    }
    if loop.isClamped {
      loop.holdTangents(vPhi, bracket: phiDot)
    } else {
      loop.addControlTangents(to: phiDot)
    }
    evaluator.divideByTimeConstants(phiDot)
    plant.integralTangent(v, into: dz)
  }

  func observe(_ state: Span<E>, into observation: inout Observation) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      settleControls(z)
      let phi = plant.phi(z)
      let psi = psi.mutable(rows: plant.rows)
      evaluator.field(phi, into: psi)
      for r in 0..<plant.rows {
        E.scale(-1, psi.row(r), into: psi.row(r), count: plant.unitCount)
      }
      if loop.isClamped { holdOutputs(phi, psi.view) }
      plant.observe(z, into: &observation)
      plant.widen(psi.view, into: &observation.psi)
    }
  }
}
