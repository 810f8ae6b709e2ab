internal import Foundation

extension Experiment {
  /// The absolute paths of all files that the experiment reads: the model file, data, arrays, and the
  /// parameters to start from.
  ///
  /// - Parameters:
  ///   - dataFolder: where data are looked for first.
  ///   - parameters: what `--parameters` gave.
  ///   - readsData: whether the data are read at all.
  /// - Throws: ``InputError`` where a data file is not found.
  public func files(
    dataFolder: String? = nil, parameters: String? = nil, readsData: Bool
  ) throws(InputError) -> [String] {
    var paths: [String] = []
    func add(_ path: String) {
      let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
      if !paths.contains(absolute) { paths.append(absolute) }
    }
    if FileManager.default.fileExists(atPath: file.file) { add(file.file) }
    if readsData, let data = model.data {
      let locator = DataLocator(dataFolder: dataFolder, modelFolder: file.directory)
      for name in data.source.files { add(try locator.locate(name)) }
    }
    for written in model.arrayFiles { add(file.path(of: written)) }
    if let parameters {
      add(parameters)
    } else if let written = model.parameters {
      add(file.path(of: written))
    }
    return paths
  }
}

extension DataDescription.Source {
  /// The names of its files, as written.
  fileprivate var files: [String] {
    func all(_ files: DataDescription.Files) -> [String] {
      [files.inputs, files.labels, files.targets].compactMap(\.self)
    }
    switch self {
    case .csv(let path, _, _): return [path]
    case .idx(let train, let test), .npy(let train, let test):
      return all(train) + (test.map(all) ?? [])
    case .inline: return []
    }
  }
}

extension ModelDescription {
  /// The names of all `.npy` files and tables that stand for arrays and inputs, as written.
  fileprivate var arrayFiles: [String] {
    var names: [String] = []
    func add(_ array: ArraySource?) {
      if case .file(let name)? = array { names.append(name) }
    }
    func add(_ source: ParameterSource) {
      if case .array(let array) = source { add(array) }
    }
    for projection in network.projections {
      add(projection.weight)
      add(projection.mask)
      add(projection.feedback.source)
    }
    for population in network.populations {
      if let bias = population.bias { add(bias.source) }
    }
    for feedback in controller.feedback { add(feedback.source) }
    for input in stimulus?.inputs ?? [] { add(input.value) }
    for given in initial.phi + initial.psi + initial.u {
      if case .values(let array) = given.value { add(array) }
    }
    for phase in self.protocol {
      for input in phase.inputs { names += input.value.files }
      for perturbation in phase.perturbations { add(perturbation.add) }
    }
    return names
  }
}
