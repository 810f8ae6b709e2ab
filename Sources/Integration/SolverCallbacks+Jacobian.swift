internal import CSUNDIALS
internal import LinearAlgebra

extension SolverCallbacks {
  /// Fixes the point of the following products.
  func linearize(at time: Double, _ state: N_Vector) -> Int32 {
    guard field.hasJacobianProduct else { return 0 }
    do {
      try field.linearize(at: time, state)
      return 0
    } catch {
      record(error)
      return -1
    }
  }

  /// J·v by the field's own product.
  func exactProduct(_ v: N_Vector, into result: N_Vector, at time: Double) -> Int32 {
    jacobianProducts += 1
    do {
      try field.jacobianProduct(v, into: result)
    } catch {
      record(error)
      return -1
    }
    return checkFinite(result, .jacobianProduct, at: time)
  }

  /// J·v ≈ (F(z + σv) − F(z)) / σ, with a σ for every sample.
  ///
  /// CVODE's own quotient takes one σ from the norm over the whole batch, so that a sample with a
  /// small v would drown in rounding. Here the increment of each sample has the norm
  /// max(`increment`, √ε‖z‖): as small as the error allowed, but above the rounding of z.
  func differenceProduct(
    _ v: N_Vector, into result: N_Vector, at time: Double, _ state: N_Vector,
    derivative: N_Vector, increment: Double
  ) -> Int32 {
    jacobianProducts += 1
    let isSingle = v.isSingle
    let rows = layout.rows
    let root = Double(isSingle ? Double(Float.ulpOfOne) : Double.ulpOfOne).squareRoot()
    if isSingle {
      VectorKernels<Float>.rowNorms(state, weights.pointer, into: rowNorms)
      VectorKernels<Float>.rowNorms(v, weights.pointer, into: rowScales)
    } else {
      VectorKernels<Double>.rowNorms(state, weights.pointer, into: rowNorms)
      VectorKernels<Double>.rowNorms(v, weights.pointer, into: rowScales)
    }
    for row in 0..<rows {
      let size = max(increment, root * rowNorms[row])
      rowScales[row] = rowScales[row] > 0 ? size / rowScales[row] : 0
    }
    // Where the field is not finite that far away, a shorter increment may do.
    var code: Int32 = 1
    for _ in 0..<3 where code > 0 {
      if isSingle {
        VectorKernels<Float>.addScaledRows(state, rowScales, v, into: work.pointer)
      } else {
        VectorKernels<Double>.addScaledRows(state, rowScales, v, into: work.pointer)
      }
      differenceEvaluations += 1
      code = self.derivative(at: time, work.pointer, into: result)
      if code > 0 { for row in 0..<rows { rowScales[row] *= 0.25 } }
    }
    guard code == 0 else { return code }
    if isSingle {
      VectorKernels<Float>.differenceQuotientRows(result, minus: derivative, over: rowScales)
    } else {
      VectorKernels<Double>.differenceQuotientRows(result, minus: derivative, over: rowScales)
    }
    return 0
  }

  /// Fills the blocks with ∂F/∂z, a column of all samples at a time.
  func jacobian(
    at time: Double, _ state: N_Vector, derivative: N_Vector, step: Double,
    into blocks: BlockMatrixContent
  ) -> Int32 {
    field.hasJacobianProduct
      ? exactJacobian(at: time, state, into: blocks)
      : differenceJacobian(
        at: time, state, derivative: derivative, step: step, into: blocks)
  }

  private func exactJacobian(
    at time: Double, _ state: N_Vector, into blocks: BlockMatrixContent
  ) -> Int32 {
    let code = linearize(at: time, state)
    guard code == 0 else { return code }
    N_VConst(0, work.pointer)
    for column in 0..<layout.width {
      fillColumn(column, 1)
      let code = exactProduct(work.pointer, into: product.pointer, at: time)
      guard code == 0 else { return code }
      fillColumn(column, 0)
      copyProduct(toColumn: column, of: blocks)
    }
    return 0
  }

  private func differenceJacobian(
    at time: Double, _ state: N_Vector, derivative: N_Vector, step: Double,
    into blocks: BlockMatrixContent
  ) -> Int32 {
    let isSingle = state.isSingle
    guard computeWeights(of: state, into: weights.pointer) else { return -1 }
    // The least increment that rounding in F, over a step, does not swamp; see CVODE's dense quotient.
    let rounding = isSingle ? Double(Float.ulpOfOne) : Double.ulpOfOne
    if isSingle {
      VectorKernels<Float>.rowNorms(derivative, weights.pointer, into: rowNorms)
    } else {
      VectorKernels<Double>.rowNorms(derivative, weights.pointer, into: rowNorms)
    }
    let factor = 1000 * step.magnitude * rounding * Double(layout.width)
    for row in 0..<layout.rows {
      rowNorms[row] = rowNorms[row] > 0 ? factor * rowNorms[row] : 1
    }
    N_VScale(1, state, work.pointer)
    for column in 0..<layout.width {
      if isSingle {
        VectorKernels<Float>.perturbColumn(
          column, of: work.pointer, weights: weights.pointer, smallest: rowNorms,
          increments: rowScales)
      } else {
        VectorKernels<Double>.perturbColumn(
          column, of: work.pointer, weights: weights.pointer, smallest: rowNorms,
          increments: rowScales)
      }
      differenceEvaluations += 1
      let code = self.derivative(at: time, work.pointer, into: product.pointer)
      guard code == 0 else { return code }
      if isSingle {
        VectorKernels<Float>.differenceQuotientRows(
          product.pointer, minus: derivative, over: rowScales)
        VectorKernels<Float>.copyColumn(column, from: state, to: work.pointer)
      } else {
        VectorKernels<Double>.differenceQuotientRows(
          product.pointer, minus: derivative, over: rowScales)
        VectorKernels<Double>.copyColumn(column, from: state, to: work.pointer)
      }
      copyProduct(toColumn: column, of: blocks)
    }
    return 0
  }

  private func fillColumn(_ column: Int, _ value: Double) {
    if work.pointer.isSingle {
      VectorKernels<Float>.fillColumn(column, of: work.pointer, with: value)
    } else {
      VectorKernels<Double>.fillColumn(column, of: work.pointer, with: value)
    }
  }

  private func copyProduct(toColumn column: Int, of blocks: BlockMatrixContent) {
    if product.pointer.isSingle {
      VectorKernels<Float>.copyRows(of: product.pointer, toColumn: column, of: blocks)
    } else {
      VectorKernels<Double>.copyRows(of: product.pointer, toColumn: column, of: blocks)
    }
  }
}
