/// L(y) = ½‖y − t‖²
public struct SquaredError: Loss {
  public let name = "squared-error"
  public let isClassification = false
  public let isMinimalAtTarget = true
  /// With nothing to set.
  public init() {}

  public func value(_ output: Span<Double>, target: Span<Double>) -> Double {
    var sum = 0.0
    for i in output.indices {
      let error = output[i] - target[i]
      sum += error * error
    }
    return sum / 2
  }

  public func gradient(
    _ output: Span<Double>, target: Span<Double>, into gradient: inout MutableSpan<Double>
  ) {
    for i in output.indices { gradient[i] = output[i] - target[i] }
  }

  public func curvatureProduct(
    _ output: Span<Double>, target: Span<Double>, _ vector: Span<Double>,
    into product: inout MutableSpan<Double>
  ) {
    for i in output.indices { product[i] = vector[i] }
  }

  /// y = (c + st) / (1 + s)
  public func proximalPoint(
    of center: Span<Double>, target: Span<Double>, strength: Double,
    into output: inout MutableSpan<Double>
  ) {
    for i in center.indices {
      output[i] = (center[i] + strength * target[i]) / (1 + strength)
    }
  }
}
