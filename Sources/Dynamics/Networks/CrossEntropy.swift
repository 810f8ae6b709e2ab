internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// L(y) = −Σ tᵢ log pᵢ with p = softmax(y), for targets t ≥ 0 that sum to one.
public struct CrossEntropy: Loss {
  public let name = "cross-entropy"
  public let isClassification = true
  /// With nothing to set.
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

  /// Newton's method on y − c + s(p − t) = 0. Its matrix I + s(diag p − ppᵀ) is inverted in closed
  /// form (Sherman–Morrison); a step that does not reduce the residual is halved.
  public func proximalPoint(
    of center: Span<Double>, target: Span<Double>, strength: Double,
    into output: inout MutableSpan<Double>
  ) {
    let count = center.count
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * count) { memory in
      let base = memory.baseAddress!
      let residual = base
      let slopes = base + count
      let candidate = base + 2 * count
      let step = base + 3 * count

      /// Writes y − c + s(p − t), and sp, at y; returns the largest residual.
      func evaluate(_ y: UnsafeMutablePointer<Double>) -> Double {
        var p = UnsafeMutableBufferPointer(start: slopes, count: count).mutableSpan
        let scale = probabilities(
          UnsafeBufferPointer(start: UnsafePointer(y), count: count).span, into: &p)
        for i in 0..<count {
          slopes[i] *= strength * scale
          residual[i] = (y[i] - center[i]) + (slopes[i] - strength * target[i])
        }
        return largestMagnitude(residual, count)
      }

      for i in 0..<count { candidate[i] = output[i] }
      var size = evaluate(candidate)
      if !(size <= strength) {
        // At c itself the residual s(p − t) is no larger than that.
        for i in 0..<count { candidate[i] = center[i] }
        size = evaluate(candidate)
      }
      for i in 0..<count { output[i] = candidate[i] }
      var previous = Double.infinity
      let floor =
        4 * Double.ulpOfOne
        * center.withUnsafeBufferPointer {
          max(strength, largestMagnitude($0.baseAddress!, count))
        }
      // Once the residual no longer halves, rounding is what is left.
      var iterations = 0
      while size > floor && size < previous && iterations < 200 {
        iterations += 1
        previous = size
        // (D − s⁻¹qqᵀ)⁻¹r with D = I + diag q, q = sp
        var weighted = 0.0
        var overlap = 0.0
        for i in 0..<count {
          let inverse = 1 / (1 + slopes[i])
          slopes[i] *= inverse
          step[i] = residual[i] * inverse
          weighted += slopes[i] * residual[i]
          overlap += slopes[i]
        }
        let factor = weighted / overlap
        for i in 0..<count { step[i] += factor * slopes[i] }
        // The error of a Newton step is at most s/4·‖δ‖², for no third derivative of L exceeds ½.
        var length = 1.0
        let largest = largestMagnitude(step, count)
        if strength * Double(count) * largest * largest < 1e-16 {
          for i in 0..<count { output[i] -= step[i] }
          return
        }
        repeat {
          for i in 0..<count { candidate[i] = output[i] - length * step[i] }
          size = evaluate(candidate)
          length *= 0.5
        } while !(size < previous) && length > 1e-9
        guard size < previous else { break }
        for i in 0..<count { output[i] = candidate[i] }
      }
    }
  }

  public func unboundedReason(target: Span<Double>) -> String? {
    for i in target.indices where target[i] == 0 {
      return "cross-entropy with a hard target has no minimum at finite outputs"
    }
    return nil
  }

  /// max |xᵢ|, NaN where an element is: magnitudes are in the order of their bits, NaN after all others.
  @inline(__always)
  private func largestMagnitude(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var largest: UInt64 = 0
    for i in 0..<count { largest = max(largest, x[i].magnitude.bitPattern) }
    return Double(bitPattern: largest)
  }

  /// Writes e^(y − max y) and returns the factor that makes them sum to one.
  private func probabilities(
    _ output: Span<Double>, into weights: inout MutableSpan<Double>
  ) -> Double {
    var largest = output[0]
    for i in output.indices where output[i] > largest { largest = output[i] }
    for i in output.indices { weights[i] = output[i] - largest }
    weights.withUnsafeMutableBufferPointer {
      Double.exponential($0.baseAddress!, into: $0.baseAddress!, count: $0.count)
    }
    var sum = 0.0
    for i in output.indices { sum += weights[i] }
    return 1 / sum
  }
}
