internal import Dynamics
internal import LinearAlgebra

/// (∂f/∂θ)ᵀψ + (∂y/∂θ)ᵀu of one sample for all weights and biases, whatever ψ and u stand for: the exact
/// form of every gradient of Settle's networks.
struct ReferenceGradient {
  let network: Network

  /// The parameters that gradients exist for. Feedback weights and Q have none: neither F nor L
  /// depends on them.
  var parameters: Set<String> {
    Set(
      network.projections.filter { $0 is any WeightGradient }.map(\.weightName)
        + network.populations.filter(\.hasBias).map(\.biasName))
  }

  func add(_ point: SamplePoint, to gradient: inout ParameterUpdate) {
    for projection in network.projections {
      guard gradient.changes(projection.weightName), let own = projection as? any WeightGradient
      else { continue }
      let signal = signal(at: projection.target, point)
      let rate = rates(of: projection.source, point)
      signal.withUnsafeBufferPointer { signal in
        rate.withUnsafeBufferPointer { rate in
          guard let signalBase = signal.baseAddress, let rateBase = rate.baseAddress else { return }
          own.accumulateGradient(
            signal: MatrixView(signalBase, rows: 1, columns: signal.count, stride: signal.count),
            rate: MatrixView(rateBase, rows: 1, columns: rate.count, stride: rate.count),
            into: &gradient[projection.weightName])
        }
      }
    }
    for population in network.populations
    where population.hasBias && gradient.changes(population.biasName) {
      for (i, value) in signal(at: population.name, point).enumerated() {
        gradient[population.biasName][i] += value
      }
    }
  }

  private func signal(at name: String, _ point: SamplePoint) -> ContiguousArray<Double> {
    let population = network.population(name)
    guard population.role == .readout else {
      return ContiguousArray(point.psi[network.columns(of: name)])
    }
    var signal = ContiguousArray<Double>(repeating: 0, count: population.size)
    for (k, unit) in network.outputUnits.enumerated() { signal[unit] = point.u[k] }
    return signal
  }

  private func rates(of name: String, _ point: SamplePoint) -> ContiguousArray<Double> {
    let values = network.population(name).role == .input ? point.inputs : point.rates
    return ContiguousArray(values[network.columns(of: name)])
  }
}
