internal import CSUNDIALS
internal import LinearAlgebra

extension Integrator {
  /// Throws what a flag of CVODE means: first what Swift code threw, then our own findings, then
  /// CVODE's.
  func check(_ flag: Int32) throws {
    guard flag < 0 else { return }
    let sentence = memory.context.takeSentence()
    if let error = callbacks.error {
      callbacks.clearFailures()
      throw error
    }
    switch callbacks.weightFailure {
    case .timeStands: throw timeUnderflow()
    case .accuracy(let factor):
      throw IntegrationError.toleranceOutOfReach(factor: factor, situation())
    case .notPositive(let index):
      let component = callbacks.component(index, value: stateValue(index))
      throw IntegrationError.noTolerance(component, situation())
    case nil: break
    }
    if let name = callbacks.eventFailure {
      throw IntegrationError.eventNotFinite(name: name, situation())
    }
    let blamesField = [
      CV_CONV_FAILURE, CV_RHSFUNC_FAIL, CV_FIRST_RHSFUNC_ERR, CV_REPTD_RHSFUNC_ERR,
      CV_UNREC_RHSFUNC_ERR, CV_LSETUP_FAIL, CV_LSOLVE_FAIL,
    ]
    if let found = callbacks.notFinite, blamesField.contains(flag) { throw notFiniteError(found) }
    throw failure(flag, sentence)
  }

  func notFiniteError(_ found: SolverCallbacks.NotFinite) -> IntegrationError {
    var situation = situation()
    situation.time = found.time
    return .notFinite(
      found.quantity, callbacks.component(found.index, value: found.value), situation)
  }

  /// t + h = t, or the reason for it: steps also vanish where the field ends, because every step
  /// beyond is refused.
  func timeUnderflow() -> IntegrationError {
    let situation = situation()
    if let found = callbacks.lastNotFinite,
      (found.time - situation.time).magnitude <= 1e-10 * situation.time.magnitude
    {
      return notFiniteError(found)
    }
    return .timeUnderflow(situation)
  }

  private func failure(_ flag: Int32, _ sentence: String) -> IntegrationError {
    switch flag {
    case CV_TOO_MUCH_WORK:
      return .stepLimitReached(limit: options.stepLimit, situation())
    case CV_TOO_MUCH_ACC:
      return .toleranceOutOfReach(factor: statistics.toleranceScaleFactor, situation())
    case CV_ERR_FAILURE: return .errorTestFailed(situation())
    case CV_CONV_FAILURE: return .correctorNotConverged(situation())
    case CV_LINIT_FAIL: return .linearSolverFailed(.initialization, sentence, situation())
    case CV_LSETUP_FAIL: return .linearSolverFailed(.setup, sentence, situation())
    case CV_LSOLVE_FAIL: return .linearSolverFailed(.solution, sentence, situation())
    case CV_NLS_INIT_FAIL, CV_NLS_SETUP_FAIL, CV_NLS_FAIL:
      return .nonlinearSolverFailed(sentence, situation())
    case CV_MEM_FAIL: return .outOfMemory(sentence)
    case CV_TOO_CLOSE: return .badInput("the time to reach is too close for one step: \(sentence)")
    case CV_ILL_INPUT: return .badInput(sentence)
    default: return .unexpected(sentence, situation())
    }
  }

  private func stateValue(_ index: Int) -> Double {
    index < stateCount ? Double(stateElements[index]) : .nan
  }

  /// Where the integration is, with the variable that has the largest estimated error.
  public func situation() -> IntegrationError.Situation {
    let statistics = statistics
    return IntegrationError.Situation(
      time: statistics.steps > 0 ? statistics.currentTime : time,
      stepSize: statistics.currentStep, order: statistics.currentOrder, steps: statistics.steps,
      worst: worstVariable())
  }

  /// The variable whose estimated local error is largest in proportion to its tolerance.
  public func worstVariable() -> IntegrationError.Component? {
    var iterations = 0
    CVodeGetNumNonlinSolvIters(cvode, &iterations)
    let errors = callbacks.work.pointer
    let weights = callbacks.product.pointer
    guard iterations > 0, CVodeGetEstLocalErrors(cvode, errors) == 0,
      CVodeGetErrWeights(cvode, weights) == 0
    else { return nil }
    let index =
      errors.isSingle
      ? VectorKernels<Float>.largestWeighted(errors, weights)
      : VectorKernels<Double>.largestWeighted(errors, weights)
    return index.map { callbacks.component($0, value: stateValue($0)) }
  }

  /// The variables that dominate the local error, of the sample in which it is largest: CVODE's estimates of
  /// the last step that was tried, times its error weights. Empty before the first step.
  ///
  /// - Parameter count: how many at most, the largest first.
  public func localErrors(largest count: Int = 3) -> [LocalError] {
    var iterations = 0
    CVodeGetNumNonlinSolvIters(cvode, &iterations)
    let errors = callbacks.work.pointer
    let weights = callbacks.product.pointer
    guard iterations > 0, CVodeGetEstLocalErrors(cvode, errors) == 0,
      CVodeGetErrWeights(cvode, weights) == 0
    else { return [] }
    let (e, w) = (errors.elements(Element.self), weights.elements(Element.self))
    let width = layout.width
    func weighted(_ index: Int) -> Double { abs(Double(e[index]) * Double(w[index])) }
    var worst: (sample: Int, sum: Double)?
    for sample in 0..<stateCount / width {
      let sum = (0..<width).reduce(0.0) {
        let error = weighted(sample * width + $1)
        return $0 + error * error
      }
      if sum.isFinite, sum > worst?.sum ?? 0 { worst = (sample, sum) }
    }
    guard let worst else { return [] }
    let start = worst.sample * width
    return (start..<start + width).sorted { weighted($0) > weighted($1) }.prefix(count).map {
      LocalError(
        component: callbacks.component($0, value: stateValue($0)), weighted: weighted($0),
        share: weighted($0) * weighted($0) / worst.sum)
    }
  }
}
