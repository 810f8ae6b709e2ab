import Testing

/// The way through time against matrix exponentials (linear) and an independent integrator (tanh).
///
/// The references are printed to ten decimals (an error of 5e-11), and the integration at a relative
/// tolerance of 1e-12 stays below 1e-10: together below 2e-10.
@Suite("The path of a simulation is that of the equations")
struct TransientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var model: String
    var settings: [String] = []
    var time: String
    var phi: [Double]
    /// Empty under energy-based control, where ψ is algebraic.
    var psi: [Double]
    var u: [Double]

    var testDescription: String { "\(model) \(settings.joined()) at \(time)" }
  }

  static let noLeak = ["controller.output={leak: 0, tau: 5}"]
  static let energy = ["controller.kind=energy"]

  static let cases = [
    Case(
      model: "linear", time: "1.0", phi: [0.6150105974, -0.5172631846, 0.3060238658],
      psi: [0.0336764069, 0.2657726031, -0.1502931951], u: [0.7986416408, -0.3861114774]),
    Case(
      model: "linear", time: "5.0", phi: [1.403373855, 0.9141479493, -0.4401688138],
      psi: [0.7399036015, 1.1387803262, -1.1097752221], u: [1.1959739458, -0.509454514]),
    Case(
      model: "linear", time: "20.0", phi: [1.3726674114, 0.4198928466, -0.2188768102],
      psi: [0.496813584, 0.7996716935, -0.8300180437], u: [1.1042761648, -0.5226299562]),
    Case(
      model: "linear", settings: noLeak, time: "1.0",
      phi: [0.6136242016, -0.5761769768, 0.3337713442],
      psi: [0.0069462139, 0.0554770636, -0.0312815554], u: [0.170061668, -0.0820659798]),
    Case(
      model: "linear", settings: noLeak, time: "5.0",
      phi: [1.2800912762, -0.0625286575, 0.0750928286],
      psi: [0.2852668913, 0.6346421782, -0.5371500611], u: [0.9167235822, -0.4466333041]),
    Case(
      model: "linear", settings: noLeak, time: "20.0",
      phi: [1.3884324447, 0.5034799062, -0.1973548189],
      psi: [0.5316189915, 0.8574954781, -0.8197265627], u: [1.1764487218, -0.5375794939]),
    Case(
      model: "tanh", time: "1.0", phi: [0.6060685546, -0.5223541009, 0.3116199302],
      psi: [0.0263126131, 0.2675913137, -0.1490344661], u: [0.7996931408, -0.3875701757]),
    Case(
      model: "tanh", time: "5.0", phi: [0.9776428346, 0.9101731441, -0.4665159392],
      psi: [0.3254180067, 1.5009281888, -1.1395909379], u: [1.3647003014, -0.5030711449]),
    Case(
      model: "tanh", time: "20.0", phi: [0.9974151841, 0.4238018883, -0.2075128298],
      psi: [0.2282497837, 1.1008879712, -0.852933319], u: [1.3004043888, -0.4715440941]),
    Case(
      model: "tanh", settings: noLeak, time: "5.0",
      phi: [1.0949157021, -0.1815604341, 0.0738508504],
      psi: [0.1037908226, 0.7214090967, -0.5741670011], u: [0.9767740561, -0.4635092538]),
    Case(
      model: "tanh", settings: noLeak, time: "20.0",
      phi: [0.9904121976, 0.5098892993, -0.1993513138],
      psi: [0.2497646328, 1.1153667506, -0.8753114514], u: [1.2876180598, -0.5156915387]),
    Case(
      model: "tanh", settings: energy, time: "1.0",
      phi: [0.683601131, -0.2728730574, 0.0897843148], psi: [], u: [0.6889429983, -0.2562121801]),
    Case(
      model: "tanh", settings: energy, time: "5.0",
      phi: [0.9927816654, 0.4697189791, -0.1850191832], psi: [], u: [1.2103214006, -0.4867923197]),
    Case(
      model: "tanh", settings: energy, time: "20.0",
      phi: [1.0001307869, 0.381048222, -0.1527833106], psi: [], u: [1.1894911766, -0.4723890033]),
  ]

  @Test("φ, ψ and u at 1, 5 and 20", arguments: cases)
  func path(of item: Case) throws {
    let run = try Simulated(Repository.oracle(item.model), set: item.settings)
    let row = try run.row(at: item.time)
    expectEqual(run.table.numbers(row, hiddenPhi), item.phi, within: 2e-10, "phi")
    if !item.psi.isEmpty {
      expectEqual(run.table.numbers(row, hiddenPsi), item.psi, within: 2e-10, "psi")
    }
    expectEqual(run.table.numbers(row, hiddenU), item.u, within: 2e-10, "u")
    // The loss is read off the same row: ½‖y − t‖².
    let y = run.table.numbers(row, Array(hiddenPhi.dropFirst()))
    let loss = 0.5 * ((y[0] - 0.5) * (y[0] - 0.5) + (y[1] + 0.2) * (y[1] + 0.2))
    expectEqual([run.table.number(row, "loss")], [loss], within: 1e-15, "loss")
  }

  @Test("under energy-based control ψ = −f(φ) at every row")
  func algebraicControl() throws {
    let run = try Simulated(Repository.oracle("linear"), set: Self.energy)
    #expect(run.table.rows.count == 21)
    let weight = [[0.2, -0.3, 0.1], [0.4, 0.1, -0.2], [-0.1, 0.3, 0.2]]
    let drive = [0.75, -1.0, 0.65]
    for row in run.table.rows.indices {
      let phi = run.table.numbers(row, hiddenPhi)
      let psi = (0..<3).map { i in
        phi[i] - drive[i] - (0..<3).reduce(0) { $0 + weight[i][$1] * phi[$1] }
      }
      // Sums of five products of order 1.
      expectEqual(run.table.numbers(row, hiddenPsi), psi, within: 1e-14, "row \(row)")
    }
  }
}
