import Experiments
import Foundation
import Testing

@Suite("Figures of trainings")
struct TrainingFigureTests {
  /// A run whose metrics have these losses from epoch 0.
  private static func run(
    _ folder: ScratchFolder, _ name: String, size: Int = 8, seed: Int, losses: [String],
    energies: [String] = []
  ) throws -> RunSource {
    var metrics = "epoch,step,train_loss,test_accuracy,control_energy\n"
    for (epoch, loss) in losses.enumerated() {
      let energy = epoch < energies.count ? energies[epoch] : "NaN"
      metrics += "\(epoch),\(10 * epoch),\(loss),0.5,\(energy)\n"
    }
    let model = """
      settle: 1
      name: small
      seed: \(seed)
      seeds: {shuffle: \(seed)}
      network:
        populations: {hidden: {size: \(size), shape: [\(size)]}}
      """
    return try folder.run(name, ["metrics.csv": metrics, "model.yaml": model])
  }

  private static func seeds(_ folder: ScratchFolder) throws -> [RunSource] {
    try [
      run(folder, "a", seed: 1, losses: ["7.0", "1.0", "4.0", "1.0"]),
      run(folder, "b", seed: 2, losses: ["7.0", "2.0", "4.0", "1.0"]),
      run(folder, "c", seed: 3, losses: ["7.0", "6.0", "NaN", "10.0", "5.0"]),
    ]
  }

  @Test("runs that differ in their seed are a mean with the standard deviation of a sample")
  func deviation() throws {
    let figure = try figure(.learning, Self.seeds(ScratchFolder()))
    let table = try figure.columns("learning.csv")
    #expect(table["epoch"] == [0, 1, 2, 3, 4])
    // By hand: 1, 2 and 6 have the mean 3 and the squares 4 + 1 + 9; 4 and 4 do not differ; 1, 1 and 10
    // have the mean 4, and 9 + 9 + 36; a single value has no band.
    #expect(table["train_loss"] == [7, 3, 4, 4, 5])
    #expect(table["train_loss_runs"] == [3, 3, 2, 3, 1])
    #expect(
      table["train_loss_high"]
        == [7, 3 + 7.0.squareRoot(), 4, 4 + 27.0.squareRoot(), 5])
    // 4 − √27 is below 0, where no loss of these is: the band ends at the least of them.
    #expect(table["train_loss_low"] == [7, 3 - 7.0.squareRoot(), 4, 1, 5])
    #expect(figure.notes == ["mean ± standard deviation over 3 seeds"])
    #expect(figure.text.contains("with filledcurves lt 1"))
  }

  @Test("or with the standard error, or from the least to the greatest")
  func otherBands() throws {
    let folder = try ScratchFolder()
    let runs = try Self.seeds(folder)
    let error = try figure(.learning, runs) { $0.band = .error }.columns("learning.csv")
    let half = (7.0 / 3).squareRoot()
    #expect(abs((error["train_loss_high"]?[1] ?? 0) - 3 - half) < 1e-14)
    let range = try figure(.learning, runs) { $0.band = .range }.columns("learning.csv")
    #expect(range["train_loss_low"] == [7, 1, 4, 1, 5])
    #expect(range["train_loss_high"] == [7, 6, 4, 10, 5])
  }

  @Test("one run is drawn as it is, without a band")
  func one() throws {
    let folder = try ScratchFolder()
    let run = try Self.run(folder, "a", seed: 1, losses: ["3.0", "0.01"])
    let figure = try figure(.learning, [run])
    #expect(
      try figure.columns("learning.csv").keys.sorted() == ["epoch", "test_accuracy", "train_loss"])
    #expect(!figure.text.contains("filledcurves"))
    // From 3 to 0.01 are more than two decades.
    #expect(figure.text.contains("set logscale y"))
    #expect(figure.notes.isEmpty)
  }

  @Test("other models are curves of their own, called by the keys in which they differ")
  func groups() throws {
    let folder = try ScratchFolder()
    let runs = try [
      Self.run(folder, "a", size: 8, seed: 1, losses: ["3.0", "2.0"]),
      Self.run(folder, "b", size: 16, seed: 1, losses: ["3.0", "1.0"]),
      Self.run(folder, "c", size: 8, seed: 2, losses: ["3.0", "1.5"]),
    ]
    let figure = try figure(.learning, runs)
    #expect(try figure.columns("learning-1.csv")["train_loss"] == [3, 1.75])
    #expect(try figure.columns("learning-2.csv")["train_loss"] == [3, 1])
    #expect(figure.text.contains("hidden.size = 8 (2 seeds)'"))
    #expect(figure.text.contains("hidden.size = 16'"))
  }

  @Test("capacity is the last loss and √(2H) over the width")
  func capacity() throws {
    let folder = try ScratchFolder()
    let runs = try [
      Self.run(folder, "a", size: 32, seed: 1, losses: ["3.0", "0.5"], energies: ["1.0", "0.02"]),
      Self.run(folder, "b", size: 8, seed: 1, losses: ["3.0", "2.0"], energies: ["1.0", "0.5"]),
      Self.run(folder, "c", size: 8, seed: 2, losses: ["3.0", "1.0"], energies: ["1.0", "0.5"]),
    ]
    #expect(FigureMaker(runs).available == [.learning, .capacity])
    let figure = try figure(.capacity, runs)
    let table = try figure.columns("capacity.csv")
    #expect(table["network.populations.hidden.size"] == [8, 32])
    #expect(table["train_loss"] == [1.5, 0.5])
    #expect(table["train_loss_high"] == [1.5 + 0.5.squareRoot(), 0.5])
    #expect(table["control"] == [1, 0.2])
    #expect(figure.text.contains("set logscale x"))
    let error = #expect(throws: InputError.self) {
      try FigureMaker(Array(runs.suffix(2))).figures(.capacity)
    }
    #expect(error?.problem == "the runs do not differ in a number of their model")
  }

  @Test("what a metric is called is said where it is unknown; no rows, or no numbers, are told")
  func errors() throws {
    let folder = try ScratchFolder()
    let run = try Self.run(folder, "a", seed: 1, losses: ["3.0"])
    let unknown = #expect(throws: InputError.self) {
      try figure(.learning, [run]) { $0.variables = ["train_los"] }
    }
    #expect(unknown?.problem.contains("did you mean `train_loss`?") == true)
    let empty = try folder.run("empty", ["metrics.csv": "epoch,step,train_loss\n"])
    #expect(throws: InputError.self) { try figure(.learning, [empty]) }
    let nan = try folder.run("nan", ["metrics.csv": "epoch,step,train_loss\n0,0,NaN\n1,2,inf\n"])
    let error = #expect(throws: InputError.self) { try figure(.learning, [nan]) }
    #expect(error?.problem.contains("has no finite number") == true)
    let nothing = #expect(throws: InputError.self) { try figure(.steps, [run]) }
    #expect(nothing?.problem == "has no steps.csv to draw steps from")
  }

  @Test("alignment has a panel for each gradient and a curve for each parameter")
  func alignment() throws {
    let folder = try ScratchFolder()
    var text = "epoch,step,parameter,reference,samples,cosine,norm_ratio\n"
    for step in [0, 100] {
      for parameter in ["W", "all"] {
        for reference in ["augmented-energy", "loss"] {
          text += "0,\(step),\(parameter),\(reference),8,\(reference == "loss" ? 0.5 : 1.0),2.0\n"
        }
      }
    }
    let figure = try figure(.alignment, [folder.run("a", ["audit.csv": text])])
    let table = try figure.columns("alignment.csv")
    #expect(table["update"] == [0, 100])
    #expect(table["cosine loss all"] == [0.5, 0.5])
    #expect(table["cosine augmented-energy W"] == [1, 1])
    #expect(table["norm_ratio loss W"] == [2, 2])
    #expect(figure.text.contains("'cosine to −∇F'") && figure.text.contains("'cosine to −∇L'"))
  }

  @Test("confusion is that of the last evaluation of the held-out samples, in shares of the class")
  func confusion() throws {
    let folder = try ScratchFolder()
    var text =
      "epoch,step,split,class,samples,unsettled,predicted,correct,precision,recall,as_a,as_b\n"
    text += "0,0,test,a,4,0,8,4,0.5,1.0,4,0\n0,0,test,b,4,0,0,0,NaN,0.0,4,0\n"
    text += "1,9,train,a,4,0,4,4,1.0,1.0,4,0\n1,9,train,b,4,0,4,4,1.0,1.0,0,4\n"
    text += "1,9,test,a,4,0,4,3,0.75,0.75,3,1\n1,9,test,b,8,0,8,7,0.9,0.9,1,7\n"
    let figure = try figure(.confusion, [folder.run("a", ["confusion.csv": text])])
    #expect(try figure.matrix("confusion.csv") == [[75, 25], [12.5, 87.5]])
    let numbers = try figure.columns("confusion-numbers.csv")
    #expect(numbers["number"] == [3, 1, 1, 7])
    #expect(figure.text.contains("test samples after 9 updates, 83.33 % correct"))
  }
}
