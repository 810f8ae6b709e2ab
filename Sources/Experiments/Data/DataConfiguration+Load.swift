public import LinearAlgebra

extension DataConfiguration {
  /// Reads, checks and splits the data.
  ///
  /// - Parameters:
  ///   - locator: where files are looked for.
  ///   - expectation: what the network needs.
  ///   - modelFile: the file of this configuration, for errors in it.
  ///   - stream: the stream `split`; nothing is drawn where nothing is split.
  /// - Throws: ``InputError`` for the first thing that is wrong.
  public func load(
    locator: DataLocator, expectation: DataExpectation = DataExpectation(), modelFile: String,
    using stream: inout RandomStream
  ) throws(InputError) -> DataSplits {
    try check(modelFile)
    var table: SampleTable
    var testTable: SampleTable?
    switch source {
    case .csv(let path, let labels, let targets):
      table = try TableReader(
        path: locator.locate(path), labels: labels, targets: targets, classes: classes,
        scale: scale, limit: limit, expectation: expectation
      ).read()
    case .inline(let samples):
      table = try InlineReader(
        samples: samples, file: modelFile, classes: classes, scale: scale, limit: limit,
        expectation: expectation
      ).read()
    case .idx(let train, let test):
      (table, testTable) = try arrays(.idx, train, test, locator, expectation)
    case .npy(let train, let test):
      (table, testTable) = try arrays(.npy, train, test, locator, expectation)
    }

    let parts = try Splitter(
      split, count: table.count, labels: table.labels, file: modelFile, using: &stream)
    let transform = try FeatureTransform(
      normalize, scale: scale, table: table, rows: parts.train)
    let greatest = [table.labels?.max(), testTable?.labels?.max()].compactMap { $0 }.max()
    let classCount = greatest.map { classes.isEmpty ? $0 + 1 : classes.count } ?? 0
    func set(_ table: SampleTable, _ rows: [Int]) -> DataSet {
      DataSet(
        table, rows: rows, transform: transform, classCount: classCount,
        classNames: classes.isEmpty ? nil : classes)
    }
    return DataSplits(
      train: set(table, parts.train),
      validation: parts.validation.isEmpty ? nil : set(table, parts.validation),
      test: testTable.map { set($0, Array(0..<$0.count)) }
        ?? (parts.test.isEmpty ? nil : set(table, parts.test)))
  }

  /// What can be said before anything is read.
  private func check(_ file: String) throws(InputError) {
    if !scale.isFinite || scale == 0 {
      throw InputError(file, .whole, "data.scale is \(scale)", try: "give a number other than 0")
    }
    if let limit, limit < 1 {
      throw InputError(file, .whole, "data.limit is \(limit)", try: "give at least 1, or all")
    }
    var names: Set<String> = []
    for name in classes where !names.insert(name).inserted {
      throw InputError(file, .whole, "data.classes has '\(name)' twice")
    }
    let hasTestFiles =
      switch source {
      case .idx(_, let test), .npy(_, let test): test != nil
      case .csv, .inline: false
      }
    if hasTestFiles, split.test != .none {
      throw InputError(
        file, .whole, "data.split.test cannot be combined with test files",
        try: "remove one of the two; validation samples are cut from the training files")
    }
  }

  private func arrays(
    _ format: ArrayReader.Format, _ train: ArrayFiles, _ test: ArrayFiles?, _ locator: DataLocator,
    _ expectation: DataExpectation
  ) throws(InputError) -> (SampleTable, SampleTable?) {
    func read(_ files: ArrayFiles, _ expectation: DataExpectation) throws(InputError) -> SampleTable
    {
      try ArrayReader(
        format: format, files: files, locator: locator, classes: classes, scale: scale,
        limit: limit, expectation: expectation
      ).read()
    }
    let trainTable = try read(train, expectation)
    guard let test else { return (trainTable, nil) }
    // Whatever the network wants, the two sets must agree.
    var testExpectation = expectation
    testExpectation.inputWidth = trainTable.inputWidth
    if trainTable.targetWidth > 0 { testExpectation.outputWidth = trainTable.targetWidth }
    let testTable = try read(test, testExpectation)
    guard (trainTable.labels == nil) == (testTable.labels == nil),
      (trainTable.targets == nil) == (testTable.targets == nil)
    else {
      throw InputError(
        testTable.source, .whole,
        "the test set has not the same kind of targets as the training set",
        try: "give labels or targets for both")
    }
    return (trainTable, testTable)
  }
}
