import Dynamics
import Integration
import LinearAlgebra
import Testing

/// Where rounding is all that keeps a sample of a run in single precision from its residual, it is finished in double.
@Suite("Samples that single precision cannot settle")
struct PreciseFinishTests {
  /// ψ = −f is a hundredth of φ here, so that the rounding of φ alone is about 10⁻⁵ of ψ.
  private func weaklyControlled(seed: UInt64) throws -> Model {
    try Zoo.energy.model(
      CrossEntropy(), size: 40, gain: 0.9, samples: 30, seed: seed,
      controller: EnergyBased(output: .leakyIntegral(leak: 64, timeConstant: 640)))
  }

  @Test("settle where double precision does", arguments: 1...3 as ClosedRange<UInt64>)
  func weakControl(seed: UInt64) throws {
    let model = try weaklyControlled(seed: seed)
    let options = SettlingOptions(method: .automatic)
    let double = try model.settle(options)
    let single = try model.settle(options, precision: .single)
    try #require(double.areSettled, "\(double.summaries)")
    let isComplete = single.areSettled
    #expect(isComplete, "\(single.summaries)")
    let finished = single.certificates.indices.filter {
      single.certificates[$0].attempts.contains { $0.method.hasPrefix("double precision, ") }
    }
    #expect(!finished.isEmpty, "nothing to finish: control is not weak enough for this test")
    for row in finished {
      let certificate = single.certificates[row]
      #expect(certificate.residual <= 1e-6)
      #expect(certificate.outcome == double.certificates[row].outcome)
      #expect(
        certificate.evaluations
          >= certificate.attempts.filter { $0.method != "verification" }.reduce(0) {
            $0 + $1.evaluations
          },
        "what it took in single precision counts, too")
    }
    // 1e-6 of ‖ψ‖, twice, through the inverse of a Hessian that a gain of 0.9 lets be as small as 0.01.
    for (a, b) in zip(single.observation.psi, double.observation.psi) {
      #expect(abs(a - b) <= 2e-4)
    }
    for (a, b) in zip(single.observation.phi, double.observation.phi) {
      #expect(abs(a - b) <= 2e-4)
    }
  }

  @Test("are left alone by methods that are to do it by themselves")
  func otherMethods() throws {
    var options = SettlingOptions(method: .bdf)
    options.limits.steps = 300
    options.limits.straggler = 1
    let state = try weaklyControlled(seed: 1).settle(options, precision: .single)
    for certificate in state.certificates {
      #expect(!certificate.attempts.contains { $0.method.hasPrefix("double precision, ") })
    }
  }

  @Test("are not claimed by the descent, which single precision does not confirm")
  func descentAlone() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let state = try weaklyControlled(seed: seed).settle(
        SettlingOptions(method: .descent), precision: .single)
      for certificate in state.certificates {
        #expect(
          certificate.isEquilibrium == (certificate.residual <= 1e-6), "\(certificate.summary)")
      }
      #expect(!state.areSettled, "control is not weak enough for this test")
    }
  }

  /// A target out of reach without a leak: that drifts in any precision, and far from rest.
  @Test("only because of a limit are not tried again")
  func hopeless() throws {
    var model = try Zoo.energy.model(SquaredError(), size: 8, samples: 4, seed: 2)
    model.controller = DynamicInversion(output: .leakyIntegral(leak: 1e-9, timeConstant: 1))
    for i in model.parameters.parameters.indices where model.parameters[i].name.hasSuffix("weight")
    {
      model.parameters[i].values = ContiguousArray(
        repeating: 0, count: model.parameters[i].values.count)
    }
    var options = SettlingOptions(method: .automatic)
    options.limits.time = 20
    options.allowsDescent = false
    let state = try model.settle(options, precision: .single)
    #expect(!state.areSettled)
    for certificate in state.certificates {
      #expect(!certificate.attempts.contains { $0.method.hasPrefix("double precision, ") })
    }
  }

  @Test("give the same bits for any number of threads")
  func threads() throws {
    let model = try weaklyControlled(seed: 4)
    let options = SettlingOptions(method: .automatic)
    let rows = Array(0..<30) + Array(0..<30) + Array(0..<20)
    let samples = model.samples.selecting(rows)
    func psi(_ threads: Int) throws -> [Double] {
      try model.batchSettler(options, precision: .single, threads: threads).settle(samples).flatMap
      {
        Array($0.observation.psi)
      }
    }
    #expect(try psi(1) == psi(3))
  }
}
