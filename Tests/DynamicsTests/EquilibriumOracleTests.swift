import Dynamics
import Integration
import Testing

@Suite("Equilibria of SCIENCE 8.1 and 8.2, at the printed digits")
struct EquilibriumOracleTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let isLinear: Bool
    let leak: Double
    let phi: [Double]
    let psi: [Double]
    let u: [Double]
    let h: Double
    let f: Double
    var testDescription: String { name }
  }

  static let rows = [
    Row(
      name: "linear, \u{3b1} = 0", isLinear: true, leak: 0,
      phi: [1.387654321, 0.5, -0.2], psi: [0.5301234568, 0.8549382716, -0.8212345679],
      u: [1.1748518519, -0.5390123457], h: 0.8431882716049381, f: 0.8431882716049381),
    Row(
      name: "linear, \u{3b1} = 0.1", isLinear: true, leak: 0.1,
      phi: [1.3727752422, 0.393299673, -0.1505875594],
      psi: [0.4812688516, 0.7747420969, -0.7511824252],
      u: [1.0670032703, -0.4941244059], h: 0.698060030085945, f: 0.7671927754501396),
    Row(
      name: "linear, \u{3b1} = 1", isLinear: true, leak: 1,
      phi: [1.3076445164, -0.083560976, 0.0840775583],
      psi: [0.2626395645, 0.4185528267, -0.4269052089],
      u: [0.583560976, -0.2840775583], h: 0.2132070334807311, f: 0.4238287694084241),
    Row(
      name: "linear, \u{3b1} = 10", isLinear: true, leak: 10,
      phi: [1.2469951914, -0.5519375199, 0.3482091627],
      psi: [0.0471939809, 0.0740999881, -0.0811518947],
      u: [0.105193752, -0.0548209163], h: 0.007151855045536, f: 0.07750714663285),
    Row(
      name: "tanh, \u{3b1} = 0", isLinear: false, leak: 0,
      phi: [0.9907679396, 0.5, -0.2], psi: [0.2476027018, 1.1112373862, -0.8733911246],
      u: [1.2883252899, -0.5157241477], h: 1.029483841520228, f: 1.029483841520228),
    Row(
      name: "tanh, \u{3b1} = 0.1", isLinear: false, leak: 0.1,
      phi: [1.0001359375, 0.381044335, -0.1527614304],
      psi: [0.2220483239, 1.0097056048, -0.8053637001],
      u: [1.1895566502, -0.4723856962], h: 0.8587107779725758, f: 0.940620441478171),
    Row(
      name: "tanh, \u{3b1} = 1", isLinear: false, leak: 1,
      phi: [1.0723294265, -0.1640772632, 0.0728300437],
      psi: [0.1082056611, 0.5505902129, -0.4638903774],
      u: [0.6640772632, -0.2728300437], h: 0.265026164921408, f: 0.522743587033118),
  ]

  /// Controllers with strict alignment share their equilibria (SCIENCE 8.10).
  static func controllers(leak: Double) -> [any Controller] {
    let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 10)
    return [DynamicInversion(output: loop), EnergyBased(output: loop)]
  }

  @Test("dynamic inversion and energy-based dynamics reach the oracle", arguments: rows)
  func equilibrium(_ row: Row) throws {
    for controller in Self.controllers(leak: row.leak) {
      let state = try Example.settle(row.isLinear ? Identity() : Tanh(), controller)
      #expect(state.certificates[0].outcome == .settled, "\(state.certificates[0].summary)")
      #expect(near(state.observation.phi, row.phi))
      #expect(near(state.observation.psi, row.psi))
      #expect(near(state.observation.u, row.u))
      let h = state.controlEnergy(0)
      #expect(abs(h - row.h) <= 2e-10)
      let f = row.leak > 0 ? h + state.observation.losses[0] / row.leak : h
      #expect(abs(f - row.f) <= 2e-10)
    }
  }

  @Test("without control the network reaches the printed free equilibrium")
  func free() throws {
    let linear = try Example.settle(Identity(), NoControl())
    #expect(near(linear.observation.phi, [1.234439834, -0.6542185339, 0.4128630705]))
    #expect(abs(linear.observation.losses[0] - 0.8539107835991497) <= 2e-10)
    let tanh = try Example.settle(Tanh(), NoControl())
    #expect(near(tanh.observation.phi, [1.1593832062, -0.8235867274, 0.4490314235]))
    #expect(abs(tanh.observation.losses[0] - 1.0865618067831855) <= 2e-10)
    #expect(tanh.observation.psi.allSatisfy { $0 == 0 })
  }
}
