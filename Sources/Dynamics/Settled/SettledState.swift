public import Integration

/// Where a chunk of samples settled: all that a learning rule or a report may read. Rows are samples.
public struct SettledState: Sendable {
  /// The network that settled.
  public let network: Network
  /// What it was given.
  public package(set) var samples: Samples
  /// φ, ψ, u, σ(φ), outputs and losses at the equilibrium.
  ///
  /// The rows of samples that did not settle hold where their last attempt ended; look at
  /// ``certificates`` before you read them.
  public var observation: Observation
  /// What became of each sample.
  public var certificates: [Certificate]
  /// How control answered to noise around the equilibrium, where it was asked for.
  public var fluctuations: Fluctuations? = nil

  /// How many samples there are.
  public var count: Int { samples.count }

  /// Only the samples in those rows.
  public func selecting(_ rows: [Int]) -> SettledState {
    guard rows.count < count else { return self }
    var copy = SettledState(
      network: network, samples: samples.selecting(rows), observation: Observation(network),
      certificates: rows.map { certificates[$0] })
    copy.observation.resize(rows.count)
    copy.observation.phi = gather(observation.phi, rows: rows, of: count)
    copy.observation.psi = gather(observation.psi, rows: rows, of: count)
    copy.observation.u = gather(observation.u, rows: rows, of: count)
    copy.observation.rates = gather(observation.rates, rows: rows, of: count)
    copy.observation.slopes = gather(observation.slopes, rows: rows, of: count)
    copy.observation.outputs = gather(observation.outputs, rows: rows, of: count)
    copy.observation.losses = gather(observation.losses, rows: rows, of: count)
    copy.fluctuations = fluctuations?.selecting(rows, of: count)
    return copy
  }

  /// ½‖ψ‖² of one sample: the control energy H.
  public func controlEnergy(_ row: Int) -> Double {
    let units = observation.unitCount
    var sum = 0.0
    for psi in observation.psi[row * units..<(row + 1) * units] { sum += psi * psi }
    return sum / 2
  }
}
