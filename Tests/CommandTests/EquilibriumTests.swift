import Testing

/// Equilibria against closed forms. They settle to a residual of 1e-11; the linear response of these
/// networks turns that into an error below 1e-10, beside the 5e-11 of the references' ten decimals.
@Suite("The summary's equilibria are those of the closed forms")
struct EquilibriumTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var leak: Double
    var phi: [Double]
    var psi: [Double]
    var u: [Double]
    var control: Double
    var augmented: Double

    var testDescription: String { "leak \(leak)" }
  }

  static let linearCases = [
    Case(
      leak: 0, phi: [1.387654321, 0.5, -0.2], psi: [0.5301234568, 0.8549382716, -0.8212345679],
      u: [1.1748518519, -0.5390123457], control: 0.8431882716049381, augmented: 0.8431882716049381),
    Case(
      leak: 0.1, phi: [1.3727752422, 0.393299673, -0.1505875594],
      psi: [0.4812688516, 0.7747420969, -0.7511824252], u: [1.0670032703, -0.4941244059],
      control: 0.698060030085945, augmented: 0.7671927754501396),
    Case(
      leak: 1, phi: [1.3076445164, -0.083560976, 0.0840775583],
      psi: [0.2626395645, 0.4185528267, -0.4269052089], u: [0.583560976, -0.2840775583],
      control: 0.2132070334807311, augmented: 0.4238287694084241),
    Case(
      leak: 10, phi: [1.2469951914, -0.5519375199, 0.3482091627],
      psi: [0.0471939809, 0.0740999881, -0.0811518947], u: [0.105193752, -0.0548209163],
      control: 0.007151855045536, augmented: 0.07750714663285),
  ]

  static let tanhCases = [
    Case(
      leak: 0, phi: [0.9907679396, 0.5, -0.2], psi: [0.2476027018, 1.1112373862, -0.8733911246],
      u: [1.2883252899, -0.5157241477], control: 1.029483841520228, augmented: 1.029483841520228),
    Case(
      leak: 0.1, phi: [1.0001359375, 0.381044335, -0.1527614304],
      psi: [0.2220483239, 1.0097056048, -0.8053637001], u: [1.1895566502, -0.4723856962],
      control: 0.8587107779725758, augmented: 0.940620441478171),
    Case(
      leak: 1, phi: [1.0723294265, -0.1640772632, 0.0728300437],
      psi: [0.1082056611, 0.5505902129, -0.4638903774], u: [0.6640772632, -0.2728300437],
      control: 0.265026164921408, augmented: 0.522743587033118),
  ]

  @Test("the linear example at every leak", arguments: linearCases)
  func linear(item: Case) throws { try check(item, of: "linear", controller: "dynamic-inversion") }

  @Test("the tanh example at every leak", arguments: tanhCases)
  func tanh(item: Case) throws { try check(item, of: "tanh", controller: "dynamic-inversion") }

  @Test(
    "energy-based control has the same equilibria", arguments: [linearCases[1], linearCases[2]])
  func energy(item: Case) throws { try check(item, of: "linear", controller: "energy") }

  private func check(_ item: Case, of model: String, controller: String) throws {
    let run = try Simulated(
      Repository.oracle(model),
      set: [
        toEquilibrium, "controller.kind=\(controller)",
        "controller.output={leak: \(item.leak), tau: 5}", "record.every=steps",
      ])
    let sample = run.sample()
    #expect(sample["certificate"]["outcome"].string == "settled")
    expectEqual(sample["phi"].numbers, item.phi, within: 2e-10, "phi")
    expectEqual(sample["psi"].numbers, item.psi, within: 2e-10, "psi")
    expectEqual(sample["u"].numbers, item.u, within: 2e-10, "u")
    expectEqual(sample["output"].numbers, Array(item.phi.dropFirst()), within: 2e-10, "output")
    expectEqual(
      [sample["control_energy"].number, sample["augmented_energy"].number],
      [item.control, item.augmented], within: 2e-10, "H and F")
    #expect(run.summary["effective_leak"].number == item.leak)
    #expect(run.summary["complete"].bool == true)
    // The trajectory ends where the summary says.
    let last = run.table.rows.count - 1
    #expect(run.table.numbers(last, hiddenPhi) == sample["phi"].numbers)
    #expect(run.table.number(last, "residual") == sample["certificate"]["residual"].number)
    #expect(run.table.number(last, "loss") == sample["loss"].number)
  }

  @Test(
    "the free network",
    arguments: [
      ("linear", [1.234439834, -0.6542185339, 0.4128630705], 0.8539107835991497),
      ("tanh", [1.1593832062, -0.8235867274, 0.4490314235], 1.0865618067831855),
    ])
  func free(model: String, phi: [Double], loss: Double) throws {
    let run = try Simulated(
      Repository.oracle(model), set: ["protocol=[{phase: free, until: equilibrium}]"])
    expectEqual(run.sample()["phi"].numbers, phi, within: 2e-10, "phi")
    expectEqual([run.sample()["loss"].number], [loss], within: 2e-10, "loss")
    #expect(run.sample()["psi"].numbers == [0, 0, 0])
    #expect(run.sample()["u"].numbers == [0, 0])
  }

  @Test("linear feedback pays more for the same output")
  func linearFeedback() throws {
    let given = try Simulated(Repository.oracle("linear-feedback")).sample()
    expectEqual(
      given["psi"].numbers, [0.4582184517, 0.8908907741, -0.8302226935], within: 2e-10, "psi")
    expectEqual([given["control_energy"].number], [0.8464601208997704], within: 2e-10, "H")
    let pushed = try Simulated(
      Repository.oracle("linear-feedback"), set: ["controller.feedback.hidden=identity"]
    ).sample()
    expectEqual(pushed["psi"].numbers, [0, 1.12, -0.8875], within: 2e-10, "psi")
    expectEqual(pushed["phi"].numbers, [0.725, 0.5, -0.2], within: 2e-10, "phi")
    expectEqual([pushed["control_energy"].number], [1.021028125], within: 2e-10, "H")
  }

  @Test("one neuron, its own output")
  func oneNeuron() throws {
    let run = try Simulated(Repository.oracle("one-neuron"))
    expectEqual(run.sample(phase: 0)["phi"].numbers, [1.1557093111], within: 2e-10, "free phi")
    expectEqual([run.sample(phase: 0)["loss"].number], [9.808325612e-4], within: 2e-10, "free L")
    let held = run.sample(phase: 1)
    expectEqual(held["phi"].numbers, [1.2], within: 2e-10, "phi")
    expectEqual(held["psi"].numbers, [0.0330763144], within: 2e-10, "psi")
    expectEqual([held["control_energy"].number], [5.470212868e-4], within: 2e-10, "H")
    let leaky = try Simulated(
      Repository.oracle("one-neuron"), set: ["controller.output.leak=0.1"]
    ).sample(phase: 1)
    expectEqual(leaky["phi"].numbers, [1.1976374335], within: 2e-10, "phi")
    expectEqual(leaky["psi"].numbers, [0.0312913885], within: 2e-10, "psi")
    expectEqual(leaky["u"].numbers, [0.0236256653], within: 2e-10, "u")
    expectEqual([leaky["augmented_energy"].number], [5.174841006e-4], within: 2e-10, "F")
  }

  @Test("a chain of two units")
  func chain() throws {
    let sample = try Simulated(Repository.oracle("chain")).sample()
    expectEqual(sample["u"].numbers, [0.8624535316], within: 2e-10, "u")
    expectEqual(sample["psi"].numbers, [-1.1211895911, 0.8624535316], within: 2e-10, "psi")
    expectEqual(sample["phi"].numbers, [0.2788104089, 0.5], within: 2e-10, "phi")
    expectEqual([sample["augmented_energy"].number], [1.0004460967], within: 2e-10, "F")
    let leaky = try Simulated(
      Repository.oracle("chain"), set: ["controller.output.leak=0.5"]
    ).sample()
    expectEqual(leaky["u"].numbers, [0.7272727273], within: 2e-10, "u")
    expectEqual([leaky["phi"][1].number], [0.1363636364], within: 2e-10, "phi 2")
    expectEqual([leaky["augmented_energy"].number], [0.8436363636], within: 2e-10, "F")
  }

  @Test(
    "a softmax output",
    arguments: [
      (1.0, 0.0, 0.3374158072), (0.1, 0, 1.0640172592), (0.01, 0, 1.9569974098),
      (0.001, 0, 2.9171187489), (0, 0.01, 2.2975599251),
    ])
  func softmax(leak: Double, soft: Double, v: Double) throws {
    let sample = try Simulated(
      Repository.oracle("softmax"),
      set: ["controller.output.leak=\(leak)", "network.loss.soft=\(soft)"]
    ).sample()
    // The residual times the slowest time constant over τ, 1/(p(1 − p) + α): up to 200 times more.
    let tolerance = 2e-9
    expectEqual(sample["u"].numbers, [v, -v], within: tolerance, "u")
    expectEqual(sample["phi"].numbers, [v, -v], within: tolerance, "phi")
    expectEqual(sample["psi"].numbers, [v, -v], within: tolerance, "psi")
  }

  /// Printed to eight decimals.
  @Test("a decoder, as a readout and as units of its own")
  func decoder() throws {
    let readout = try Simulated(Repository.oracle("decoder")).sample()
    expectEqual(readout["u"].numbers, [0.91771794, 0.26258375], within: 6e-9, "u")
    expectEqual(
      readout["psi"].numbers, [0.51517139, 0.6615317, -0.03500927], within: 6e-9, "psi")
    expectEqual([readout["control_energy"].number], [0.35212569864306503], within: 2e-10, "H")
    let units = try Simulated(
      Repository.oracle("decoder"), set: ["network.populations.output.role=state"]
    ).sample()
    expectEqual(units["u"].numbers, [0.40486427, 0.09333835], within: 6e-9, "u")
    expectEqual(
      units["psi"].numbers, [0.23751565, 0.27898899, -0.03626821, 0.40486427, 0.09333835],
      within: 6e-9, "psi")
    expectEqual([units["control_energy"].number], [0.1540955281560226], within: 2e-10, "H")
  }
}
