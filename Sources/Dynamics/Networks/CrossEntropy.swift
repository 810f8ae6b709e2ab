#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// L(y) = −Σ tᵢ log pᵢ with p = softmax(y), for targets t ≥ 0 that sum to one.
public struct CrossEntropy: Loss {
  public let name = "cross-entropy"
  public let isClassification = true
  public init() {}

  public func value(_ output: Span<Double>, target: Span<Double>) -> Double {
    // Σ tᵢ (log Σ e^y − yᵢ), with the largest output taken out of the exponentials. For the largest
    // output itself log Σ is log1p of the others, which keeps the digits of a small loss.
    var top = 0
    for i in output.indices where output[i] > output[top] { top = i }
    var others = 0.0
    for i in output.indices where i != top { others += exp(output[i] - output[top]) }
    let logSum = log1p(others)
    var loss = 0.0
    for i in output.indices where target[i] != 0 {
      loss += target[i] * (logSum + (output[top] - output[i]))
    }
    return loss
  }

  /// p − t, where pᵢ − 1 of a certain label is evaluated as −Σ of the other p: the difference would
  /// lose all digits once the label is almost certain.
  public func gradient(
    _ output: Span<Double>, target: Span<Double>, into gradient: inout MutableSpan<Double>
  ) {
    let scale = probabilities(output, into: &gradient)
    for i in output.indices {
      // With 1 on one class, targets that sum to one are 0 elsewhere.
      if target[i] == 1 {
        var others = 0.0
        for j in output.indices where j != i { others += gradient[j] }
        gradient[i] = -others * scale
        for j in output.indices where j != i { gradient[j] *= scale }
        return
      }
    }
    for i in output.indices { gradient[i] = gradient[i] * scale - target[i] }
  }

  /// (diag p − p pᵀ)·v = p∘(v − ⟨p, v⟩)
  public func curvatureProduct(
    _ output: Span<Double>, target: Span<Double>, _ vector: Span<Double>,
    into product: inout MutableSpan<Double>
  ) {
    let scale = probabilities(output, into: &product)
    var mean = 0.0
    for i in output.indices { mean += product[i] * scale * vector[i] }
    for i in output.indices { product[i] *= scale * (vector[i] - mean) }
  }

  public func unboundedReason(target: Span<Double>) -> String? {
    for i in target.indices where target[i] == 0 {
      return "cross-entropy with a hard target has no minimum at finite outputs"
    }
    return nil
  }

  /// Writes e^(y − max y) and returns the factor that makes them sum to one.
  private func probabilities(
    _ output: Span<Double>, into weights: inout MutableSpan<Double>
  ) -> Double {
    var largest = output[0]
    for i in output.indices where output[i] > largest { largest = output[i] }
    var sum = 0.0
    for i in output.indices {
      weights[i] = exp(output[i] - largest)
      sum += weights[i]
    }
    return 1 / sum
  }
}
