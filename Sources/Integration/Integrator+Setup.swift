internal import CSUNDIALS

/// Makes a CVODE instance as the options want it, and gives it to `memory`.
func makeCVODE(
  _ memory: SolverMemory, _ options: IntegratorOptions, _ choice: LinearSolverChoice,
  callbacks: SolverCallbacks, template: N_Vector
) throws(IntegrationError) -> UnsafeMutableRawPointer {
  let context = memory.context
  let method = options.method == .bdf ? CV_BDF : CV_ADAMS
  guard let cvode = CVodeCreate(method, context.pointer) else {
    throw .outOfMemory("CVODE could not be created")
  }
  memory.cvode = cvode

  func check(_ flag: Int32) throws(IntegrationError) {
    guard flag < 0 else { return }
    let sentence = context.takeSentence()
    if flag == CV_MEM_FAIL { throw .outOfMemory(sentence) }
    throw .badInput("CVODE refused an option: \(sentence)")
  }

  try check(csundials_cvode_report(cvode, context.reporter))
  try check(CVodeSetUserData(cvode, Unmanaged.passUnretained(callbacks).toOpaque()))
  try check(CVodeInit(cvode, cvodeRightHandSide, 0, template))
  try check(CVodeWFtolerances(cvode, cvodeWeights))
  // `cvodeWeights` notices a time that stands still, and that is an error.
  try check(CVodeSetMaxHnilWarns(cvode, -1))
  try check(CVodeSetNoInactiveRootWarn(cvode))

  if options.minimumStep > 0 { try check(CVodeSetMinStep(cvode, options.minimumStep)) }
  if let maximumStep = options.maximumStep, maximumStep.isFinite {
    try check(CVodeSetMaxStep(cvode, maximumStep))
  }
  if let maximumOrder = options.maximumOrder {
    try check(CVodeSetMaxOrd(cvode, Int32(maximumOrder)))
  }
  try check(CVodeSetEtaMaxFirstStep(cvode, options.maximumFirstGrowth))
  try check(CVodeSetEtaMaxEarlyStep(cvode, options.maximumGrowth))
  try check(CVodeSetEtaMax(cvode, options.maximumGrowth))
  try check(CVodeSetMaxErrTestFails(cvode, Int32(clamping: options.errorTestFailureLimit)))
  try check(CVodeSetMaxConvFails(cvode, Int32(clamping: options.convergenceFailureLimit)))
  try check(CVodeSetNonlinConvCoef(cvode, options.nonlinearToleranceFactor))
  if options.detectsStabilityLimit, options.method == .bdf {
    try check(CVodeSetStabLimDet(cvode, 1))
  }

  switch choice {
  case .functional(let depth):
    guard let solver = SUNNonlinSol_FixedPoint(template, Int32(clamping: depth), context.pointer)
    else { throw .outOfMemory("no memory for the fixed-point solver") }
    memory.nonlinearSolver = solver
    try check(CVodeSetNonlinearSolver(cvode, solver))
  case .krylov(let dimension, let preconditioner):
    try setKrylov(memory, cvode, dimension, preconditioner, options, callbacks, check)
  case .automatic, .dense:
    guard let matrix = makeBlockMatrix(callbacks.layout) else {
      throw .outOfMemory("no memory for the Jacobian")
    }
    memory.matrix = matrix
    guard let solver = makeBlockLinearSolver(callbacks.layout) else {
      throw .outOfMemory("no memory for the linear solver")
    }
    memory.linearSolver = solver
    try check(CVodeSetLinearSolver(cvode, solver, matrix))
    try check(CVodeSetJacFn(cvode, cvodeJacobian))
  }
  try check(CVodeSetMaxNonlinIters(cvode, Int32(clamping: options.nonlinearIterationLimit)))
  return cvode
}

private func setKrylov(
  _ memory: SolverMemory, _ cvode: UnsafeMutableRawPointer, _ dimension: Int,
  _ preconditioner: LinearSolverChoice.Preconditioning,
  _ options: IntegratorOptions, _ callbacks: SolverCallbacks,
  _ check: (Int32) throws(IntegrationError) -> Void
) throws(IntegrationError) {
  guard let solver = makeRowGMRES(callbacks.layout, side: preconditioner, dimension: dimension)
  else {
    throw .outOfMemory("no memory for \(dimension) Krylov vectors")
  }
  memory.linearSolver = solver
  try check(CVodeSetLinearSolver(cvode, solver, nil))
  try check(CVodeSetJacTimes(cvode, cvodeProductSetup, cvodeProduct))
  try check(CVodeSetEpsLin(cvode, options.linearToleranceFactor))
  // The linear solver measures a row by its weighted 2-norm, √width times its part in our WRMS norm.
  try check(CVodeSetLSNormFactor(cvode, Double(callbacks.layout.width).squareRoot()))
  if preconditioner != .none {
    guard callbacks.field.hasPreconditioner else {
      throw .badInput("a preconditioner is asked for, and the field is no PreconditionedField")
    }
    try check(CVodeSetPreconditioner(cvode, cvodePreconditionerSetup, cvodePreconditionerSolve))
  }
}
