internal import CSUNDIALS

/// Makes a KINSOL instance as the options want it, and gives it to `memory`.
func makeKINSOL(
  _ memory: SolverMemory, _ options: RootFinderOptions, callbacks: RootCallbacks,
  template: N_Vector, rounding: Double
) throws(IntegrationError) -> UnsafeMutableRawPointer {
  let context = memory.context
  guard let kinsol = KINCreate(context.pointer) else {
    throw .outOfMemory("KINSOL could not be created")
  }
  memory.kinsol = kinsol

  func check(_ flag: Int32) throws(IntegrationError) {
    guard flag < 0 else { return }
    let sentence = context.takeSentence()
    if flag == KIN_MEM_FAIL { throw .outOfMemory(sentence) }
    throw .badInput("KINSOL refused an option: \(sentence)")
  }

  try check(csundials_kinsol_report(kinsol, context.reporter))
  try check(KINSetUserData(kinsol, Unmanaged.passUnretained(callbacks).toOpaque()))
  try check(KINSetNumMaxIters(kinsol, options.iterationLimit))
  switch options.method {
  case .anderson(let depth, let damping):
    // The depth decides what KINInit allocates.
    try check(KINSetMAA(kinsol, depth))
    try check(KINInit(kinsol, kinsolFixedPoint, template))
    if depth > 0, damping < 1 { try check(KINSetDampingAA(kinsol, damping)) }
  case .newtonKrylov(let dimension, let forcing):
    try check(KINInit(kinsol, kinsolResidual, template))
    guard
      let solver = SUNLinSol_SPGMR(
        template, Int32(SUN_PREC_NONE), Int32(clamping: dimension), context.pointer)
    else { throw .outOfMemory("no memory for \(dimension) Krylov vectors") }
    memory.linearSolver = solver
    try check(KINSetLinearSolver(kinsol, solver, nil))
    try check(KINSetJacTimesVecFn(kinsol, kinsolProduct))
    switch forcing {
    case .first: try check(KINSetEtaForm(kinsol, KIN_ETACHOICE1))
    case .second(let gamma, let alpha):
      try check(KINSetEtaForm(kinsol, KIN_ETACHOICE2))
      try check(KINSetEtaParams(kinsol, gamma, alpha))
    case .constant(let value):
      try check(KINSetEtaForm(kinsol, KIN_ETACONSTANT))
      try check(KINSetEtaConstValue(kinsol, value))
    }
    if let maximumStep = options.maximumStep {
      try check(KINSetMaxNewtonStep(kinsol, maximumStep))
    }
    // KINSOL takes every state for double: its own default would never be met in single precision.
    let cubeRoot = cubeRoot(rounding)
    try check(KINSetScaledStepTol(kinsol, options.stepTolerance ?? cubeRoot * cubeRoot))
  }
  try check(KINSetFuncNormTol(kinsol, options.tolerance))
  return kinsol
}

/// x^⅓ by Newton's method, which spares the module the mathematics library.
private func cubeRoot(_ x: Double) -> Double {
  var root = 1.0
  for _ in 0..<100 { root = (2 * root + x / (root * root)) / 3 }
  return root
}
