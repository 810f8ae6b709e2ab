import Experiments
import Foundation
import Learning
import Testing

/// What fuzzing and reading with that eye have found, each as small as it gets. All of it ended the process.
@Suite("Inputs that lie are refused, or do no harm")
struct LyingInputTests {
  private static let model = """
    settle: 1
    name: tiny
    network:
      populations:
        input: {size: 2, role: input}
        output: {size: 2, activation: tanh}
      projections: [{from: input, to: output}]
      loss: {kind: squared-error, population: output}
    controller: {kind: dynamic-inversion, output: {leak: 0.5, tau: 5}}
    learning: {rule: least-control, epochs: 3, batch: 1}

    """

  private func experiment(_ folder: ScratchFolder, _ data: String) throws -> Experiment {
    try Experiment(
      ModelFile.parse(text: Self.model + data, file: folder.path + "/m.yaml"))
  }

  /// Beside an axis of length 0 the others may be anything.
  @Test("axes that multiply to more than an integer", arguments: ["inputs", "targets"])
  func axes(role: String) throws {
    let folder = try ScratchFolder()
    let good = NumericArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
    let bad = NumericArray(shape: [3, 1 << 62, 4, 0], values: [])
    try NPY.write(role == "inputs" ? bad : good, to: folder.path + "/x.npy")
    try NPY.write(role == "targets" ? bad : good, to: folder.path + "/t.npy")
    let experiment = try experiment(
      folder, "data: {kind: npy, train: {inputs: x.npy, targets: t.npy}}")
    #expect(throws: InputError.self) { try experiment.loadData() }
  }

  private func trainer(_ folder: ScratchFolder) throws -> Trainer {
    let experiment = try experiment(
      folder,
      "data: {kind: inline, samples: [{input: [1, 0], target: [0, 1]}, {input: [0, 1], target: [1, 0]}]}"
    )
    return try experiment.makeTrainer(
      experiment.loadData(), parameters: experiment.initialParameters(), threads: 1)
  }

  enum Lie: String, CaseIterable { case shape, evaluations, epoch, steps }

  @Test("checkpoints", arguments: Lie.allCases)
  func checkpoint(lie: Lie) throws {
    let folder = try ScratchFolder()
    let trainer = try trainer(folder)
    let path = folder.path + "/c.safetensors"
    try Checkpoint(state: trainer.state, tableLengths: [:]).write(to: path)
    try trainer.restore(Checkpoint(reading: path).state)
    var file = try Safetensors(reading: path)
    switch lie {
    case .shape:
      file.tensors.append(.init("extra", NumericArray(shape: [1 << 62, 4, 0], values: [])))
    case .evaluations:
      file.tensors.removeAll { $0.name == "evaluations" }
      file.tensors.append(
        .init("evaluations", NumericArray(shape: [1, 2], values: [1e18, 1e18])))
    case .epoch, .steps:
      let key = lie == .epoch ? "epoch" : "optimizerSteps"
      file.metadata["progress"] = file.metadata["progress"]?
        .replacing("\"\(key)\":0", with: "\"\(key)\":\(Int.max)")
      #expect(file.metadata["progress"]?.contains("\(Int.max)") == true)
    }
    try file.write(to: path)
    let checkpoint = try Checkpoint(reading: path)
    // An array that nobody asks for does no harm; the others cannot be of a training.
    if lie == .shape {
      try trainer.restore(checkpoint.state)
    } else {
      #expect(throws: TrainingError.self) { try trainer.restore(checkpoint.state) }
    }
  }

  @Test(
    "tables as wide as numbers go",
    arguments: [
      (FigureKind.table, "x,y\n-1.7e308,1\n1.7e308,2\n"),
      (.table, "x,y\n0,-1.7e308\n1,1.7e308\n"),
      (
        .heatMap,
        "time,phase,sample,\((0..<9).map { "phi.a.\($0)" }.joined(separator: ","))\n"
          + "-1.7e308,1-free,0,1,2,3,4,5,6,7,8,9\n1.7e308,1-free,0,1,2,3,4,5,6,7,8,9\n"
      ),
    ])
  func wide(kind: FigureKind, table: String) throws {
    let folder = try ScratchFolder()
    let maker = FigureMaker([try RunSource(folder.file("t.csv", table))])
    for figure in try maker.figures(kind) { #expect(!figure.script(.init()).isEmpty) }
  }

  @Test("the shape of images in a model that was edited")
  func images() throws {
    let folder = try ScratchFolder()
    _ = try folder.file(
      "model.yaml",
      "network: {populations: {input: {role: input, shape: [4611686018427387904, 4]}}}")
    let path = folder.path + "/parameters.safetensors"
    try Safetensors([
      .init("input-hidden.weight", NumericArray(shape: [1, 16], values: (0..<16).map(Double.init)))
    ]).write(to: path)
    _ = FigureMaker([try RunSource(path)]).available
  }
}
