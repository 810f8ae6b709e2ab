import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Deep feedback control")
struct DeepFeedbackControlTests {
  private let controller = DynamicInversion(output: .leakyIntegral(leak: 0.5, timeConstant: 10))

  @Test("nudged targets are a step down the loss from the free output", arguments: Net.allCases)
  func target(net: Net) throws {
    let (network, parameters, samples) = try net.model(Tanh(), CrossEntropy())
    let rule = DeepFeedbackControl(nudging: 0.3)
    let (_, states) = try phasedUpdate(rule, network, controller, parameters, samples)
    let free = states[0][.free]!.observation
    let state = states[0][.targetNudged(0.3)]!
    #expect(state.isSettled)
    for row in 0..<3 {
      // α·u = y* − λ∇L(y*) − y, with ∇L = softmax(y*) − t by hand.
      let y = free.outputs[2 * row..<2 * row + 2].map { $0 }
      let p = 1 / (1 + exp(y[1] - y[0]))
      let gradient = [p - samples.targets[2 * row], 1 - p - samples.targets[2 * row + 1]]
      for k in 0..<2 {
        let target = y[k] - 0.3 * gradient[k]
        let u = state.observation.u[2 * row + k]
        #expect(abs(0.5 * u - (target - state.observation.outputs[2 * row + k])) < 1e-11)
      }
    }
  }

  @Test("its updates are differences with and without control, times rates")
  func update() throws {
    let (network, parameters, samples) = try Net.feedforward.model(Tanh(), CrossEntropy())
    let names = [("a-b.weight", 3..<5, 0..<3), ("b-y.weight", 5..<7, 3..<5)]
    for nudging in [0.3, nil] {
      for difference in DeepFeedbackControl.Difference.allCases {
        let rule = DeepFeedbackControl(nudging: nudging, difference: difference)
        let (update, states) = try phasedUpdate(
          rule, network, controller, parameters, samples)
        let phase: SettledPhase = nudging.map { .targetNudged($0) } ?? .controlled
        let observation = states[0][phase]!.observation
        for (name, post, pre) in names {
          var expected: [Double] = []
          for i in post {
            for j in pre {
              var sum = 0.0
              for row in 0..<3 {
                let phi = observation.phi[row * 7 + i]
                let psi = observation.psi[row * 7 + i]
                let isLinear = i >= 5 || difference == .voltage
                sum +=
                  (isLinear ? psi : tanh(phi) - tanh(phi - psi)) * observation.rates[row * 7 + j]
              }
              expected.append(sum)
            }
          }
          #expect(largestDifference(update[name], expected) < 1e-14)
          #expect(expected.contains { abs($0) > 1e-3 })
        }
      }
    }
  }

  @Test("by voltages, the strong variant is least control")
  func strong() throws {
    let (network, parameters, samples) = try Net.readout.model(Tanh(), SquaredError())
    let (strong, _) = try phasedUpdate(
      DeepFeedbackControl(nudging: nil, difference: .voltage), network, controller, parameters,
      samples)
    let (least, _) = try phasedUpdate(
      LocalLearning<LeastControl>.leastControl(), network, controller, parameters, samples)
    #expect(largestDifference(strong, least, parameters) < 1e-15)
  }
}
