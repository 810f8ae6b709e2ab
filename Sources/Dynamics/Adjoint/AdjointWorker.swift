internal import Integration
internal import LinearAlgebra

/// Settles the adjoint of one chunk at a time, on one thread.
protocol AdjointChunkWorker: AnyObject {
  /// Takes over parameters, once for each `revision`.
  func load(_ parameters: ParameterSet, revision: Int)
  func settle(_ free: SettledState) throws -> SettledState
}

final class AdjointWorker<E: Scalar>: AdjointChunkWorker {
  private let network: Network
  private let system: AdjointSystem<E>
  private let settler: Settler<E>
  private var revision: Int?

  init(_ network: Network, options: SettlingOptions, capacity: Int) throws {
    self.network = network
    system = AdjointSystem(network, capacity: capacity)
    settler = try Settler(system, options: options)
  }

  func load(_ parameters: ParameterSet, revision: Int) {
    guard revision != self.revision else { return }
    self.revision = revision
    system.load(parameters)
  }

  func settle(_ free: SettledState) throws -> SettledState {
    let units = network.unitCount
    let outputs = network.outputCount
    var state = free
    for i in state.observation.psi.indices { state.observation.psi[i] = 0 }
    for i in state.observation.u.indices { state.observation.u[i] = 0 }
    // Where there is no φ* there is no adjoint of it: such a sample keeps its certificate.
    let rows = free.certificates.indices.filter { free.certificates[$0].isEquilibrium }
    guard !rows.isEmpty else { return state }
    let chosen = free.selecting(rows)
    let u = descentDirection(chosen)
    system.load(chosen, controls: u)
    let settlement = try settler.settle(
      ContiguousArray<E>(repeating: 0, count: rows.count * units))
    var psi = ContiguousArray<Double>(repeating: 0, count: rows.count * units)
    settlement.states.withUnsafeBufferPointer { source in
      psi.withUnsafeMutableBufferPointer {
        E.widen(source.baseAddress!, into: $0.baseAddress!, count: $0.count)
      }
    }
    for (k, row) in rows.enumerated() {
      for i in 0..<units { state.observation.psi[row * units + i] = psi[k * units + i] }
      for i in 0..<outputs { state.observation.u[row * outputs + i] = u[k * outputs + i] }
      state.certificates[row] = settlement.certificates[k]
    }
    return state
  }

  /// −∇_y L at the outputs of every sample.
  private func descentDirection(_ free: SettledState) -> ContiguousArray<Double> {
    let outputs = network.outputCount
    var u = ContiguousArray<Double>(repeating: 0, count: free.count * outputs)
    u.withUnsafeMutableBufferPointer { u in
      free.observation.outputs.withUnsafeBufferPointer { y in
        free.samples.targets.withUnsafeBufferPointer { targets in
          for row in 0..<free.count {
            let own = row * outputs..<(row + 1) * outputs
            var gradient = UnsafeMutableBufferPointer(rebasing: u[own]).mutableSpan
            network.loss.gradient(
              UnsafeBufferPointer(rebasing: y[own]).span,
              target: UnsafeBufferPointer(rebasing: targets[own]).span, into: &gradient)
            for i in own { u[i] = -u[i] }
          }
        }
      }
    }
    return u
  }
}
