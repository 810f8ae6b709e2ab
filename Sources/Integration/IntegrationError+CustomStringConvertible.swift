extension IntegrationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badInput(let sentence): sentence
    case .outOfMemory(let what): "out of memory: \(what)"
    case .notStarted:
      "nothing has been integrated yet: call start(at:state:), and step() or advance(to:) for "
        + "quantities of the last step"
    case .outsideLastStep(let time, let from, let to):
      "the solution is known from t = \(from) to \(to), the last step; t = \(time) is outside: "
        + "interpolate after every step"
    case .stepLimitReached(let limit, let situation):
      "\(limit) steps were not enough. \(situation) Raise stepLimit, loosen the tolerances, or use "
        + "BDF if the problem is stiff"
    case .toleranceOutOfReach(let factor, let situation):
      "the tolerances are below rounding error: \(factor) times as large they would be in reach. "
        + "\(situation) Loosen them, or use double precision"
    case .errorTestFailed(let situation):
      "the local error stays above its tolerance however small the step. \(situation) The field may "
        + "be discontinuous or singular there; loosen the tolerances, or lower minimumStep"
    case .correctorNotConverged(let situation):
      "the corrector does not converge however small the step. \(situation) Check the Jacobian "
        + "product against differences, raise the Krylov dimension, or lower minimumStep"
    case .linearSolverFailed(let phase, let sentence, let situation):
      "the linear solver failed in its \(phase.rawValue). \(situation) \(sentence)"
    case .nonlinearSolverFailed(let sentence, let situation):
      "the nonlinear solver failed. \(situation) \(sentence)"
    case .timeUnderflow(let situation):
      "time stands still: the step is too small to change it (t + h = t). \(situation) The solution "
        + "may be singular there; start time at 0, or loosen the tolerances"
    case .notFinite(let quantity, let component, let situation):
      "\(quantity.rawValue) is \(component.value) at \(component.name) of sample "
        + "\(component.sample). \(situation) The state may have diverged or left the field's domain; "
        + "lower maximumStep or check the input"
    case .noTolerance(let component, let situation):
      "\(component.name) of sample \(component.sample) is \(component.value) and has no tolerance. "
        + "\(situation) Give it an absolute tolerance above 0"
    case .eventNotFinite(let name, let situation):
      "the function of event '\(name)' is not finite. \(situation)"
    case .rootNotFound(let outcome, let residual, let iterations):
      "no root: \(outcome.sentence) after \(iterations) iterations, with a residual of \(residual). "
        + "Start nearer to the root, or integrate towards it first"
    case .unexpected(let sentence, let situation): "\(sentence) \(situation)"
    }
  }
}

extension IntegrationError.Situation: CustomStringConvertible {
  /// One sentence: time, step, order, number of steps and the worst variable.
  public var description: String {
    var sentence = "It was at t = \(time) after \(steps) steps, with step \(stepSize)"
    if order > 0 { sentence += " and order \(order)" }
    if let worst {
      sentence +=
        "; the largest error was that of \(worst.name) (\(worst.value)) of sample "
        + "\(worst.sample)"
    }
    return sentence + "."
  }
}
