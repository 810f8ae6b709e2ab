import Foundation
import Testing

/// `settle analyze` as users meet it.
@Suite("Analyses")
struct AnalyzeTests {
  @Test("the linear example: eigenvalues, cost and alternatives as SCIENCE 8.1 prints them")
  func linear() throws {
    let result = try settle(
      "analyze", Repository.model("linear"), "--json", "--quiet", in: Scratch())
    #expect(result.status == 0 && result.err.isEmpty, "\(result.report)")
    let report = try JSON(result.out)
    let sample = report["samples"][0]
    #expect(abs(sample["controlled"]["margin"].number + 0.2044599801) < 1e-10)
    #expect(sample["controlled"]["eigenvalues"].elements.count == 8)
    #expect(abs(sample["free"]["margin"].number - (0.2258723361 - 1)) < 1e-10)
    #expect(abs(sample["control"]["control_energy"].number - 0.8431882716049381) < 1e-12)
    #expect(abs(sample["control"]["optimality_gap"].number) < 1e-9)
    #expect(sample["released"]["same"].bool == true)
    #expect(report["complete"].bool == true && report["multistable"].number == 0)
    let keys = sample["controlled"]["margin_derivatives"].elements.map { $0["key"].string }
    for key in [
      "controller.output.tau", "controller.output.leak", "controller.output.integral",
      "controller.output.proportional", "controller.tau", "network.populations.hidden.tau",
      "network.projections.hidden-hidden",
    ] {
      #expect(keys.contains(key))
    }
  }

  @Test("the margin that is promised for a --set is the margin with it")
  func promise() throws {
    func controlled(_ settings: [String]) throws -> JSON {
      let result = try settle(
        ["analyze", Repository.model("tanh"), "--json", "--quiet"]
          + settings.flatMap { ["--set", $0] }, in: Scratch())
      #expect(result.status == 0, "\(result.report)")
      return try JSON(result.out)["samples"][0]["controlled"]
    }
    let before = try controlled(["controller.output.tau=1"])
    #expect(abs(before["margin"].number + 0.0746037693) < 1e-9)
    let argument = try #require(before["diagnosis"]["set"][0].string)
    let after = try controlled(["controller.output.tau=1", argument])
    #expect(after["margin"].number < before["margin"].number)
    #expect(abs(after["margin"].number - before["diagnosis"]["margin_then"].number) < 1e-9)
  }

  @Test("words: what was found, what moves it, what to try")
  func words() throws {
    let result = try settle("analyze", Repository.model("tanh"), in: Scratch())
    #expect(result.status == 0 && result.err.isEmpty, "\(result.report)")
    for word in [
      "stable", "slowest oscillation", "what moves max Re", "controller.output.tau", "--set ",
      "settles in", "measured", "least that reaches", "condition ratio", "singular values",
      "the free state that it reaches from zero",
    ] {
      #expect(result.out.contains(word), "\(word) in \(result.report)")
    }
  }

  @Test("many samples: a row each, every eigenvalue, the same figures in all files")
  func files() throws {
    let scratch = try Scratch()
    let arguments = [
      "analyze", Repository.oracle("digits"), "--data-dir", Repository.data, "--samples", "3",
      "--split", "test", "--output", "out",
    ]
    let result = try settle(arguments, in: scratch)
    #expect(result.status == 0 && result.out.contains("the least stable"), "\(result.report)")
    let samples = try scratch.table("out/samples.csv")
    let eigenvalues = try scratch.table("out/eigenvalues.csv")
    let report = try scratch.json("out/analysis.json")
    #expect(
      eigenvalues.header == [
        "sample", "phase", "index", "real", "imaginary", "time_constant", "period",
      ])
    #expect(samples.rows.count == 3)
    // φ of 12 + 10 units; under control ψ of them and ten u besides.
    #expect(eigenvalues.rows.count == 3 * (22 + 54))
    for row in 0..<3 {
      let sample = report["samples"][row]
      #expect(samples.number(row, "sample") == sample["sample"].number)
      for phase in ["free", "controlled"] {
        let margin = sample[phase]["margin"].number
        #expect(samples.number(row, "\(phase)_margin") == margin && margin < 0)
        let own = eigenvalues.rows.indices.filter {
          eigenvalues[$0, "phase"] == phase
            && eigenvalues[$0, "sample"] == samples[row, "sample"]
        }
        #expect(own.map { eigenvalues.number($0, "real") }.max() == margin)
      }
      #expect(samples[row, "released_same"] == "1")
      #expect(samples.number(row, "optimality_gap") < 1e-6)
      let parts = ["hidden", "output"].map { samples.number(row, "psi_norm.\($0)") }
      let energy = (parts[0] * parts[0] + parts[1] * parts[1]) / 2
      #expect(abs(energy / samples.number(row, "control_energy") - 1) < 1e-12)
    }
    #expect(try scratch.json("out/manifest.json")["status"].string == "done")
    // A row of the file is found where it is, and nothing is overwritten.
    let one = try settle(
      [
        "analyze", Repository.oracle("digits"), "--data-dir", Repository.data, "--sample",
        samples[1, "sample"], "--json", "--quiet",
      ], in: scratch)
    #expect(
      try JSON(one.out)["samples"][0]["free"]["margin"].number
        == samples.number(1, "free_margin"))
    #expect(try settle(arguments, in: scratch).status == 74)
    #expect(try settle(arguments + ["--force"], in: scratch).status == 0)
  }

  @Test("a bistable neuron is found out")
  func bistable() throws {
    let settings = [
      "network.projections.neuron-neuron.weight=[[2]]", "stimulus.inputs.input=[0.2]",
      "stimulus.target=[-1]", "controller.kind=energy", "controller.output.leak=0.01",
    ]
    let scratch = try Scratch()
    let result = try settle(
      ["analyze", Repository.model("one-neuron"), "--output", "out"]
        + settings.flatMap { ["--set", $0] }, in: scratch)
    #expect(result.status == 0 && result.out.contains("ANOTHER free state"), "\(result.report)")
    let report = try scratch.json("out/analysis.json")
    #expect(report["multistable_fraction"].number == 1)
    #expect(try scratch.table("out/samples.csv")[0, "released_same"] == "0")
  }

  @Test("a model without a controller has its free equilibria analysed")
  func free() throws {
    let result = try settle(
      "analyze", Repository.model("tanh"), "--set", "controller.kind=none", "--set",
      "protocol=[{phase: free, until: equilibrium}]", "--json", "--quiet", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let sample = try JSON(result.out)["samples"][0]
    #expect(sample["controlled"].isNull && sample["control"].isNull && sample["released"].isNull)
    #expect(sample["free"]["margin"].number < 0)
  }

  @Test("an equilibrium that its own flow leaves is found, called unstable, and helped")
  func unstable() throws {
    // 2a(aτ_u + α)² = 0.25 < τ_u = 1 (SCIENCE 8.4): max Re λ is printed as +0.179.
    let result = try settle("analyze", Repository.model("oscillator"), "--json", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let controlled = try JSON(result.out)["samples"][0]["controlled"]
    #expect(abs(controlled["margin"].number - 0.179) < 5e-4)
    #expect(controlled["certificate"]["outcome"].string == "settled-by-descent")
    #expect(controlled["diagnosis"]["margin_then"].number < 0)
    #expect(result.err.contains("UNSTABLE"))
  }

  @Test("what does not settle is said, and ends with 1")
  func unsettled() throws {
    // Linear with w = 1.5: the free network runs away.
    let result = try settle(
      "analyze", Repository.model("oscillator"), "--set",
      "network.projections.neuron-neuron.weight=[[1.5]]", "--json", in: Scratch())
    #expect(result.status == 1, "\(result.report)")
    let report = try JSON(result.out)
    #expect(report["complete"].bool == false)
    let sample = report["samples"][0]
    #expect(sample["free"]["certificate"]["outcome"].string == "diverged")
    #expect(sample["controlled"]["diagnosis"]["cause"].string == "network")
  }

  @Test(
    "bad usage",
    arguments: [
      ["--samples", "0"], ["--samples", "2", "--sample", "1"], ["--output", "-"],
      ["--split", "tset"],
    ])
  func usage(arguments: [String]) throws {
    let scratch = try Scratch()
    let result = try settle(
      ["analyze", Repository.oracle("digits"), "--data-dir", Repository.data] + arguments,
      in: scratch)
    #expect(result.status == 64 && scratch.tree.isEmpty, "\(result.report)")
  }
}
