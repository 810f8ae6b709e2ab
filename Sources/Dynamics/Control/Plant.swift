internal import Integration
internal import LinearAlgebra

/// What every controlled system has: the network at work, its output loop, and the layout of the
/// state. Systems own one and add their own equations.
final class Plant<E: Scalar> {
  let network: Network
  let evaluator: NetworkEvaluator<E>
  let loop: OutputLoop<E>
  let capacity: Int
  let unitCount: Int
  /// Columns of a sample's state.
  let dimension: Int
  let variables: [StateVariable]
  let bracketWeights: ContiguousArray<E>
  let columns: ControlledColumns
  /// Where u_i starts, if it is part of the state.
  var integralColumn: Int? { columns.integral }
  private let names: [String]
  /// For dense methods, shared among all that settle the same network with the same parameters.
  var dense: DenseNetwork?

  /// - Parameter psiUnits: the units whose ψ is part of the state, with the time constant of that.
  init(
    _ network: Network, capacity: Int, controller: OutputController?,
    psiUnits: [Int] = [], psiTimeConstant: Double = 1
  ) {
    self.network = network
    self.capacity = capacity
    let evaluator = NetworkEvaluator<E>(network, capacity: capacity)
    self.evaluator = evaluator
    let loop = OutputLoop(evaluator, controller: controller)
    self.loop = loop
    let units = evaluator.unitCount
    unitCount = units

    var variables = [StateVariable(name: "phi", columns: 0..<units)]
    var weights = evaluator.timeConstants.map { E($0) }
    var names = (0..<units).map { "phi." + evaluator.unitName($0) }
    if !psiUnits.isEmpty {
      variables.append(
        StateVariable(name: "psi", columns: names.count..<names.count + psiUnits.count))
      weights += psiUnits.map { _ in E(psiTimeConstant) }
      names += psiUnits.map { "psi." + evaluator.unitName($0) }
    }
    var integral: Int?
    if let controller, controller.hasState {
      integral = names.count
      variables.append(StateVariable(name: "u", columns: names.count..<names.count + loop.count))
      // In units of u: the bracket −∇L − αu is divided by the leak where there is one.
      let scale =
        controller.leak > 0
        ? controller.timeConstant / controller.leak
        : controller.timeConstant
      weights += (0..<loop.count).map { _ in E(scale) }
      let prefix = controller.proportional > 0 ? "u_integral." : "u."
      names += network.outputUnits.map { "\(prefix)\(network.output.population).\($0)" }
    }
    dimension = names.count
    columns = ControlledColumns(
      dimension: names.count, units: units, psiUnits: psiUnits, outputs: loop.count,
      integral: integral, controller: controller)
    self.variables = variables
    bracketWeights = ContiguousArray(weights)
    self.names = names
  }

  var rows: Int { evaluator.rows }

  func componentName(_ column: Int) -> String { names[column] }

  func load(inputs: Span<Double>, targets: Span<Double>?, count: Int) {
    evaluator.load(inputs: inputs, count: count)
    loop.load(targets: targets, count: count)
  }

  func exchangeSamples(_ first: Int, _ second: Int) {
    evaluator.exchangeSamples(first, second)
    loop.exchangeSamples(first, second)
  }

  // MARK: Views of a state

  func block(_ state: UnsafePointer<E>, from column: Int, count: Int) -> MatrixView<E> {
    MatrixView(state + column, rows: rows, columns: count, stride: dimension)
  }

  func block(
    _ state: UnsafeMutablePointer<E>, from column: Int, count: Int
  ) -> MutableMatrixView<E> {
    MutableMatrixView(state + column, rows: rows, columns: count, stride: dimension)
  }

  func phi(_ state: UnsafePointer<E>) -> MatrixView<E> { block(state, from: 0, count: unitCount) }

  func phi(_ state: UnsafeMutablePointer<E>) -> MutableMatrixView<E> {
    block(state, from: 0, count: unitCount)
  }

  func integral(_ state: UnsafePointer<E>) -> MatrixView<E>? {
    integralColumn.map { block(state, from: $0, count: loop.count) }
  }

  /// Writes u̇_i into the derivative, if u_i is part of the state.
  func integralDerivative(_ state: UnsafePointer<E>, into derivative: UnsafeMutablePointer<E>) {
    guard let column = integralColumn else { return }
    loop.derivative(
      integral: block(state, from: column, count: loop.count),
      into: block(derivative, from: column, count: loop.count))
  }

  func integralTangent(_ vector: UnsafePointer<E>, into product: UnsafeMutablePointer<E>) {
    guard let column = integralColumn else { return }
    loop.tangentDerivative(
      integral: block(vector, from: column, count: loop.count),
      into: block(product, from: column, count: loop.count))
  }

  /// Puts u_i of one row, and with it ψ of the outputs where that is part of the state, where the
  /// outputs say that they rest.
  ///
  /// - Parameter hasPsi: whether ψ of the outputs carries u.
  func makeConsistent(
    _ row: Int, _ state: UnsafeMutablePointer<E>, hasPsi: Bool
  ) -> Bool {
    guard let integralColumn, loop.restGain.isFinite, loop.restGain > 0 else { return false }
    let before = loop.roundedControls.row(row)
    if hasPsi && !loop.isReadout {
      for (k, unit) in columns.psiUnits.enumerated() {
        guard let output = loop.columns.firstIndex(of: unit) else { continue }
        state[unitCount + k] -= before[output]
      }
    }
    loop.restControls(row)
    if hasPsi && !loop.isReadout {
      for (k, unit) in columns.psiUnits.enumerated() {
        guard let output = loop.columns.firstIndex(of: unit) else { continue }
        state[unitCount + k] += loop.roundedControls.row(row)[output]
      }
    }
    loop.writeRestIntegral(row, into: state + integralColumn)
    return true
  }

  // MARK: Observation

  /// Fills everything but ψ. Rates, slopes, outputs and u must have been evaluated at `state`.
  func observe(_ state: UnsafePointer<E>, into observation: inout Observation) {
    observation.resize(rows)
    let phi = phi(state)
    widen(phi, into: &observation.phi)
    widen(evaluator.rates.view(rows: rows), into: &observation.rates)
    widen(evaluator.slopes.view(rows: rows), into: &observation.slopes)
    for i in 0..<rows * loop.count {
      observation.outputs[i] = loop.outputs.base[i]
      observation.u[i] = loop.controls.base[i]
    }
    for r in 0..<rows { observation.losses[r] = loop.loss(of: r) }
  }

  func widen(_ view: MatrixView<E>, into values: inout ContiguousArray<Double>) {
    values.withUnsafeMutableBufferPointer {
      for r in 0..<view.rows {
        E.widen(view.row(r), into: $0.baseAddress! + r * view.columns, count: view.columns)
      }
    }
  }
}
