internal import CSUNDIALS

extension Integrator {
  /// What has been counted since the last start.
  public var statistics: Statistics {
    var result = Statistics()
    let cvode = cvode
    func count(_ get: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32) -> Int {
      var value = 0
      return get(cvode, &value) == 0 ? value : 0
    }
    func number(
      _ get: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Double>?) -> Int32
    ) -> Double {
      var value = 0.0
      return get(cvode, &value) == 0 ? value : 0
    }
    func order(_ get: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> Int32) -> Int {
      var value: Int32 = 0
      return get(cvode, &value) == 0 ? Int(value) : 0
    }
    result.steps = count(CVodeGetNumSteps)
    result.fieldEvaluations = count(CVodeGetNumRhsEvals)
    result.differenceEvaluations = callbacks.differenceEvaluations
    result.errorTestFailures = count(CVodeGetNumErrTestFails)
    result.stepSolveFailures = count(CVodeGetNumStepSolveFails)
    result.stabilityLimitOrderReductions = count(CVodeGetNumStabLimOrderReds)
    result.eventEvaluations = count(CVodeGetNumGEvals)
    result.lastOrder = order(CVodeGetLastOrder)
    result.currentOrder = order(CVodeGetCurrentOrder)
    result.initialStep = number(CVodeGetActualInitStep)
    result.lastStep = number(CVodeGetLastStep)
    result.currentStep = number(CVodeGetCurrentStep)
    result.currentTime = number(CVodeGetCurrentTime)
    result.currentGamma = number(CVodeGetCurrentGamma)
    result.toleranceScaleFactor = number(CVodeGetTolScaleFactor)
    result.nonlinearIterations = count(CVodeGetNumNonlinSolvIters)
    result.nonlinearConvergenceFailures = count(CVodeGetNumNonlinSolvConvFails)
    result.jacobianProducts = callbacks.jacobianProducts
    CVodeGetWorkSpace(cvode, &result.realWorkspace, &result.integerWorkspace)
    // Without a linear solver these are errors, which SUNDIALS would report one by one.
    if memory.linearSolver != nil {
      result.linearSolverSetups = count(CVodeGetNumLinSolvSetups)
      result.jacobianEvaluations = count(CVodeGetNumJacEvals)
      result.jacobianProductSetups = count(CVodeGetNumJTSetupEvals)
      result.krylovIterations = count(CVodeGetNumLinIters)
      result.linearConvergenceFailures = count(CVodeGetNumLinConvFails)
      result.preconditionerSetups = count(CVodeGetNumPrecEvals)
      result.preconditionerSolves = count(CVodeGetNumPrecSolves)
      CVodeGetLinWorkSpace(cvode, &result.linearRealWorkspace, &result.linearIntegerWorkspace)
    }
    return result
  }
}
