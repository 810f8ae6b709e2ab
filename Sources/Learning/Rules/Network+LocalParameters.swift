internal import Dynamics

extension Network {
  /// The names of all that local rules change: weights and biases.
  var weightsAndBiases: Set<String> {
    // Closures, because the compiler (6.3) fails on key paths where a type must be BitwiseCopyable.
    Set(
      projections.map { $0.weightName } + populations.filter { $0.hasBias }.map { $0.biasName })
  }
}
