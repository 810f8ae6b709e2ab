import Dynamics
import Learning
import LinearAlgebra
import Testing

/// A rule that looks further than a synapse can is caught, and one that does not is not.
@Suite("Audit: locality")
struct AuditLocalityTests {
  /// What a cheat looks at.
  enum Look: String, CaseIterable, Sendable {
    case otherProjection, otherWeight, otherUnit, otherInput, target, otherOutput
  }

  /// Hebb's rule with a look at what it must not know.
  struct Cheat: LearningRule {
    let name = "cheat"
    var look: Look?
    var claims = false
    var isLocal: Bool { claims }
    let phases: Set<SettledPhase> = [.controlled]

    func changedParameters(of network: Network) -> Set<String> { ["h-h.weight"] }

    func accumulate(
      _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
      into update: inout ParameterUpdate
    ) {
      let state = states[.controlled]
      let units = state.network.unitCount
      let size = state.network.population("h").size
      for r in 0..<state.count {
        let rates = state.observation.rates
        for i in 0..<size {
          for j in 0..<size {
            var change = rates[r * units + i] * rates[r * units + j]
            switch look {
            case nil: change -= parameters["h-h.weight"].values[i * size + j]
            // The weight that carries the control back: weight transport.
            case .otherProjection: change *= parameters["h-y.weight"].values[i]
            case .otherWeight: change -= parameters["h-h.weight"].values[j * size + (i + 1) % size]
            case .otherUnit: change *= state.observation.psi[r * units + (i + j + 1) % size]
            case .otherInput: change *= state.samples.inputs[r * 2]
            case .target: change += state.samples.targets[r * 2]
            case .otherOutput: change *= state.observation.u[r * 2 + 1]
            }
            update["h-h.weight"][i * size + j] += change
          }
        }
      }
    }
  }

  private func audit(_ rules: [any LearningRule]) throws -> AuditReport {
    let network = try classifier(hidden: 5)
    let controller = LinearFeedback(output: .leakyIntegral(leak: 1, timeConstant: 5))
    return try Audit(network, controller: controller, rules: rules)
      .report(
        on: moons(3).all, parameters: network.initialParameters(for: controller, seed: 2))
  }

  @Test("a rule that looks elsewhere is caught", arguments: Look.allCases)
  func cheats(look: Look) throws {
    let honest = try audit([Cheat(look: look)])
    let row = try #require(honest.locality.first)
    #expect(honest.locality.count == 1 && row.parameter == "h-h.weight" && !row.isLocal)
    let sees = look == .otherProjection || look == .otherWeight ? "weights" : "units"
    #expect(row.finding?.contains(sees) == true && row.finding?.contains("h-h.weight[") == true)
    // Who does not claim to be local may look where he likes.
    #expect(honest.isPassed)
    let liar = try audit([Cheat(look: look, claims: true)])
    #expect(!liar.isPassed && liar.failures.count == 1 && liar.failures[0].contains("local"))
  }

  @Test("a rule that only copies the changes of another, and reads no phase, is audited beside it")
  func copies() throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 4, activation: Tanh()), Population(name: "y", size: 2),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"),
        DenseProjection(from: "h", to: "y", separateFeedback: true),
      ],
      loss: CrossEntropy(), output: .init(population: "y"))
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    let report = try Audit(
      network, controller: controller, rules: [.leastControl(), KolenPollack()]
    ).report(on: moons(3).all, parameters: network.initialParameters(for: controller, seed: 2))
    #expect(report.locality.count == 4 && report.locality.allSatisfy(\.isLocal))
    #expect(!report.locality.contains { $0.parameter == "h-y.feedback" })
  }

  /// A local rule that is no outer product, with a memory.
  struct Trace: RememberingLocalRule {
    struct Memory: SynapseMemory {
      var trace = 0.0
      static var fields: [any WritableKeyPath<Memory, Double> & Sendable] { [\.trace] }
    }
    func change(_ synapse: Synapse, _ memory: inout Memory) -> Double {
      memory.trace = 0.9 * memory.trace + synapse.ratePre * synapse.ratePost
      return memory.trace * synapse.controlPost - 0.1 * synapse.weight
    }
  }

  @Test("rules that keep to their synapse pass, in both forms")
  func local() throws {
    let rules: [any LearningRule] = [
      LocalLearning<LeastControl>.leastControl(),
      LocalLearning(LeastControl(modulation: .slope), name: "modulated"),
      LocalLearning(LeastControl(), name: "by synapse", synapseBySynapse: true),
      LocalLearning(Trace(), name: "trace"), Cheat(look: nil, claims: true),
    ]
    for rule in rules {
      let report = try audit([rule])
      #expect(report.isPassed && !report.locality.isEmpty, "\(rule.name): \(report.failures)")
      #expect(report.locality.allSatisfy { $0.isLocal && $0.isPromised && $0.synapses > 0 })
      if rule is LocalLearning<LeastControl> {
        #expect(
          Set(report.locality.map(\.parameter))
            == ["x-h.weight", "h-y.weight", "h-h.weight", "h.bias", "y.bias"])
      }
    }
  }
}
