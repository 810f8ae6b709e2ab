internal import LinearAlgebra

extension Settler {
  /// Adds the leading eigenvalue and the distance ‖J⁻¹F‖ to the certificates of equilibria, from the
  /// dense Jacobian of each sample. The field holds all samples, at ``derivative``.
  func certifyStability(
    of batch: borrowing Batch<Element>, _ certificates: inout [Certificate]
  ) throws {
    let size = batch.count * dimension
    let jacobians = try batch.current.withUnsafeBufferPointer { states in
      let states = UnsafeBufferPointer(rebasing: states[0..<size])
      return try field.denseJacobians(at: states.span)
    }
    for sample in certificates.indices where certificates[sample].isEquilibrium {
      let jacobian = jacobians[sample]
      certificates[sample].leadingEigenvalue = try jacobian.eigenvalues().map(\.real).max()
      var f = ContiguousArray<Double>(repeating: 0, count: dimension)
      f.withUnsafeMutableBufferPointer {
        Element.widen(
          derivative.baseAddress! + sample * dimension, into: $0.baseAddress!, count: dimension)
      }
      // A singular Jacobian has no isolated equilibrium to be at a distance from.
      if let step = try? LinearAlgebra.LUFactorization(jacobian).solve(f) {
        certificates[sample].distance = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
  }
}
