internal import Dynamics
internal import LinearAlgebra

/// −∇L at a free equilibrium by the implicit function theorem: what weights and biases are to learn from
/// is δ = −A⁻ᵀS_yᵀ∇L = −Jᵀ∇L (least-control paper, Eq. 5), and −∇L itself at a readout.
enum LossGradient {
  /// The free equilibrium with δ and −∇L in the places of ψ and u; nil where A is singular.
  static func signals(at point: SamplePoint, _ dense: DenseNetwork) -> SamplePoint? {
    guard let linear = try? Linearization(dense, at: point) else { return nil }
    var point = point
    point.u = ContiguousArray(point.lossGradient(dense.network.loss).map { -$0 })
    point.psi = linear.carriedBack(point.u)
    return point
  }
}
