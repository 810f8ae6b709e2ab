public import Dynamics

extension Experiment {
  /// The parameters to start from: the file that the model names, or seeded initial values; always
  /// with the plasticity that the model gives them.
  ///
  /// - Parameter path: a safetensors file that takes the place of the model's own.
  public func startingParameters(from path: String? = nil) throws -> ParameterSet {
    var parameters = try initialParameters()
    if let path {
      try parameters.read(path)
    } else if let written = model.parameters {
      try parameters.read(file.path(of: written))
    }
    return parameters
  }

  /// Seeded initial values, with masks and constraints applied.
  public func initialParameters() throws -> ParameterSet {
    var initializers: [String: Initializer] = [:]
    var arrays: [(name: String, source: ArraySource, key: String)] = []
    func register(_ name: String, _ source: ParameterSource, key: String) throws {
      switch source {
      case .array(let array): arrays.append((name, array, key))
      case .initialization(let given):
        guard let kind = Initializer.Kind(rawValue: given.kind) else {
          throw file.error(at: key, "no initialization is called \(given.kind)")
        }
        initializers[name] = Initializer(
          kind, gain: given.gain, value: given.value, norm: given.norm)
      }
    }
    for projection in model.network.projections {
      let key = "network.projections.\(projection.name)"
      try register("\(projection.name).weight", projection.weight, key: "\(key).init")
      if projection.feedback.kind == .separate {
        try register(
          "\(projection.name).feedback", projection.feedback.source, key: "\(key).feedback")
      }
    }
    for population in model.network.populations where population.role != .input {
      guard let bias = population.bias else { continue }
      try register(
        "\(population.name).bias", bias.source, key: "network.populations.\(population.name).bias")
    }
    let own = controller.emptyParameters(for: network)
    for feedback in model.controller.feedback {
      let name = "\(feedback.population).control"
      guard own.index(of: name) != nil else { continue }
      try register(name, feedback.source, key: "controller.feedback.\(feedback.population)")
    }

    var parameters: ParameterSet
    do {
      parameters = try network.initialParameters(
        for: controller, initializers: initializers,
        seed: model.seeds.initialization ?? model.seed)
    } catch let error as ParameterError {
      throw file.error(at: "network", error.description)
    }
    for (name, source, key) in arrays {
      let shape = parameters[name].shape
      parameters[name].values = try values(of: source, shape: shape, key: key)
    }
    setPlasticity(of: &parameters)
    do {
      try constraints(for: parameters).apply(to: &parameters)
    } catch let error as ParameterError {
      throw file.error(at: "network.projections", error.description)
    }
    return parameters
  }

  /// The masks and constraints of the model. Signs that follow the initial weights are taken from
  /// `initial`.
  public func constraints(for initial: ParameterSet) throws -> ConstraintSet {
    var constraints: [String: [Constraint]] = [:]
    var masks: [String: ContiguousArray<Double>] = [:]
    var transposes: [String: String] = [:]
    for projection in model.network.projections {
      let name = "\(projection.name).weight"
      let key = "network.projections.\(projection.name)"
      if let mask = projection.mask {
        let values = try values(of: mask, shape: initial[name].shape, key: "\(key).mask")
        masks[name] = values
        // There is no synapse back where there is none forth.
        if projection.feedback.kind == .separate { masks["\(projection.name).feedback"] = values }
      }
      let partner = model.network.partner(of: projection).map { "\($0.name).weight" }
      constraints[name] = projection.constraints.compactMap { given in
        if given.kind == .symmetric, let partner {
          if transposes[partner] != name { transposes[name] = partner }
          return nil
        }
        return switch given.kind {
        case .symmetric: .symmetric
        case .zeroDiagonal: .zeroDiagonal
        case .spectralRadius: .spectralRadius(given.value ?? 1)
        case .spectralNorm: .spectralNorm(given.value ?? 1)
        case .sign:
          if let value = given.value {
            .sign(value < 0 ? .negative : .positive)
          } else {
            .signs(of: initial[name].values)
          }
        }
      }
    }
    do {
      return try ConstraintSet(
        constraints.filter { !$0.value.isEmpty }, masks: masks,
        transposes: transposes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, for: initial)
    } catch let error as ParameterError {
      throw file.error(at: "network.projections", error.description)
    }
  }

  private func setPlasticity(of parameters: inout ParameterSet) {
    for projection in model.network.projections {
      parameters["\(projection.name).weight"].plasticity = Plasticity(
        isLearned: projection.learn, rate: projection.rate, decay: projection.decay)
      if projection.feedback.kind == .separate {
        parameters["\(projection.name).feedback"].plasticity = Plasticity(
          isLearned: projection.feedback.learn, rate: projection.rate,
          decay: projection.feedback.decay)
      }
    }
    for population in model.network.populations {
      guard let bias = population.bias,
        let index = parameters.index(of: "\(population.name).bias")
      else { continue }
      parameters[index].plasticity = Plasticity(isLearned: bias.learn, rate: bias.rate)
    }
    for population in model.network.populations {
      if let index = parameters.index(of: "\(population.name).control") {
        // Q learns from noise, or not at all.
        let isLearned = model.learning?.feedbackRule.kind == "noise"
        parameters[index].plasticity = Plasticity(isLearned: isLearned)
      }
    }
  }

  /// The numbers of an array that the model gives, checked against the shape wanted.
  func values(of source: ArraySource, shape: [Int], key: String) throws -> ContiguousArray<Double> {
    let count = shape.reduce(1, *)
    switch source {
    case .inline(let numbers, let given):
      if given.isEmpty, let value = numbers.first {
        return ContiguousArray(repeating: value, count: count)
      }
      guard numbers.count == count else {
        throw file.error(at: key, "\(numbers.count) numbers were given, and \(shape) was expected")
      }
      return ContiguousArray(numbers)
    case .file(let written):
      let path = file.path(of: written)
      let array = try NPY.read(path)
      guard array.shape == shape else {
        throw InputError(
          path, .whole, "the array has the shape \(array.shape), and \(shape) was expected",
          try: "the layout is [post, pre], row-major")
      }
      if let bad = array.firstNonFinite {
        throw InputError(
          path, .whole, "the element \(array.indices(at: bad)) is \(array.values[bad])",
          try: "arrays must be finite")
      }
      return ContiguousArray(array.values)
    }
  }
}

extension ParameterSet {
  /// Replaces the values by those of a safetensors file, which must have exactly these arrays.
  ///
  /// - Throws: ``InputError`` that names the array and what is wrong with it.
  public mutating func read(_ path: String) throws {
    let tensors = try Safetensors(reading: path)
    let names = Set(parameters.map(\.name))
    for tensor in tensors.tensors where !names.contains(tensor.name) {
      throw InputError(
        path, .whole, "has an array \(tensor.name) that the model has not",
        try: "the model's parameters are \(names.sorted().joined(separator: ", "))")
    }
    for index in 0..<count {
      let name = self[index].name
      guard let array = tensors[name] else {
        throw InputError(
          path, .whole, "has no array \(name)",
          try: "it has \(tensors.tensors.map(\.name).joined(separator: ", "))")
      }
      guard array.shape == self[index].shape else {
        throw InputError(
          path, .whole,
          "\(name) has the shape \(array.shape), and the model's is \(self[index].shape)",
          try: "weights are [post, pre]")
      }
      if let bad = array.firstNonFinite {
        throw InputError(
          path, .whole, "\(name) is \(array.values[bad]) at \(array.indices(at: bad))",
          try: "parameters must be finite")
      }
      self[index].values = ContiguousArray(array.values)
    }
  }

  /// The parameters as a safetensors file, in double precision unless told otherwise.
  public func safetensors(
    as precision: Precision = .double, metadata: [String: String] = [:]
  ) -> Safetensors {
    Safetensors(
      parameters.map {
        Safetensors.Tensor(
          $0.name, NumericArray(shape: $0.shape, values: Array($0.values)),
          as: precision == .single ? .float32 : .float64)
      }, metadata: metadata)
  }
}
