import Dynamics
import Integration
import LinearAlgebra
import Testing

/// `auto` against integration all the way at tolerances far below its own.
@Suite("auto against tight integration")
struct AutomaticSettlingTests {
  /// What became of many samples.
  private struct Tally: CustomStringConvertible {
    var samples = 0
    var settledByFlow = 0
    var missed: [String] = []
    var elsewhere: [String] = []
    var unconfirmed: [String] = []
    var beyondTheFlow = 0
    var unstable: [String] = []
    var byDescent = 0
    /// Another minimum of F than the one that the flow goes to, and said to be found by descent.
    var byDescentElsewhere = 0

    var description: String {
      "\(samples) samples, \(settledByFlow) settled by the flow; auto missed \(missed.count), "
        + "elsewhere \(elsewhere.count), unconfirmed \(unconfirmed.count); beyond the flow "
        + "\(beyondTheFlow); `settled` but unstable \(unstable.count); by descent \(byDescent), of which "
        + "\(byDescentElsewhere) elsewhere\n"
        + (missed.prefix(10) + elsewhere.prefix(20) + unconfirmed.prefix(5) + unstable.prefix(12))
        .joined(separator: "\n")
    }
  }

  private static var judge: SettlingOptions {
    var options = SettlingOptions(method: .bdf, residual: 1e-9)
    options.relativeTolerance = 1e-8
    options.absoluteTolerance = 1e-10
    options.limits.time = 2000
    options.limits.straggler = 1
    options.certifiesStability = true
    return options
  }

  private static let kinds: [Zoo] = [
    .recurrent, .deep, .energy, .energyDeep, .linear, .linearReadout, .free, .freeDeep,
  ]

  private func compare(
    _ kind: Zoo, sizes: [Int], gains: [Double], seeds: ClosedRange<UInt64>, samples: Int,
    into tallies: inout [Precision: Tally]
  ) throws {
    for size in sizes {
      for gain in gains {
        for seed in seeds {
          let loss: any Loss = seed % 2 == 0 ? SquaredError() : CrossEntropy()
          let model = try kind.model(
            loss, size: size, gain: gain, samples: samples, seed: seed)
          let truth = try model.settle(Self.judge)
          for precision in Precision.allCases {
            var options = SettlingOptions(method: .automatic)
            options.certifiesStability = true
            if kind.isEnergyBased && precision == .single {
              // ψ = −f is a difference of larger numbers: its rounding is ε‖φ‖(1 + ‖W‖) or so, of
              // which the transpose makes as much again, against a ‖ψ‖ of a tenth of ‖φ‖.
              options.residual = 2e-5
            }
            let state = try model.settle(options, precision: precision)
            note(
              "\(kind) size \(size) gain \(gain) seed \(seed) \(precision)", truth, state,
              precision,
              residual: options.residual, &tallies[precision, default: Tally()])
          }
        }
      }
    }
  }

  private func note(
    _ label: String, _ truth: SettledState, _ state: SettledState, _ precision: Precision,
    residual: Double, _ tally: inout Tally
  ) {
    let units = truth.network.unitCount
    for row in 0..<truth.count {
      tally.samples += 1
      let own = state.certificates[row]
      let certificate = truth.certificates[row]
      if own.outcome == .settledByDescent { tally.byDescent += 1 }
      if own.outcome == .settled, let leading = own.leadingEigenvalue, leading > 1e-3 {
        tally.unstable.append(
          "  unstable \(label) row \(row): \(leading), the flow: \(certificate.outcome)")
      }
      guard certificate.outcome == .settled else {
        if own.isEquilibrium { tally.beyondTheFlow += 1 }
        continue
      }
      tally.settledByFlow += 1
      guard own.isEquilibrium else {
        tally.missed.append("  missed \(label) row \(row): \(own.summary)")
        continue
      }
      if !(own.residual <= residual) { tally.unconfirmed.append("  \(label): \(own.residual)") }
      let columns = row * units..<(row + 1) * units
      let phi = truth.observation.phi[columns]
      let psi = truth.observation.psi[columns]
      let apart = norm(
        zip(phi, state.observation.phi[columns]).map { $0 - $1 }
          + zip(psi, state.observation.psi[columns]).map { $0 - $1 })
      // ‖J⁻¹F‖ is the distance to first order; in single precision of a rounded F.
      let near = 3 * ((own.distance ?? 0) + (certificate.distance ?? 0))
      let rounding = (precision == .single ? 1e-4 : 1e-9) * (1 + norm(phi) + norm(psi))
      if own.outcome == .settledByDescent {
        tally.byDescentElsewhere += apart > near + rounding ? 1 : 0
      }
      if apart > near + rounding, own.outcome == .settled {
        tally.elsewhere.append(
          "  elsewhere \(label) row \(row): apart \(apart), distances "
            + "\(own.distance ?? .nan) \(certificate.distance ?? .nan), eigenvalues "
            + "\(own.leadingEigenvalue ?? .nan) \(certificate.leadingEigenvalue ?? .nan); "
            + own.summary)
      }
    }
  }

  @Test("random networks settle where their flow does", arguments: kinds)
  func random(kind: Zoo) throws {
    var tallies: [Precision: Tally] = [:]
    try compare(
      kind, sizes: [2, 5, 12, 40], gains: [0.3, 0.6, 0.9, 1.2, 1.5], seeds: 1...2, samples: 4,
      into: &tallies)
    for (precision, tally) in tallies {
      #expect(tally.missed.isEmpty && tally.unconfirmed.isEmpty, "\(kind) \(precision): \(tally)")
      // These nets have several equilibria, and loose steps may take a sample that starts near the ridge
      // between two basins to the other side: one of 160 was seen, energy-based at gain 1.5.
      #expect(tally.elsewhere.count * 100 <= tally.samples, "\(kind) \(precision): \(tally)")
      // Nothing tells the polish of a weakly unstable equilibrium from a stable one: 2 of 160 at most
      // were seen under dynamic inversion, where 20 do not settle by their flow at all.
      #expect(tally.unstable.count * 40 <= tally.samples, "\(kind) \(precision): \(tally)")
      // No more than what the flow does not settle may need it, and a tenth that is slow.
      #expect(tally.byDescent <= tally.samples - tally.settledByFlow + tally.samples / 10)
      #expect(tally.settledByFlow > 100)
    }
  }
}
