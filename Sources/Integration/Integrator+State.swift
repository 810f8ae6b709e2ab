internal import CSUNDIALS
internal import LinearAlgebra

extension Integrator {
  /// The active rows of the state, valid until the next call that moves or drops rows.
  package var stateElements: UnsafeMutablePointer<Element> { state.elements(Element.self) }

  /// Elements of the state: active rows × columns.
  public var stateCount: Int { layout.rows * layout.width }

  /// Lends the state at ``time``: active rows × columns, row-major.
  public func withState<Result>(_ body: (Span<Element>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(start: stateElements, count: stateCount).span)
  }

  /// Writes the state, or a derivative of it in time, at a time within the last step.
  ///
  /// Dense output: the polynomial that CVODE itself steps with, of the order in use.
  ///
  /// - Parameters:
  ///   - time: within the last step, in model time.
  ///   - derivative: 0 to the order of the last step.
  ///   - result: where it is written, row by row.
  public func interpolate(
    at time: Double, derivative: Int = 0, into result: inout MutableSpan<Element>
  ) throws {
    precondition(
      result.count == stateCount, "a state has \(stateCount) elements, the result \(result.count)")
    guard hasSteps else {
      // CVODE's polynomial exists after the first step only.
      guard derivative == 0, time == self.time else { throw IntegrationError.notStarted }
      copy(state.pointer, into: &result)
      return
    }
    let work = callbacks.work.pointer
    let flag = CVodeGetDky(cvode, time, Int32(clamping: derivative), work)
    if flag == CV_BAD_T {
      let statistics = statistics
      throw IntegrationError.outsideLastStep(
        time: time, from: statistics.currentTime - statistics.lastStep,
        to: statistics.currentTime)
    }
    if flag == CV_BAD_K {
      throw IntegrationError.badInput(
        "derivative \(derivative) is not known: the last step was of order \(statistics.lastOrder)")
    }
    try check(flag)
    copy(work, into: &result)
  }

  /// Writes the weights 1 / (rtol·|z| + atol) of the last step.
  public func errorWeights(into result: inout MutableSpan<Element>) throws {
    guard hasSteps else { throw IntegrationError.notStarted }
    try check(CVodeGetErrWeights(cvode, callbacks.work.pointer))
    copy(callbacks.work.pointer, into: &result)
  }

  /// Writes the local errors estimated in the last step. Times the weights, they say which variables
  /// determine the step size.
  public func estimatedLocalErrors(into result: inout MutableSpan<Element>) throws {
    guard hasSteps else { throw IntegrationError.notStarted }
    try check(CVodeGetEstLocalErrors(cvode, callbacks.work.pointer))
    copy(callbacks.work.pointer, into: &result)
  }

  private func copy(_ vector: N_Vector, into result: inout MutableSpan<Element>) {
    precondition(
      result.count == stateCount, "a state has \(stateCount) elements, the result \(result.count)")
    let source = vector.elements(Element.self)
    let count = stateCount
    result.withUnsafeMutableBufferPointer { target in
      target.baseAddress?.update(from: source, count: count)
    }
  }
}
