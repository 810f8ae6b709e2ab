package import Integration
package import LinearAlgebra

/// What the flow of a sample depends on.
package struct FlowSetting: Sendable {
  package var network: Network
  package var controller: any Controller
  package var parameters: ParameterSet

  package init(_ network: Network, _ controller: any Controller, _ parameters: ParameterSet) {
    self.network = network
    self.controller = controller
    self.parameters = parameters
  }

  /// The same network on its own.
  package var free: FlowSetting { FlowSetting(network, NoControl(), parameters) }
}

/// The flow of one sample in double precision: its field, its Jacobian, and equilibria by Newton's
/// method with dense matrices.
package final class SampleFlow {
  package let network: Network
  let system: any ControlledSystem<Double>
  private let sample: Samples

  /// - Parameter sample: one, with a target where there is a controller.
  package init(_ setting: FlowSetting, sample: Samples) {
    network = setting.network
    self.sample = sample
    system = setting.controller.makeSystem(network, capacity: 1, Double.self)
    system.load(setting.parameters)
    system.load(
      inputs: sample.inputs.span, targets: sample.targets.isEmpty ? nil : sample.targets.span,
      count: 1)
  }

  package var dimension: Int { system.dimension }
  package func componentName(_ column: Int) -> String { system.componentName(column) }
  /// What turns ż into the brackets that residuals are measured by.
  package var bracketWeights: ContiguousArray<Double> { system.bracketWeights }
  package var variables: [StateVariable] { system.variables }

  /// The state that has the φ, ψ and u of one row.
  package func state(_ observation: Observation) -> ContiguousArray<Double> {
    system.compose(observation)
  }

  /// ż at z.
  package func field(_ z: ContiguousArray<Double>) throws -> ContiguousArray<Double> {
    var derivative = ContiguousArray<Double>(repeating: 0, count: z.count)
    var span = derivative.mutableSpan
    try system.derivative(at: 0, z.span, into: &span)
    return derivative
  }

  package func jacobian(_ z: ContiguousArray<Double>) throws -> DenseMatrix {
    try system.denseJacobians(at: z.span)[0]
  }

  /// ‖z_k‖ of a variable, against which its bracket is measured; directly after ``field(_:)``.
  package func referenceNorm(of variable: Int, _ z: ContiguousArray<Double>) -> Double {
    z.withUnsafeBufferPointer {
      system.referenceNorm(of: variable, sample: 0, state: $0.baseAddress!)
    }
  }

  package func observe(_ z: ContiguousArray<Double>) throws -> Observation {
    var observation = Observation(network)
    try system.observe(z.span, into: &observation)
    return observation
  }

  /// An equilibrium and what the flow is like there.
  package struct Equilibrium {
    package var state: ContiguousArray<Double>
    package var jacobian: DenseMatrix
    /// ‖J⁻¹F‖ where the search began: how far from the equilibrium it was, to first order. NaN where J
    /// is singular.
    package var distance: Double
    /// Whether Newton's method got there; if not, ``state`` is where it began.
    package var isRefined: Bool
  }

  /// The equilibrium near z by Newton's method.
  ///
  /// Steps are taken while they get shorter, down to rounding. Where one of the first is longer than
  /// the last, or leads further away than it should, z is taken for what it is.
  package func equilibrium(near start: ContiguousArray<Double>) throws -> Equilibrium {
    var z = start
    let first = try jacobian(start)
    var jacobian = first
    var distance = Double.nan
    var last = Double.infinity
    for iteration in 0..<12 {
      let f = try field(z)
      guard f.allSatisfy(\.isFinite),
        let step = try? LinearAlgebra.LUFactorization(jacobian).solve(f)
      else { break }
      let length = Self.norm(step)
      if iteration == 0 { distance = length }
      let rounding = 1e-14 * (1 + Self.norm(z))
      guard length.isFinite, length < 0.5 * last || length <= 1e3 * rounding else { break }
      for i in z.indices { z[i] -= step[i] }
      jacobian = try self.jacobian(z)
      last = length
      if length <= rounding { break }
    }
    // An isolated equilibrium is found to rounding, magnified by how ill-conditioned J is.
    let moved = Self.norm(zip(z, start).map { $0 - $1 })
    guard last <= 1e-9 * (1 + Self.norm(z)), moved <= 2 * distance + 1e-12 else {
      return Equilibrium(state: start, jacobian: first, distance: distance, isRefined: false)
    }
    return Equilibrium(state: z, jacobian: jacobian, distance: distance, isRefined: true)
  }

  static func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
