internal import Integration
public import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// When a sample will have settled, by the linear flow around its equilibrium.
///
/// What starts at z₀ follows z − z* = e^{Jt}(z₀ − z*), and has settled once its brackets are small, as the
/// settling itself has it. That is exact where the flow is linear.
public struct SettlingForecast: Sendable, Equatable {
  /// In the model's unit of time; infinite where the equilibrium is unstable, or too slow to tell.
  public var time: Double
  /// The mode that dies away last of those that the start excites: of z − z* = Σ c_k v_k e^{λ_k t}, where
  /// |c_k λ_k| e^{Re λ_k t} times the norm of v_k falls below the residual last. Nil where the start is at
  /// rest already.
  public var mode: Complex?

  /// - Parameters:
  ///   - decomposition: of the Jacobian at the equilibrium, with left eigenvectors.
  ///   - residual: per variable, against floor + ‖z_k‖.
  package init(
    _ flow: SampleFlow, from start: ContiguousArray<Double>, to rest: SampleFlow.Equilibrium,
    _ decomposition: DenseMatrix.Eigendecomposition, residual: Double, floor: Double
  ) throws {
    // Energies measure ψ against φ, which the field evaluates.
    _ = try flow.field(rest.state)
    let bounds = flow.variables.indices.map {
      residual * (floor + flow.referenceNorm(of: $0, rest.state))
    }
    let way = ContiguousArray(zip(start, rest.state).map { $0 - $1 })
    mode = Self.mode(way, flow, decomposition, bounds)
    time = Self.time(way, flow, rest.jacobian, decomposition.values, bounds)
  }

  private static func mode(
    _ way: ContiguousArray<Double>, _ flow: SampleFlow,
    _ decomposition: DenseMatrix.Eigendecomposition, _ bounds: [Double]
  ) -> Complex? {
    let weights = flow.bracketWeights
    let way = ContiguousArray(way.map { Complex($0) })
    var last = 0.0
    var deciding: Complex?
    for (k, value) in decomposition.values.enumerated() where value.imaginary >= 0 {
      let (right, left) = (decomposition.vectors[k], decomposition.leftVectors[k])
      let overlap = MarginDerivatives.product(left, right)
      // A defective mode has no amplitude of its own; its neighbour in the pair stands for both.
      guard overlap.magnitude > 1e-12 else { continue }
      let amplitude = (MarginDerivatives.product(left, way) / overlap).magnitude
      // A conjugate pair swings with twice the amplitude of either.
      let size = amplitude * value.magnitude * (value.imaginary > 0 ? 2 : 1)
      for (variable, bound) in zip(flow.variables, bounds) {
        let reach = SampleFlow.norm(
          variable.columns.map { weights[$0] * right[$0].magnitude })
        let ratio = size * reach / bound
        guard ratio > 1 else { continue }
        let time = value.real < 0 ? log(ratio) / -value.real : .infinity
        if time > last {
          last = time
          deciding = value
        }
      }
    }
    return deciding
  }

  /// The first time at which the brackets are within their bounds.
  private static func time(
    _ way: ContiguousArray<Double>, _ flow: SampleFlow, _ jacobian: DenseMatrix,
    _ values: ContiguousArray<Complex>, _ bounds: [Double]
  ) -> Double {
    let weights = flow.bracketWeights
    func excess(_ way: ContiguousArray<Double>) -> Double {
      let f = jacobian * way
      var largest = 0.0
      for (variable, bound) in zip(flow.variables, bounds) {
        largest = max(
          largest, SampleFlow.norm(variable.columns.map { weights[$0] * f[$0] }) / bound)
      }
      return largest
    }
    var last = excess(way)
    if last <= 1 { return 0 }
    guard let slowest = values.first?.real, slowest < 0 else { return .infinity }
    // Fine enough for the slowest mode; the others are carried along exactly.
    let step = -0.05 / slowest
    guard let flowed = try? jacobian.exponential(times: step) else { return .infinity }
    var way = way
    // ln(10²⁰) time constants are 46, and a defective mode takes a few more.
    for k in 1...4000 {
      way = flowed * way
      let now = excess(way)
      guard now.isFinite else { return .infinity }
      // Straight in the logarithm between the two.
      if now <= 1 {
        let part = now > 0 && last > now ? log(last) / log(last / now) : 1
        return step * (Double(k - 1) + part)
      }
      last = now
    }
    return .infinity
  }
}
