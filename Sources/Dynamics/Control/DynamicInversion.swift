public import Integration
public import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Dynamic inversion: the error travels back through the network's own Jacobian transpose.
///
///     τ φ̇   = f(φ) + ψ
///     τ_ψ ψ̇ = ∂f/∂φᵀ ψ + S_yᵀ u
///     τ_u u̇ = −∇_y L − αu
///
/// Least-control paper, Eq. 8, 14 and 140 (SCIENCE 2.3). Projections with feedback of their own use it
/// in place of the transpose.
public struct DynamicInversion: Controller {
  public let name = "dynamic-inversion"
  /// How u follows from the loss.
  public var output: OutputController
  /// τ_ψ, in the model's unit of time.
  public var timeConstant: Double
  /// How u enters ψ of the output units.
  public var outputStage: OutputStage

  /// How u enters ψ of the loss population.
  public enum OutputStage: String, Sendable, CaseIterable {
    /// ψ_y follows u with the time constant τ_ψ, like any other ψ.
    case dynamic
    /// ψ_y = u at once. Only for outputs that project nowhere.
    case direct
  }

  /// From its parts.
  public init(
    output: OutputController, timeConstant: Double = 1, outputStage: OutputStage = .dynamic
  ) {
    precondition(timeConstant > 0)
    self.output = output
    self.timeConstant = timeConstant
    self.outputStage = outputStage
  }

  public var effectiveLeak: Double? { output.effectiveLeak }

  public func nudged(by gain: Double) -> (any Controller)? {
    var copy = self
    copy.output = .proportional(gain)
    // ψ of clamped outputs follows from their targets, and neither stage applies.
    if copy.output.isClamped { copy.outputStage = .dynamic }
    return copy
  }

  public func objection(to network: Network) -> String? {
    if output.isClamped {
      if outputStage == .direct {
        return
          "the output stage cannot be direct where outputs are clamped: \u{3c8} of the outputs is "
          + "what holds them"
      }
      return network.objectionToClamp()
    }
    guard outputStage == .direct else { return nil }
    if network.outputPopulation.role == .readout { return nil }
    if let onward = network.projections.first(where: { $0.source == network.output.population }) {
      return "the output stage cannot be direct: \(network.output.population) projects onwards "
        + "(\(onward.name)), so its \u{3c8} is more than u"
    }
    return nil
  }

  public func descent(for network: Network) -> (any Controller)? {
    descentOnAugmentedEnergy(effectiveLeak: output.effectiveLeak, network)
  }

  public func route(in network: Network, _ parameters: ParameterSet) -> ControlRoute? { .network }

  public var knobs: [ControllerKnob] {
    let own = ControllerKnob("tau", timeConstant) { value in
      var copy = self
      copy.timeConstant = value
      return copy
    }
    return output.knobs { output in
      var copy = self
      copy.output = output
      return copy
    } + [own]
  }

  public func makeSystem<E: Scalar>(_ network: Network, capacity: Int, _ precision: E.Type)
    -> any ControlledSystem<E>
  {
    DynamicInversionSystem<E>(network, capacity: capacity, self)
  }
}

final class DynamicInversionSystem<E: Scalar>: PlantSystem {
  typealias Element = E
  let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  private let loop: OutputLoop<E>
  private let psiRate: Double
  let controllerName: String

  /// Units whose ψ is part of the state. All of them, but those of a direct output stage and outputs
  /// that are clamped.
  private let psiUnits: [Int]
  private let storesAllPsi: Bool
  private let isDirect: Bool
  /// ψ of every unit, where it is not simply a block of the state; and its tangent.
  private let psi: MatrixBuffer<E>
  private let psiTangent: MatrixBuffer<E>
  /// What travels back: Σ Wᵀψ.
  private let signal: MatrixBuffer<E>
  private let bracket: MatrixBuffer<E>
  /// σ″∘(Σ Wᵀψ) where the Jacobian is taken.
  private let gain: MatrixBuffer<E>
  /// The state last evaluated, while ``signal`` is still what travelled back there: implicit steps take
  /// their tangents where they have just evaluated.
  private let evaluated: MatrixBuffer<E>
  private var evaluatedRows = 0

  init(_ network: Network, capacity: Int, _ controller: DynamicInversion) {
    isDirect = controller.outputStage == .direct && network.outputPopulation.role == .units
    let direct =
      controller.outputStage == .direct && network.outputPopulation.role == .units
      ? network.columns(of: network.output.population) : 0..<0
    let start = network.columns(of: network.output.population).lowerBound
    let held = controller.output.isClamped ? network.outputUnits.map { $0 + start } : []
    psiUnits = (0..<network.unitCount).filter { !direct.contains($0) && !held.contains($0) }
    storesAllPsi = psiUnits.count == network.unitCount
    plant = Plant(
      network, capacity: capacity, controller: controller.output, psiUnits: psiUnits,
      psiTimeConstant: controller.timeConstant)
    evaluator = plant.evaluator
    loop = plant.loop
    controllerName = controller.name
    psiRate = 1 / controller.timeConstant
    let units = network.unitCount
    psi = MatrixBuffer(rows: capacity, columns: units)
    psiTangent = MatrixBuffer(rows: capacity, columns: units)
    signal = MatrixBuffer(rows: capacity, columns: units)
    bracket = MatrixBuffer(rows: capacity, columns: units)
    gain = MatrixBuffer(rows: capacity, columns: units)
    evaluated = MatrixBuffer(rows: capacity, columns: plant.dimension)
  }

  func makeConsistent(sample: Int, state: UnsafeMutablePointer<E>) -> Bool {
    plant.makeConsistent(sample, state, hasPsi: true)
  }

  private(set) lazy var equilibriumMap: (any EquilibriumMap<E>)? = InversionMap(plant)
  private(set) lazy var equilibriumDescent: (any EquilibriumDescent<E>)? = EnergyDescent(plant)

  @specialized(where E == Float)
  @specialized(where E == Double)
  func evaluate(_ z: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let phi = plant.phi(z)
    let phiDot = plant.phi(dz)
    evaluator.activate(phi, slopes: true)
    loop.observeOutputs(phi)
    let psi: MatrixView<E>
    if loop.isClamped {
      psi = holdOutputs(z, bracket: phiDot)
    } else {
      loop.updateControls(integral: plant.integral(z))
      psi = gatherPsi(z, controls: loop.roundedControls, into: self.psi)
      evaluator.field(phi, control: psi, into: phiDot)
    }
    evaluator.divideByTimeConstants(phiDot)

    evaluator.backward(
      psi: psi, readout: loop.controlsAtReadout(), into: signal.mutable(rows: rows))
    let bracket = psiBracketTarget(dz)
    for r in 0..<rows {
      E.gatedLeak(
        psi.row(r), slope: evaluator.slopes.row(r), signal: signal.row(r), into: bracket.row(r),
        count: plant.unitCount)
    }
    if loop.isClamped {
      loop.balance(bracket)
    } else if !isDirect {
      loop.addControls(to: bracket)
    }
    scatterPsi(bracket, into: dz)
    plant.integralDerivative(z, into: dz)
    evaluated.base.update(from: z, count: rows * plant.dimension)
    evaluatedRows = rows
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func linearize(at time: Double, _ state: Span<E>) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      let phi = plant.phi(z)
      if isEvaluated(z) {
        evaluator.linearizeAtEvaluation(phi, curvatures: true)
        loop.linearizeAtEvaluation()
        for r in 0..<plant.rows {
          gain.row(r).update(from: signal.row(r), count: plant.unitCount)
        }
        evaluator.multiplyByCurvatures(gain.mutable(rows: plant.rows))
        return
      }
      if loop.isClamped {
        evaluatedRows = 0
        evaluator.activate(phi, slopes: true)
        let psi = holdOutputs(z, bracket: bracket.mutable(rows: plant.rows))
        evaluator.linearizeAtEvaluation(phi, curvatures: true)
        evaluator.backward(psi: psi, readout: nil, into: gain.mutable(rows: plant.rows))
        evaluator.multiplyByCurvatures(gain.mutable(rows: plant.rows))
        return
      }
      evaluator.linearize(phi, curvatures: true)
      loop.linearize(phi, integral: plant.integral(z))
      let psi = gatherPsi(z, controls: loop.roundedTangents, into: self.psi)
      evaluator.backward(
        psi: psi, readout: loop.controlTangentsAtReadout(), into: gain.mutable(rows: plant.rows))
      evaluator.multiplyByCurvatures(gain.mutable(rows: plant.rows))
    }
  }

  // What was evaluated with other parameters, inputs or targets, or in another order, is void.

  func load(_ parameters: ParameterSet) {
    evaluatedRows = 0
    evaluator.load(parameters)
  }

  func load(inputs: Span<Double>, targets: Span<Double>?, count: Int) {
    evaluatedRows = 0
    plant.load(inputs: inputs, targets: targets, count: count)
  }

  func exchangeSamples(_ first: Int, _ second: Int) {
    evaluatedRows = 0
    plant.exchangeSamples(first, second)
  }

  private func isEvaluated(_ z: UnsafePointer<E>) -> Bool {
    evaluatedRows == plant.rows
      && memcmp(z, evaluated.base, plant.rows * plant.dimension * MemoryLayout<E>.stride) == 0
  }

  /// dφ̇ = ∂f·v_φ + v_ψ,  dψ̇ = ∂fᵀ·v_ψ + σ″∘(Σ Wᵀψ)∘v_φ + S_yᵀ du,  du̇ = −∂²L·dy − α v_u
  @specialized(where E == Float)
  @specialized(where E == Double)
  func tangent(_ v: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let units = plant.unitCount
    let vPhi = plant.phi(v)
    let phiDot = plant.phi(dz)
    evaluator.fieldTangent(vPhi, into: phiDot)
    loop.updateTangents(vPhi, integral: plant.integral(v))
    let vPsi = gatherPsi(v, controls: loop.roundedTangents, into: psiTangent)
    for r in 0..<rows {
      E.linearSum(1, phiDot.row(r), 1, vPsi.row(r), into: phiDot.row(r), count: units)
    }
    if loop.isClamped {
      loop.holdTangents(vPhi, bracket: phiDot)
      write(loop.roundedTangents, into: psiTangent)
    }
    evaluator.divideByTimeConstants(phiDot)

    let back = signal.mutable(rows: rows)
    evaluatedRows = 0
    evaluator.backward(psi: vPsi, readout: loop.controlTangentsAtReadout(), into: back)
    evaluator.multiplyBySlopes(back)
    let bracket = psiBracketTarget(dz)
    for r in 0..<rows {
      E.linearSum(1, back.row(r), -1, vPsi.row(r), into: bracket.row(r), count: units)
      E.addProduct(gain.row(r), vPhi.row(r), to: bracket.row(r), count: units)
    }
    if !isDirect && !loop.isClamped { loop.addControlTangents(to: bracket) }
    scatterPsi(bracket, into: dz)
    plant.integralTangent(v, into: dz)
  }

  func observe(_ state: Span<E>, into observation: inout Observation) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      let phi = plant.phi(z)
      // What has just been certified has just been evaluated.
      if loop.isClamped {
        evaluatedRows = 0
        evaluator.activate(phi, slopes: true)
        loop.observeOutputs(phi)
        let psi = holdOutputs(z, bracket: bracket.mutable(rows: plant.rows))
        evaluator.backward(psi: psi, readout: nil, into: signal.mutable(rows: plant.rows))
        for r in 0..<plant.rows {
          E.gatedLeak(
            psi.row(r), slope: evaluator.slopes.row(r), signal: signal.row(r),
            into: bracket.row(r), count: plant.unitCount)
        }
        loop.balance(bracket.mutable(rows: plant.rows))
        plant.observe(z, into: &observation)
        plant.widen(psi, into: &observation.psi)
        return
      }
      if !isEvaluated(z) {
        evaluator.activate(phi, slopes: true)
        loop.observeOutputs(phi)
        loop.updateControls(integral: plant.integral(z))
      }
      plant.observe(z, into: &observation)
      plant.widen(
        gatherPsi(z, controls: loop.roundedControls, into: psi), into: &observation.psi)
    }
  }

  // MARK: ψ in the state

  private func gatherPsi(
    _ z: UnsafePointer<E>, controls: MatrixBuffer<E>, into psi: MatrixBuffer<E>
  ) -> MatrixView<E> {
    guard !storesAllPsi else {
      return plant.block(z, from: plant.unitCount, count: plant.unitCount)
    }
    let stored = plant.block(z, from: plant.unitCount, count: psiUnits.count)
    for r in 0..<plant.rows {
      let row = psi.row(r)
      row.update(repeating: 0, count: plant.unitCount)
      for (k, unit) in psiUnits.enumerated() { row[unit] = stored.row(r)[k] }
      // Of clamped outputs this is not known yet.
      guard isDirect else { continue }
      for (k, column) in loop.columns.enumerated() { row[column] = controls.row(r)[k] }
    }
    return psi.view(rows: plant.rows)
  }

  /// ψ of every unit, where that of the outputs is what holds them, and f + ψ; at the rates of the last
  /// activation.
  private func holdOutputs(
    _ z: UnsafePointer<E>, bracket: MutableMatrixView<E>
  ) -> MatrixView<E> {
    let phi = plant.phi(z)
    let psi = gatherPsi(z, controls: loop.roundedControls, into: self.psi)
    evaluator.field(phi, control: psi, into: bracket)
    loop.hold(phi, bracket: bracket)
    write(loop.roundedControls, into: self.psi)
    return psi
  }

  /// Writes values of the outputs into the columns that they have among the units.
  private func write(_ values: MatrixBuffer<E>, into psi: MatrixBuffer<E>) {
    for r in 0..<plant.rows {
      for (k, column) in loop.columns.enumerated() { psi.row(r)[column] = values.row(r)[k] }
    }
  }

  /// Where the bracket of every ψ is assembled: in the derivative itself where the layouts agree.
  private func psiBracketTarget(_ dz: UnsafeMutablePointer<E>) -> MutableMatrixView<E> {
    !storesAllPsi
      ? bracket.mutable(rows: plant.rows)
      : plant.block(dz, from: plant.unitCount, count: plant.unitCount)
  }

  private func scatterPsi(_ bracket: MutableMatrixView<E>, into dz: UnsafeMutablePointer<E>) {
    let psiDot = plant.block(dz, from: plant.unitCount, count: psiUnits.count)
    for r in 0..<plant.rows {
      if !storesAllPsi {
        for (k, unit) in psiUnits.enumerated() { psiDot.row(r)[k] = bracket.row(r)[unit] }
      }
      if psiRate != 1 {
        E.scale(psiRate, psiDot.row(r), into: psiDot.row(r), count: psiUnits.count)
      }
    }
  }
}
