internal import Integration
package import LinearAlgebra

/// Moves a controlled system with ``OrnsteinUhlenbeck`` noise on φ through time, at a fixed step.
///
///     φ ← φ + (Δt/τ)(bracket + sε),   ψ, u ← … + Δt·(their derivatives)
///     ε ← ε + (Δt/τ_ε)(−ε + ξ/√Δt),   ξ standard normal
///
/// with all right-hand sides at the time before the step. SUNDIALS has no stochastic solver. Nothing
/// here learns.
package final class EulerMaruyama<E: Scalar> {
  package let system: any ControlledSystem<E>
  package let noise: OrnsteinUhlenbeck
  /// The columns of the state that get noise, in ascending order, with (Δt/τ)s of each.
  package let blocks: [(columns: Range<Int>, factor: Double)]
  /// Units with noise.
  package let width: Int
  /// [samples × dimension]
  package let state: MatrixBuffer<E>
  private let derivative: MatrixBuffer<E>
  private let draws: MatrixBuffer<Float>
  private var streams: [NormalStream] = []
  package private(set) var time = 0.0

  package init(
    _ system: any ControlledSystem<E>, controller: any Controller, noise: OrnsteinUhlenbeck
  ) {
    self.system = system
    self.noise = noise
    let network = system.network
    blocks = noise.populations(of: network, controller).map {
      (network.columns(of: $0.name), noise.step / $0.timeConstant * noise.strength)
    }
    width = blocks.reduce(0) { $0 + $1.columns.count }
    state = MatrixBuffer(rows: system.capacity, columns: system.dimension)
    derivative = MatrixBuffer(rows: system.capacity, columns: system.dimension)
    draws = MatrixBuffer(rows: 1, columns: width)
  }

  private var rows: Int { system.samples }

  /// Begins at a state of the samples that the system has, at ε = 0.
  ///
  /// - Parameter streams: where the noise of each sample comes from.
  package func start(_ initial: ContiguousArray<E>, streams: [NormalStream]) {
    precondition(initial.count == rows * system.dimension && streams.count == rows)
    initial.withUnsafeBufferPointer { state.base.update(from: $0.baseAddress!, count: $0.count) }
    self.streams = streams
    time = 0
  }

  /// Evaluates the system at ``state``. Must come before each ``step(noise:next:)``, and leaves u where the
  /// system keeps it.
  package func evaluate() throws {
    let count = rows * system.dimension
    let derivative = UnsafeMutableBufferPointer(start: derivative.base, count: count)
    var span = derivative.mutableSpan
    try system.derivative(
      at: time, UnsafeBufferPointer(start: state.base, count: count).span, into: &span)
  }

  /// One step from where the system has been evaluated.
  ///
  /// - Parameters:
  ///   - epsilon: where ε of a sample is, ``width`` numbers.
  ///   - next: where ε after the step goes.
  package func step(
    noise epsilon: (Int) -> UnsafeMutablePointer<E>, next: (Int) -> UnsafeMutablePointer<E>
  ) {
    let dimension = system.dimension
    E.linearSum(
      1, state.base, noise.step, derivative.base, into: state.base, count: rows * dimension)
    for row in 0..<rows {
      let old = epsilon(row)
      let new = next(row)
      var offset = 0
      for block in blocks {
        let phi = state.row(row) + block.columns.lowerBound
        E.linearSum(1, phi, block.factor, old + offset, into: phi, count: block.columns.count)
        offset += block.columns.count
      }
      draw(row, into: new)
      E.linearSum(noise.persistence, old, noise.kick, new, into: new, count: width)
    }
    time += noise.step
  }

  private func draw(_ row: Int, into numbers: UnsafeMutablePointer<E>) {
    if E.self == Float.self {
      streams[row].fill(
        UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Float.self), count: width)
    } else {
      // The same numbers in either precision.
      streams[row].fill(draws.base, count: width)
      let target = UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Double.self)
      Float.widen(draws.base, into: target, count: width)
    }
  }
}
