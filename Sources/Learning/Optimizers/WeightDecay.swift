/// A pull of all learned parameters towards zero. Not a parameter's own `decay` γ, which multiplies it
/// by 1 − γ whatever the rate.
public enum WeightDecay: Sendable, Equatable {
  /// No penalty.
  case none
  /// The L2 penalty ½λ‖θ‖²: Δ ← Δ − λθ, before the optimizer sees it (PyTorch's `weight_decay`).
  case coupled(Double)
  /// θ ← (1 − rate·λ)θ before the step: Loshchilov & Hutter, Decoupled weight decay regularization,
  /// ICLR 2019 (AdamW).
  case decoupled(Double)

  /// λ of the penalty that is part of Δ.
  var penalty: Double {
    if case .coupled(let strength) = self { return strength }
    return 0
  }
}
