/// How a parameter may change when something learns: an annotation that the engine carries and never
/// reads.
public struct Plasticity: Sendable, Equatable {
  /// Whether learning may change the parameter at all.
  public var isLearned: Bool
  /// Factor on the optimizer's rate.
  public var rate: Double
  /// γ: the parameter is multiplied by 1 − γ before each step.
  public var decay: Double

  /// From its parts.
  public init(isLearned: Bool = true, rate: Double = 1, decay: Double = 0) {
    self.isLearned = isLearned
    self.rate = rate
    self.decay = decay
  }

  /// Does not learn.
  public static let frozen = Plasticity(isLearned: false)
}

/// One named array of parameters, kept in double precision whatever the precision of the dynamics.
public struct Parameter: Sendable, Equatable {
  /// `<projection>.weight`, `<projection>.feedback`, `<population>.bias` or `<population>.control`.
  public let name: String
  /// Row-major; a dense weight is [post, pre].
  public let shape: [Int]
  /// The numbers, row by row.
  public var values: ContiguousArray<Double>
  /// Whether and how fast it learns.
  public var plasticity: Plasticity

  /// From its parts.
  public init(
    name: String, shape: [Int], values: ContiguousArray<Double>,
    plasticity: Plasticity = Plasticity()
  ) {
    precondition(
      shape.reduce(1, *) == values.count, "\(name): \(values.count) values for shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
    self.plasticity = plasticity
  }

  /// An array of zeros.
  public init(name: String, shape: [Int], plasticity: Plasticity = Plasticity()) {
    self.init(
      name: name, shape: shape,
      values: ContiguousArray(repeating: 0, count: shape.reduce(1, *)), plasticity: plasticity)
  }
}

/// All parameters of a network and of its controller, in a fixed order.
public struct ParameterSet: Sendable, Equatable {
  /// All of them, in the order in which they were given.
  public private(set) var parameters: [Parameter]
  private let indices: [String: Int]

  /// A set of parameters whose names differ.
  public init(_ parameters: [Parameter]) {
    self.parameters = parameters
    var indices: [String: Int] = [:]
    for (index, parameter) in parameters.enumerated() {
      precondition(
        indices.updateValue(index, forKey: parameter.name) == nil,
        "two parameters are called \(parameter.name)")
    }
    self.indices = indices
  }

  /// How many parameters there are; ``scalarCount`` counts numbers.
  public var count: Int { parameters.count }

  /// Numbers in all parameters together.
  public var scalarCount: Int { parameters.reduce(0) { $0 + $1.values.count } }

  /// The place of the parameter of that name, or nil.
  public func index(of name: String) -> Int? { indices[name] }

  public subscript(_ index: Int) -> Parameter {
    _read { yield parameters[index] }
    _modify { yield &parameters[index] }
  }

  /// The parameter of that name, which must exist.
  public subscript(_ name: String) -> Parameter {
    _read { yield parameters[position(name)] }
    _modify { yield &parameters[position(name)] }
  }

  private func position(_ name: String) -> Int {
    guard let index = indices[name] else {
      preconditionFailure("there is no parameter called \(name)")
    }
    return index
  }
}
