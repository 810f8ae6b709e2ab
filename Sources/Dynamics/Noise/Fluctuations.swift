/// How the control of a chunk of samples answered to noise around its equilibrium: sums over the steps
/// of a simulation with ``OrnsteinUhlenbeck`` noise. Rows are samples.
public struct Fluctuations: Sendable, Equatable {
  /// The noise that made them.
  public let noise: OrnsteinUhlenbeck
  /// Units of the network.
  public let unitCount: Int
  /// Outputs that the loss reads.
  public let outputCount: Int
  /// Σ over the steps of (u − u\*) εᵀ, [samples × n_y × units]; zero at units without noise.
  public var noiseSums: ContiguousArray<Double>
  /// Σ over the steps of u (u − u\*)ᵀ, [samples × n_y × n_y].
  public var controlSums: ContiguousArray<Double>

  init(_ network: Network, noise: OrnsteinUhlenbeck, samples: Int) {
    self.noise = noise
    unitCount = network.unitCount
    outputCount = network.outputCount
    noiseSums = ContiguousArray(repeating: 0, count: samples * outputCount * unitCount)
    controlSums = ContiguousArray(repeating: 0, count: samples * outputCount * outputCount)
  }

  /// Whether all sums of one sample are numbers.
  func isFinite(_ sample: Int) -> Bool {
    let noises = outputCount * unitCount
    let controls = outputCount * outputCount
    return noiseSums[sample * noises..<(sample + 1) * noises].allSatisfy(\.isFinite)
      && controlSums[sample * controls..<(sample + 1) * controls].allSatisfy(\.isFinite)
  }

  func selecting(_ rows: [Int], of count: Int) -> Fluctuations {
    var copy = self
    copy.noiseSums = gather(noiseSums, rows: rows, of: count)
    copy.controlSums = gather(controlSums, rows: rows, of: count)
    return copy
  }
}
