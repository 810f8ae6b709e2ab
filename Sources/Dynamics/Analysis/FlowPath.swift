package import Integration
internal import LinearAlgebra

/// The way of one sample through state space.
package struct FlowPath: Sendable {
  package var times: [Double] = []
  /// φ at those times.
  package var phi: [ContiguousArray<Double>] = []
  /// Whether it ends at rest.
  package var isSettled = false
}

extension SampleFlow {
  /// The flow from a state, to rest or through `steps` steps, and no further than where it runs away.
  ///
  /// - Parameters:
  ///   - settling: the residual at which it is at rest.
  ///   - bound: of ‖φ‖.
  package func path(
    from start: ContiguousArray<Double>, _ settling: SettlingOptions, steps: Int = 5000,
    bound: Double = .infinity
  ) throws -> FlowPath {
    var options = IntegratorOptions(
      method: .bdf, relativeTolerance: 1e-6, absoluteTolerance: 1e-9)
    options.maximumOrder = 5
    options.stepLimit = Int(Int32.max)
    // Curves are drawn from the steps.
    options.maximumStep = 0.1 * (network.populations.map(\.timeConstant).max() ?? 1)
    let integrator = try Integrator(system, options: options)
    let judge = Judge(system, options: settling)
    var path = FlowPath()
    let units = network.unitCount
    try integrator.start(at: 0, state: start.span)
    for step in 0...steps {
      let state = integrator.withState { span in
        ContiguousArray((0..<span.count).map { span[$0] })
      }
      path.times.append(integrator.time)
      path.phi.append(ContiguousArray(state.prefix(units)))
      var f = try field(state)
      path.isSettled = f.withUnsafeMutableBufferPointer {
        judge.residual(row: 0, state, $0) <= settling.residual
      }
      if path.isSettled || step == steps || Self.norm(state.prefix(units)) > bound { break }
      do {
        _ = try integrator.step()
      } catch is IntegrationError {
        // So far it came.
        break
      }
    }
    return path
  }
}
