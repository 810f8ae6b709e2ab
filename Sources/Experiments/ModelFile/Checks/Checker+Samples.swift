extension Checker {
  mutating func checkData() {
    guard let data = model.data else { return }
    var seen: Set<String> = []
    for (index, name) in data.classes.enumerated() where !seen.insert(name).inserted {
      report("the class `\(name)` is named twice", at: "data.classes.\(index)")
    }
    let units = model.network.lossUnits?.count
    if let units, !data.classes.isEmpty, data.classes.count > units {
      report(
        "there are \(data.classes.count) classes, but the loss reads only \(units) units",
        at: "data.classes")
    }
    if case .csv(_, _, let targets) = data.source, let units, !targets.isEmpty,
      targets.count != units
    {
      report(
        "there are \(targets.count) target columns, but the loss reads \(units) units",
        at: "data.targets")
    }
    if case .inline(let samples) = data.source { check(samples) }
    checkSplit(data)
  }

  private mutating func check(_ samples: [DataDescription.Sample]) {
    if samples.isEmpty { report("there are no samples", at: "data.samples") }
    let inputs = model.network.populations.filter { $0.role == .input }.map(\.size)
    let size = inputs.reduce(0, +)
    for (index, sample) in samples.enumerated() {
      let path = "data.samples.\(index)"
      if sample.input.count != size {
        report(
          "the sample has \(sample.input.count) inputs, but the input populations have \(size) "
            + "units", at: path + ".input")
      }
      check(sample.target, at: path + ".target")
    }
  }

  private mutating func checkSplit(_ data: DataDescription) {
    guard case .inline(let samples) = data.source, !samples.isEmpty else { return }
    let total = min(samples.count, data.limit ?? .max)
    func count(_ amount: DataDescription.Amount) -> Int {
      switch amount {
      case .count(let count): count
      case .fraction(let part): Int((part * Double(total)).rounded())
      }
    }
    let (test, validation) = (count(data.split.test), count(data.split.validation))
    if test >= total || validation >= total - test {
      report(
        "the split takes \(test) test and \(validation) validation samples of \(total) and leaves "
          + "none to train on", at: "data.split")
    }
  }

  mutating func checkStimulus() {
    guard let stimulus = model.stimulus else { return }
    check(inputs: stimulus.inputs, at: "stimulus.inputs")
    if let target = stimulus.target { check(target, at: "stimulus.target") }
  }

  mutating func check(inputs: [PopulationValues<ArraySource>], at path: String) {
    check(
      inputs: inputs.map { PopulationValues($0.population, InputDescription.values($0.value)) },
      at: path)
  }

  mutating func check(inputs: [PopulationValues<InputDescription>], at path: String) {
    for input in inputs {
      let below = path + "." + input.population
      guard let population = require(population: input.population, of: .input, atKey: below)
      else { continue }
      let shapes = [[population.size], population.shape]
      switch input.value {
      case .values(let array):
        check(array, "the input of `\(input.population)`", fits: shapes, at: below)
      case .signal(let signal):
        for (key, array) in signal.arrays {
          check(
            array, "`\(key)` of the input of `\(input.population)`", fits: shapes,
            at: "\(below).\(key)")
        }
        if signal.kind == .file, !signal.columns.isEmpty, signal.columns.count != population.size {
          report(
            "\(signal.columns.count) columns are named, but `\(input.population)` has "
              + "\(population.size) units", at: "\(below).columns")
        }
      }
    }
  }

  mutating func check(_ target: TargetDescription, at path: String) {
    guard let loss = model.network.loss else {
      report("a target needs `network.loss`", at: path)
      return
    }
    guard let count = model.network.lossUnits?.count else { return }
    switch target {
    case .label(let label) where label >= count:
      report(
        "there is no class \(label): the loss reads \(count) units, classes 0 to \(count - 1)",
        at: path)
    case .vector(let values) where values.count != count:
      report(
        "the target has \(values.count) numbers, but the loss reads \(count) units of "
          + "`\(loss.population)`", at: path)
    case .vector(let values) where loss.kind == "cross-entropy":
      if values.contains(where: { $0 < 0 }) || abs(values.reduce(0, +) - 1) > 1e-6 {
        report(
          "a target of cross-entropy is a class, or probabilities >= 0 that add up to 1", at: path)
      }
    default: break
    }
  }
}
