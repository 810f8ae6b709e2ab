internal import Integration
internal import LinearAlgebra

// The way out where rounding is all that keeps a sample from its residual: under weak energy-based control, for one,
// ψ = −f(φ) is a difference of numbers that are much larger, and single precision knows it to 10⁻⁷ ‖φ‖ at best. Such
// samples are few, or the model is better off in double precision altogether.

extension PrecisionWorker where E == Double {
  /// Settles those samples of a state that are nearly settled, from where they are, and puts in their place what comes
  /// of it. What does not settle here, either, stays as it was.
  func finish(_ state: inout SettledState) throws {
    let rows = options.nearlySettled(among: state.certificates)
    let own = state.selecting(rows)
    let start = InitialStates(
      phi: own.observation.phi, psi: own.observation.psi, u: own.observation.u)
    let found = try settle(own.samples, from: start)
    for (k, row) in rows.enumerated() {
      state.finish(row, by: found, k)
    }
  }
}

extension SettlingOptions {
  /// The samples near an equilibrium that some method had found, and that the field in single precision did not confirm:
  /// not those that are slow, or ran into a limit.
  func nearlySettled(among certificates: [Certificate]) -> [Int] {
    certificates.indices.filter {
      let certificate = certificates[$0]
      return !certificate.isEquilibrium && certificate.residual <= nearlySettled
        && certificate.attempts.contains {
          $0.method == Attempt.verification || $0.outcome == .settledByDescent
        }
    }
  }
}

extension SettledState {
  /// Takes over one row of what was settled in double precision, if it is an equilibrium; what it took in any case.
  fileprivate mutating func finish(_ row: Int, by other: SettledState, _ otherRow: Int) {
    let own = certificates[row]
    let found = other.certificates[otherRow]
    var certificate = found.isEquilibrium ? found : own
    let last = own.attempts.last { $0.method != Attempt.verification }
    if found.isEquilibrium && last?.outcome == .settledByDescent {
      certificate.outcome = .settledByDescent
    }
    certificate.evaluations = own.evaluations + found.evaluations
    certificate.jacobianProducts = own.jacobianProducts + found.jacobianProducts
    certificate.steps = own.steps + found.steps
    // The time that it took before it came here is not known.
    certificate.settlingTime = .nan
    certificate.attempts = own.attempts + found.attempts.map(\.inDoublePrecision)
    certificates[row] = certificate
    if found.isEquilibrium { observation.copy(row, from: other.observation, otherRow) }
  }
}

extension Observation {
  /// Takes over everything about one sample of another observation of the same network.
  fileprivate mutating func copy(_ row: Int, from other: Observation, _ otherRow: Int) {
    func copy(
      _ values: inout ContiguousArray<Double>, _ others: ContiguousArray<Double>, _ columns: Int
    ) {
      for column in 0..<columns {
        values[row * columns + column] = others[otherRow * columns + column]
      }
    }
    copy(&phi, other.phi, unitCount)
    copy(&psi, other.psi, unitCount)
    copy(&u, other.u, outputCount)
    copy(&rates, other.rates, unitCount)
    copy(&slopes, other.slopes, unitCount)
    copy(&outputs, other.outputs, outputCount)
    copy(&losses, other.losses, 1)
  }
}

extension Attempt {
  fileprivate var inDoublePrecision: Attempt {
    var copy = self
    copy.method = "double precision, " + method
    return copy
  }
}
