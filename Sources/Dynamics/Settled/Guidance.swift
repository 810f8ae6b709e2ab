internal import Integration
internal import LinearAlgebra

// Settling under one controller by way of another one with the same equilibria: where it may, `auto` under
// energy-based dynamics lets dynamic inversion find them. What the guide finds is a place to start from and no more: the
// controller's own field is what judges it, and settles what it refuses.

extension PrecisionWorker {
  /// In single precision, and no nearer than that can come: the last digits are the controller's own.
  private static var residual: Double { 1e-5 }

  /// The worker that settles samples first; nil where the controller has no guide, or the options ask for a
  /// way of their own.
  static func guide(
    _ network: Network, controller: any Controller, options: SettlingOptions, capacity: Int
  ) throws -> (any ChunkWorker)? {
    guard options.usesGuide, options.method == .automatic, options.polish != .none,
      let guide = controller.guide(for: network)
    else { return nil }
    var options = options
    options.residual = max(options.residual, residual)
    options.criterion = .perVariable
    options.certifiesStability = false
    return try PrecisionWorker<Float>(
      network, controller: guide, options: options, capacity: capacity, isGuide: true)
  }
}

extension SettledState {
  /// Where the samples that settled are, and where the others were to start.
  func starts(insteadOf own: InitialStates?) -> InitialStates {
    var starts = InitialStates(phi: observation.phi, psi: observation.psi, u: observation.u)
    func put(
      _ own: ContiguousArray<Double>?, _ row: Int, into values: inout ContiguousArray<Double>
    ) {
      guard let own, !own.isEmpty else { return }
      let columns = values.count / count
      for i in row * columns..<(row + 1) * columns { values[i] = own[i] }
    }
    for row in 0..<count where !certificates[row].isEquilibrium {
      starts.clear(row, of: count)
      put(own?.phi, row, into: &starts.phi)
      put(own?.psi, row, into: &starts.psi)
      put(own?.u, row, into: &starts.u)
    }
    return starts
  }

  /// Adds to the certificates what the guide did. Time does not count: it is another flow's.
  mutating func lead(by guides: [Certificate]) {
    for (row, guide) in guides.enumerated() {
      certificates[row].evaluations += guide.evaluations
      certificates[row].jacobianProducts += guide.jacobianProducts
      certificates[row].steps += guide.steps
      certificates[row].settlingTime = .nan
      certificates[row].attempts = guide.attempts.map(\.ofGuide) + certificates[row].attempts
    }
  }
}

extension Attempt {
  fileprivate var ofGuide: Attempt {
    var copy = self
    copy.method = "guide, " + method
    return copy
  }
}
