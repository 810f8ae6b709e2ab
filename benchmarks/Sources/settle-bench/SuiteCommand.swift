import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration
import Learning

/// Settle-Bench: does a method find the equilibrium that the dynamics goes to, and what does it cost?
///
/// The judge is tight integration in double precision, all the way. A sample that it does not settle
/// has no settled flow, and is counted apart.
struct SuiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Right equilibria, false claims and costs against tight integration.")

  @OptionGroup var setting: Setting

  @Option(help: "Images of the test set.")
  var count = 2000

  @Option(help: "Residuals, by commas.")
  var residuals = "1e-6"

  @Option(help: "Methods, by commas.")
  var methods = "auto,bdf,fixed-point,anderson"

  @Option(help: "single or double.")
  var precision = "single"

  @Option(help: "per-variable or joint.")
  var criterion = "per-variable"

  @Option(help: "Samples of a batch.")
  var batch = 64

  @Option(help: "File that keeps the reference states, and gives them the next time.")
  var reference: String?

  @Option(
    help: """
      ‖φ − φ*‖/(floor + ‖φ*‖) or ‖ψ − ψ*‖/(floor + ‖ψ*‖) above which a sample is elsewhere: of φ, of ψ. \
      The floor is that of the criterion: below it the residual says nothing of a variable.
      """)
  var elsewhere = "1e-3,1e-2"

  @Flag(help: "Names the samples that are elsewhere or unsettled.")
  var list = false

  func run() throws {
    let experiment = try setting.experiment()
    let data = try experiment.loadData()
    let set = experiment.trainingData(data.test ?? data.train)
    let samples = set.samples(Array(0..<min(count, set.count)))
    let parameters = try experiment.startingParameters(from: setting.parameters)
    let truth = try Reference(
      experiment, samples, parameters, threads: setting.threads, file: reference)
    print(
      "\(experiment.model.name), \(setting.parameters ?? "initial weights"), \(samples.count) images; "
        + "\(truth.settled.count(where: { $0 })) have a settled flow; \(precision) precision\n")
    print(
      "| method | residual | settled | by descent | elsewhere (of those with a settled flow) | unsettled there | false claims | evaluations: median | 99 % | ms a batch: median | mean | max | 99 % distance φ | ψ |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    let bounds = elsewhere.split(separator: ",").compactMap { Double($0) }
    for residual in residuals.split(separator: ",").compactMap({ Double($0) }) {
      for name in methods.split(separator: ",") {
        guard let method = SettlingOptions.Method(rawValue: String(name)) else {
          throw ValidationError("no method is called \(name)")
        }
        var options = experiment.settlingOptions
        options.method = method
        options.residual = residual
        options.criterion = criterion == "joint" ? .joint : .perVariable
        options.iterations = 800
        let settler = try BatchSettler(
          experiment.network, controller: experiment.controller, options: options,
          precision: precision == "single" ? .single : .double, threads: setting.threads)
        settler.load(parameters)
        let result = try Settled(settler, samples, batch: batch)
        let row = Comparison(
          result, truth, residual: residual, bounds: (bounds[0], bounds[1]),
          floor: options.floor)
        print("| \(method.rawValue) | \(residual) | \(row.text) |")
        if list {
          print("elsewhere: \(row.elsewhere)\nunsettled: \(row.unsettled)")
          for sample in row.elsewhere.prefix(10) + row.unsettled.prefix(10) {
            print("  \(sample): \(result.certificates[sample].summary)")
          }
        }
      }
    }
  }
}

/// Where tight integration settles every sample.
struct Reference {
  var units: Int
  var phi: [Double]
  var psi: [Double]
  var settled: [Bool]

  init(
    _ experiment: Experiment, _ samples: Samples, _ parameters: ParameterSet, threads: Int,
    file: String?
  ) throws {
    units = experiment.network.unitCount
    if let file, FileManager.default.fileExists(atPath: file) {
      let kept = try Safetensors(reading: file)
      phi = kept["phi"]?.values ?? []
      psi = kept["psi"]?.values ?? []
      settled = (kept["settled"]?.values ?? []).map { $0 == 1 }
      guard phi.count >= samples.count * units else {
        throw ValidationError("\(file) has too few samples; remove it")
      }
      settled = Array(settled.prefix(samples.count))
      return
    }
    var options = SettlingOptions(method: .bdf, residual: 1e-9)
    options.relativeTolerance = 1e-5
    options.absoluteTolerance = 1e-8
    options.maximumOrder = 5
    options.limits = .init(time: 2e4, steps: 20_000, evaluations: 50_000, straggler: 1)
    let settler = try BatchSettler(
      experiment.network, controller: experiment.controller, options: options, precision: .double,
      threads: threads)
    settler.load(parameters)
    let result = try Settled(settler, samples, batch: samples.count, warmUp: 0)
    phi = result.phi
    psi = result.psi
    settled = result.certificates.map(\.isEquilibrium)
    guard let file else { return }
    try Safetensors([
      .init("phi", NumericArray(shape: [samples.count, units], values: phi)),
      .init("psi", NumericArray(shape: [samples.count, units], values: psi)),
      .init(
        "settled", NumericArray(shape: [samples.count], values: settled.map { $0 ? 1 : 0 })),
    ]).write(to: file)
  }
}

private struct Comparison {
  var elsewhere: [Int] = []
  var unsettled: [Int] = []
  var text = ""

  init(
    _ result: Settled, _ truth: Reference, residual: Double, bounds: (phi: Double, psi: Double),
    floor: Double
  ) {
    var distances: (phi: [Double], psi: [Double]) = ([], [])
    var falseClaims = 0
    let units = truth.units
    for (sample, certificate) in result.certificates.enumerated() {
      if certificate.isEquilibrium && !(certificate.residual <= residual) { falseClaims += 1 }
      guard certificate.isEquilibrium else {
        unsettled.append(sample)
        continue
      }
      guard truth.settled[sample] else { continue }
      let rows = sample * units..<(sample + 1) * units
      let phi = Self.distance(result.phi[rows], truth.phi[rows], floor)
      let psi = Self.distance(result.psi[rows], truth.psi[rows], floor)
      if phi > bounds.phi || psi > bounds.psi {
        elsewhere.append(sample)
      } else {
        distances.phi.append(phi)
        distances.psi.append(psi)
      }
    }
    let evaluations = result.certificates.map { Double($0.evaluations) }
    let flows = truth.settled.count(where: { $0 })
    let missing = unsettled.count { truth.settled[$0] }
    text =
      "\(result.settled)/\(result.certificates.count) | "
      + "\(result.certificates.count { $0.outcome == .settledByDescent }) | "
      + "\(elsewhere.count) of \(flows) | \(missing) | \(falseClaims) | "
      + String(
        format: "%.0f | %.0f | %.1f | %.1f | %.1f | %.1e | %.1e", evaluations.quantile(0.5),
        evaluations.quantile(0.99), result.milliseconds.quantile(0.5),
        result.milliseconds.reduce(0, +) / Double(result.milliseconds.count),
        result.milliseconds.max() ?? .nan, distances.phi.quantile(0.99),
        distances.psi.quantile(0.99))
  }

  private static func distance(
    _ x: ArraySlice<Double>, _ y: ArraySlice<Double>, _ floor: Double
  ) -> Double {
    var difference = 0.0
    var size = 0.0
    for (a, b) in zip(x, y) {
      difference += (a - b) * (a - b)
      size += b * b
    }
    return difference.squareRoot() / (floor + size.squareRoot())
  }
}
