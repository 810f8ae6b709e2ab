internal import CSUNDIALS
internal import LinearAlgebra

/// Why a solve ends early, as SUNDIALS's code for it.
private struct SolveFailure: Error {
  let flag: Int32
}

extension RowGMRES {
  /// Solves A·x = b until ‖w∘r‖₂ ≤ `tolerance` in every row; returns a code of SUNDIALS.
  ///
  /// CVODE asks for δ = εˡ·q·n, with εˡ the part `linearToleranceFactor` of the corrector's tolerance
  /// q, both in its WRMS norm, and n the factor of `CVodeSetLSNormFactor` (`cvLsSolve` in SUNDIALS 6
  /// and 7). That factor is set to √width; the WRMS norm of a row is ‖w∘r‖₂/√width, so every row
  /// meets exactly the tolerance that CVODE wants.
  ///
  /// As with SPGMR, where rows remain above it but all of them came closer, the code is
  /// `SUNLS_RES_REDUCED` and x is the best there is; the worst row decides.
  func solve(_ x: N_Vector, _ b: N_Vector, tolerance: Double) -> Int32 {
    iterations = 0
    residualNorm = 0
    self.tolerance = tolerance
    do {
      lastFlag = b.isSingle ? try solve(x, b, Float.self) : try solve(x, b, Double.self)
    } catch {
      lastFlag = error.flag
    }
    guessIsZero = false
    return lastFlag
  }

  private func solve<Element: Scalar>(
    _ x: N_Vector, _ b: N_Vector, _ type: Element.Type
  ) throws(SolveFailure) -> Int32 {
    let startsFromZero = guessIsZero
    try computeResidual(x, b)
    guard measureResiduals(type) else { throw SolveFailure(flag: SUNLS_CONV_FAIL) }
    // The first vector stays the residual here: `SUNLinSolResid` may be asked for it.
    guard residualNorm > tolerance else {
      if startsFromZero { N_VConst(0, x) }
      return 0
    }
    startBases(type)
    while iterations < dimension, hasWork() {
      let column = iterations
      try applyMatrix(to: vectors[column], into: vectors[column + 1])
      iterations += 1
      guard extendBases(column, type) else { throw SolveFailure(flag: SUNLS_ATIMES_FAIL_REC) }
    }
    let flag = judge()
    guard flag != SUNLS_CONV_FAIL else { return flag }
    try addCorrection(to: x, startsFromZero, type)
    return flag
  }

  /// The first vector ← b − A·x, preconditioned where that is done from the left.
  private func computeResidual(_ x: N_Vector, _ b: N_Vector) throws(SolveFailure) {
    let residual = vectors[0]
    if guessIsZero {
      N_VScale(1, b, residual)
    } else {
      try multiply(x, into: residual)
      N_VLinearSum(1, b, -1, residual, residual)
    }
    if side == .left {
      N_VScale(1, residual, work)
      try precondition(work, into: residual)
    }
  }

  /// The norms of all rows; false where one is not finite.
  private func measureResiduals<Element: Scalar>(_ type: Element.Type) -> Bool {
    let width = shape.pointee.width
    // Below this a row is solved, for all that can be seen, or cannot be scaled to norm 1.
    let rounding = Double(Element.ulpOfOne)
    let smallest = 2 * Double(Element.leastNormalMagnitude)
    for row in 0..<shape.pointee.rows {
      let square = Element.weightedSquareSum(
        element(0, row, type), weightRow(row, type), count: width)
      let norm = square.squareRoot()
      guard norm.isFinite else { return false }
      firstNorms[row] = norm
      columns[row] = 0
      isActive[row] = norm > max(rounding * tolerance, smallest)
      problem(row).start(norm: norm)
      residualNorm = max(residualNorm, norm)
    }
    return true
  }

  /// Whether a row that can still come closer is not there yet.
  ///
  /// The others go on as well as long as there is one: their products are made anyway, and what they
  /// gain spares Newton iterations and steps. Stopping each row at the tolerance was measured to cost
  /// 11 to 46 % more products along the way to an equilibrium.
  private func hasWork() -> Bool {
    for row in 0..<shape.pointee.rows where isActive[row] {
      if problem(row).residualNorm(columns[row]) > tolerance { return true }
    }
    return false
  }

  /// The code of the result, from the residuals of all rows.
  private func judge() -> Int32 {
    residualNorm = 0
    var flag: Int32 = 0
    for row in 0..<shape.pointee.rows {
      let norm = problem(row).residualNorm(columns[row])
      residualNorm = max(residualNorm, norm)
      guard norm > tolerance else { continue }
      guard norm < firstNorms[row] else { return SUNLS_CONV_FAIL }
      flag = SUNLS_RES_REDUCED
    }
    return flag
  }

  /// x ← x + P⁻¹·Σ yᵢ·vᵢ, with the y of every row.
  private func addCorrection<Element: Scalar>(
    to x: N_Vector, _ startsFromZero: Bool, _ type: Element.Type
  ) throws(SolveFailure) {
    let isDirect = startsFromZero && side != .right
    let sum = isDirect ? x : work
    for row in 0..<shape.pointee.rows {
      guard combineBasis(row, into: sum.elements(type) + row * shape.pointee.width) else {
        throw SolveFailure(flag: SUNLS_CONV_FAIL)
      }
    }
    if isDirect { return }
    guard side == .right else { return N_VLinearSum(1, x, 1, work, x) }
    if startsFromZero { return try precondition(work, into: x) }
    try precondition(work, into: vectors[0])
    N_VLinearSum(1, x, 1, vectors[0], x)
  }

  // MARK: The operator

  /// A·x, preconditioned.
  private func applyMatrix(to x: N_Vector, into result: N_Vector) throws(SolveFailure) {
    switch side {
    case .none: try multiply(x, into: result)
    case .right:
      try precondition(x, into: work)
      try multiply(work, into: result)
    case .left:
      try multiply(x, into: work)
      try precondition(work, into: result)
    }
  }

  private func multiply(_ x: N_Vector, into result: N_Vector) throws(SolveFailure) {
    guard let product else { throw SolveFailure(flag: SUNLS_ATIMES_FAIL_UNREC) }
    let code = product(productData, x, result)
    if code != 0 {
      throw SolveFailure(flag: code < 0 ? SUNLS_ATIMES_FAIL_UNREC : SUNLS_ATIMES_FAIL_REC)
    }
  }

  private func precondition(_ r: N_Vector, into z: N_Vector) throws(SolveFailure) {
    guard let preconditionerSolve else { throw SolveFailure(flag: SUNLS_PSOLVE_FAIL_UNREC) }
    let code = preconditionerSolve(
      preconditionerData, r, z, tolerance, Int32(side == .left ? SUN_PREC_LEFT : SUN_PREC_RIGHT))
    if code != 0 {
      throw SolveFailure(flag: code < 0 ? SUNLS_PSOLVE_FAIL_UNREC : SUNLS_PSOLVE_FAIL_REC)
    }
  }
}
