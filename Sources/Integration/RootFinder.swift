internal import CSUNDIALS
public import LinearAlgebra

/// Looks for states with F(t, z) = 0 at a fixed time: one KINSOL instance on one vector field.
///
/// A root is an equilibrium, stable or not; which of several is found depends on the first guess.
/// All samples are searched together, and the one that fares worst decides. A finder serves one task
/// at a time, and can be used again and again.
public final class RootFinder<Element: Scalar> {
  /// Method, tolerance and limits.
  public let options: RootFinderOptions
  /// The function whose root is wanted.
  public let field: any VectorField<Element>

  private let layout: StateLayout
  private let memory: SolverMemory
  private let kinsol: UnsafeMutableRawPointer
  private let callbacks: RootCallbacks
  private let state: StateVector
  private let stateScale: StateVector
  private let residualScale: StateVector

  /// Makes a finder for as many samples as the field has now.
  public init(_ field: any VectorField<Element>, options: RootFinderOptions = .init()) throws {
    try options.validate(columns: field.dimension)
    self.options = options
    self.field = field
    let context = try SolverContext()
    layout = try StateLayout(
      Element.self, capacity: field.samples, width: field.dimension, context: context)
    state = try StateVector(layout)
    stateScale = try StateVector(layout)
    residualScale = try StateVector(layout)
    let ones = [Double](repeating: 1, count: layout.width)
    var steps = options.steps ?? ones
    // KINSOL damps only what it accelerates; without, a damped step is a shorter one.
    if case .anderson(0, let damping) = options.method { steps = steps.map { $0 * damping } }
    callbacks = try RootCallbacks(
      SolverCallbacks(
        TypedField(field), layout, relative: ones.map { _ in 0 },
        absolute: options.stateScale ?? ones),
      steps: steps)
    memory = SolverMemory(context)
    let rounding = Double(Element.ulpOfOne)
    kinsol = try makeKINSOL(
      memory, options, callbacks: callbacks, template: state.pointer, rounding: rounding)
  }

  /// Searches from `state`, `field.samples` rows, and leaves the last iterate there.
  ///
  /// A search that ends without a root is no error: see ``RootResult/outcome`` and
  /// ``RootResult/checked()``.
  ///
  /// - Throws: what the field throws, and ``IntegrationError`` where numbers are not finite.
  public func solve(at time: Double, _ guess: inout MutableSpan<Element>) throws -> RootResult {
    let rows = field.samples
    guard (1...layout.capacity).contains(rows) else {
      throw IntegrationError.badInput(
        "the field has \(rows) samples, and the finder was made for 1 to \(layout.capacity)")
    }
    guard guess.count == rows * layout.width else {
      throw IntegrationError.badInput(
        "\(guess.count) numbers are no state of \(rows) samples × \(layout.width) variables")
    }
    let solver = callbacks.solver
    layout.reset(rows: rows)
    let elements = state.elements(Element.self)
    let count = rows * layout.width
    guess.withUnsafeMutableBufferPointer { source in
      if let base = source.baseAddress { elements.update(from: base, count: count) }
    }
    callbacks.time = time
    solver.clearFailures()
    solver.clearCounts()
    if solver.checkFinite(state.pointer, .state, at: time) != 0 { throw notFiniteError() }
    _ = solver.computeWeights(of: state.pointer, into: solver.weights.pointer)
    fillScales()

    let strategy: Int32
    if case .anderson = options.method { strategy = KIN_FP } else { strategy = KIN_LINESEARCH }
    let flag = KINSol(
      kinsol, state.pointer, strategy, stateScale.pointer, residualScale.pointer)
    let outcome = try outcome(flag)
    let residual = try finalResidual()
    guess.withUnsafeMutableBufferPointer { target in
      target.baseAddress?.update(from: elements, count: count)
    }
    return RootResult(outcome: outcome, residual: residual, statistics: statistics())
  }

  /// KINSOL multiplies by its scales: they are the reciprocals of typical magnitudes.
  private func fillScales() {
    let ones = [Double](repeating: 1, count: layout.width)
    let state = options.stateScale?.map { 1 / $0 } ?? ones
    let residual = options.residualScale?.map { 1 / $0 } ?? ones
    if stateScale.pointer.isSingle {
      VectorKernels<Float>.fillRows(of: stateScale.pointer, with: state)
      VectorKernels<Float>.fillRows(of: residualScale.pointer, with: residual)
    } else {
      VectorKernels<Double>.fillRows(of: stateScale.pointer, with: state)
      VectorKernels<Double>.fillRows(of: residualScale.pointer, with: residual)
    }
  }

  /// The residual of the state that is returned, not of an older iterate.
  private func finalResidual() throws -> Double {
    let solver = callbacks.solver
    let product = solver.product.pointer
    solver.fieldEvaluations += 1
    if solver.derivative(at: callbacks.time, state.pointer, into: product) != 0 {
      if let error = solver.error { throw error }
      return .infinity
    }
    N_VProd(product, residualScale.pointer, product)
    return N_VMaxNorm(product)
  }

  private func notFiniteError() -> IntegrationError {
    let solver = callbacks.solver
    guard let found = solver.notFinite else { return .unexpected("", situation()) }
    return .notFinite(
      found.quantity, solver.component(found.index, value: found.value), situation())
  }

  private func situation() -> IntegrationError.Situation {
    let statistics = statistics()
    return IntegrationError.Situation(
      time: callbacks.time, stepSize: statistics.lastStep, order: 0,
      steps: statistics.iterations, worst: nil)
  }

  private func outcome(_ flag: Int32) throws -> RootOutcome {
    let sentence = memory.context.takeSentence()
    let solver = callbacks.solver
    if flag < 0, let error = solver.error {
      solver.clearFailures()
      throw error
    }
    switch flag {
    case KIN_SUCCESS: return .converged
    case KIN_INITIAL_GUESS_OK: return .startedAtRoot
    case KIN_STEP_LT_STPTOL: return .stepTooSmall
    case KIN_MAXITER_REACHED: return .iterationLimit
    case KIN_LINESEARCH_NONCONV, KIN_LINESEARCH_BCFAIL: return .lineSearchFailed
    case KIN_MXNEWT_5X_EXCEEDED: return .stepsTooLong
    case KIN_LINSOLV_NO_RECOVERY where solver.notFinite == nil: return .linearSolverFailed
    case KIN_MEM_FAIL: throw IntegrationError.outOfMemory(sentence)
    case KIN_ILL_INPUT: throw IntegrationError.badInput(sentence)
    case KIN_LINIT_FAIL:
      throw IntegrationError.linearSolverFailed(.initialization, sentence, situation())
    case KIN_SYSFUNC_FAIL, KIN_FIRST_SYSFUNC_ERR, KIN_REPTD_SYSFUNC_ERR, KIN_LINSOLV_NO_RECOVERY,
      KIN_LSETUP_FAIL, KIN_LSOLVE_FAIL:
      if solver.notFinite != nil { throw notFiniteError() }
      throw IntegrationError.linearSolverFailed(
        flag == KIN_LSETUP_FAIL ? .setup : .solution, sentence, situation())
    default: throw IntegrationError.unexpected(sentence, situation())
    }
  }

  private func statistics() -> RootResult.Statistics {
    var result = RootResult.Statistics()
    KINGetNumNonlinSolvIters(kinsol, &result.iterations)
    KINGetNumBacktrackOps(kinsol, &result.backtracks)
    KINGetNumBetaCondFails(kinsol, &result.betaConditionFailures)
    KINGetStepLength(kinsol, &result.lastStep)
    if memory.linearSolver != nil {
      KINGetNumLinIters(kinsol, &result.krylovIterations)
      KINGetNumLinConvFails(kinsol, &result.linearConvergenceFailures)
    }
    let solver = callbacks.solver
    result.fieldEvaluations = solver.fieldEvaluations + solver.differenceEvaluations
    result.jacobianProducts = solver.jacobianProducts
    return result
  }
}
