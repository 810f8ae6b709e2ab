internal import CSUNDIALS
internal import LinearAlgebra

// The table of operations of our N_Vector. A C function cannot be generic, so each operation asks the
// vector for its element type and calls the kernels compiled for that type: a predictable branch.
// SUNDIALS never passes NULL for a vector, which is what the `!` say.

func setVectorOperations(_ table: N_Vector_Ops) {
  setVectorMemoryOperations(table)
  setElementwiseOperations(table)
  setReductionOperations(table)
  setFusedOperations(table)
  setVectorArrayOperations(table)
}

private func setVectorMemoryOperations(_ table: N_Vector_Ops) {
  table.pointee.nvgetvectorid = { _ in SUNDIALS_NVEC_CUSTOM }
  table.pointee.nvclone = { makeVector($0!.vectorContent.pointee.layout.takeUnretainedValue()) }
  table.pointee.nvdestroy = { if let vector = $0 { destroyVector(vector) } }
  table.pointee.nvspace = { vector, reals, integers in
    reals!.pointee = sunindextype(vector!.shape.capacity * vector!.shape.width)
    integers!.pointee = 4
  }
  // Double elements may be handed out as realtype; Float elements must never be.
  table.pointee.nvgetarraypointer = { $0!.isSingle ? nil : $0!.elements(Double.self) }
  table.pointee.nvgetlength = { sunindextype($0!.shape.count) }
}

private func setElementwiseOperations(_ table: N_Vector_Ops) {
  table.pointee.nvlinearsum = { a, x, b, y, z in
    z!.isSingle
      ? VectorKernels<Float>.linearSum(a, x!, b, y!, z!)
      : VectorKernels<Double>.linearSum(a, x!, b, y!, z!)
  }
  table.pointee.nvconst = { c, z in
    z!.isSingle ? VectorKernels<Float>.fill(c, z!) : VectorKernels<Double>.fill(c, z!)
  }
  table.pointee.nvprod = { x, y, z in
    z!.isSingle
      ? VectorKernels<Float>.product(x!, y!, z!) : VectorKernels<Double>.product(x!, y!, z!)
  }
  table.pointee.nvdiv = { x, y, z in
    z!.isSingle
      ? VectorKernels<Float>.quotient(x!, y!, z!) : VectorKernels<Double>.quotient(x!, y!, z!)
  }
  table.pointee.nvscale = { c, x, z in
    z!.isSingle ? VectorKernels<Float>.scale(c, x!, z!) : VectorKernels<Double>.scale(c, x!, z!)
  }
  table.pointee.nvabs = { x, z in
    z!.isSingle ? VectorKernels<Float>.absolute(x!, z!) : VectorKernels<Double>.absolute(x!, z!)
  }
  table.pointee.nvinv = { x, z in
    z!.isSingle ? VectorKernels<Float>.inverse(x!, z!) : VectorKernels<Double>.inverse(x!, z!)
  }
  table.pointee.nvaddconst = { x, b, z in
    z!.isSingle
      ? VectorKernels<Float>.addConstant(x!, b, z!) : VectorKernels<Double>.addConstant(x!, b, z!)
  }
  table.pointee.nvcompare = { c, x, z in
    z!.isSingle
      ? VectorKernels<Float>.compare(c, x!, z!) : VectorKernels<Double>.compare(c, x!, z!)
  }
  table.pointee.nvinvtest = { x, z in
    let hadNoZero =
      z!.isSingle
      ? VectorKernels<Float>.inverseTest(x!, z!) : VectorKernels<Double>.inverseTest(x!, z!)
    return hadNoZero ? 1 : 0
  }
  table.pointee.nvconstrmask = { c, x, m in
    let holds =
      m!.isSingle
      ? VectorKernels<Float>.constraintMask(c!, x!, m!)
      : VectorKernels<Double>.constraintMask(c!, x!, m!)
    return holds ? 1 : 0
  }
}

private func setReductionOperations(_ table: N_Vector_Ops) {
  table.pointee.nvdotprod = { x, y in
    x!.isSingle ? VectorKernels<Float>.dot(x!, y!) : VectorKernels<Double>.dot(x!, y!)
  }
  table.pointee.nvmaxnorm = { x in
    x!.isSingle ? VectorKernels<Float>.maximumNorm(x!) : VectorKernels<Double>.maximumNorm(x!)
  }
  table.pointee.nvwrmsnorm = { x, w in
    x!.isSingle ? VectorKernels<Float>.wrmsNorm(x!, w!) : VectorKernels<Double>.wrmsNorm(x!, w!)
  }
  table.pointee.nvwrmsnormmask = { x, w, id in
    x!.isSingle
      ? VectorKernels<Float>.wrmsNorm(x!, w!, mask: id!)
      : VectorKernels<Double>.wrmsNorm(x!, w!, mask: id!)
  }
  table.pointee.nvmin = { x in
    x!.isSingle ? VectorKernels<Float>.minimum(x!) : VectorKernels<Double>.minimum(x!)
  }
  table.pointee.nvwl2norm = { x, w in
    x!.isSingle
      ? VectorKernels<Float>.weightedNorm(x!, w!) : VectorKernels<Double>.weightedNorm(x!, w!)
  }
  table.pointee.nvl1norm = { x in
    x!.isSingle ? VectorKernels<Float>.absoluteSum(x!) : VectorKernels<Double>.absoluteSum(x!)
  }
  table.pointee.nvminquotient = { x, y in
    x!.isSingle
      ? VectorKernels<Float>.minimumQuotient(x!, y!)
      : VectorKernels<Double>.minimumQuotient(x!, y!)
  }
}

private func setFusedOperations(_ table: N_Vector_Ops) {
  table.pointee.nvlinearcombination = { count, c, x, z in
    z!.isSingle
      ? VectorKernels<Float>.linearCombination(Int(count), c!, x!, z!)
      : VectorKernels<Double>.linearCombination(Int(count), c!, x!, z!)
    return 0
  }
  table.pointee.nvscaleaddmulti = { count, a, x, y, z in
    x!.isSingle
      ? VectorKernels<Float>.scaleAddMulti(Int(count), a!, x!, y!, z!)
      : VectorKernels<Double>.scaleAddMulti(Int(count), a!, x!, y!, z!)
    return 0
  }
  table.pointee.nvdotprodmulti = { count, x, y, products in
    x!.isSingle
      ? VectorKernels<Float>.dotMulti(Int(count), x!, y!, products!)
      : VectorKernels<Double>.dotMulti(Int(count), x!, y!, products!)
    return 0
  }
}

/// Arrays of vectors: CVODE calls these where it scales its history.
private func setVectorArrayOperations(_ table: N_Vector_Ops) {
  table.pointee.nvlinearsumvectorarray = { count, a, x, b, y, z in
    for i in 0..<Int(count) { N_VLinearSum(a, x![i], b, y![i], z![i]) }
    return 0
  }
  table.pointee.nvscalevectorarray = { count, c, x, z in
    for i in 0..<Int(count) { N_VScale(c![i], x![i], z![i]) }
    return 0
  }
  table.pointee.nvconstvectorarray = { count, c, z in
    for i in 0..<Int(count) { N_VConst(c, z![i]) }
    return 0
  }
  table.pointee.nvwrmsnormvectorarray = { count, x, w, norms in
    for i in 0..<Int(count) { norms![i] = N_VWrmsNorm(x![i], w![i]) }
    return 0
  }
  table.pointee.nvwrmsnormmaskvectorarray = { count, x, w, id, norms in
    for i in 0..<Int(count) { norms![i] = N_VWrmsNormMask(x![i], w![i], id) }
    return 0
  }
}
