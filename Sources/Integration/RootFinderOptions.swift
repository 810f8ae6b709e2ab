/// Everything that can be chosen about a ``RootFinder``.
public struct RootFinderOptions: Sendable, Equatable {
  /// How roots are looked for.
  public enum Method: Sendable, Equatable {
    /// Newton's method with a line search; GMRES of at most `dimension` vectors solves its equations.
    case newtonKrylov(dimension: Int = 20, forcing: Forcing = .first)
    /// Fixed-point iteration on z + s∘F(z), accelerated over the last `depth` iterates (Anderson
    /// 1965; Walker and Ni 2011). Each iterate goes the part `damping` of the way.
    case anderson(depth: Int = 5, damping: Double = 1)
  }

  /// How exactly Newton's equations are solved (Eisenstat and Walker 1996).
  public enum Forcing: Sendable, Equatable {
    /// By how well the last linear model predicted ‖F‖.
    case first
    /// By γ·(‖F‖ / ‖F of the last iterate‖)^α.
    case second(gamma: Double = 0.9, alpha: Double = 2)
    /// To a fixed part of ‖F‖.
    case constant(Double)
  }

  /// How roots are looked for.
  public var method = Method.newtonKrylov()
  /// A root: max |Fᵢ| / `residualScale`ᵢ is at most this. For `.anderson` it is |sᵢ·Fᵢ| instead of
  /// |Fᵢ|, the length of a step.
  public var tolerance = 1e-8
  /// Newton: steps shorter than this, relative to the state, end the search; nil for ε^⅔ of the
  /// element type.
  public var stepTolerance: Double?
  /// Iterations after which it gives up.
  public var iterationLimit = 200
  /// Newton: the longest step, as the norm of step / `stateScale`; nil for KINSOL's choice, 1000
  /// times the norm of the first guess or more.
  public var maximumStep: Double?
  /// Typical magnitudes of the columns; nil for 1.
  public var stateScale: [Double]?
  /// Typical magnitudes of the field's columns away from a root; nil for 1.
  public var residualScale: [Double]?
  /// Anderson: the s of z + s∘F(z) for each column; nil for 1.
  public var steps: [Double]?

  /// From its parts.
  public init(_ method: Method = .newtonKrylov(), tolerance: Double = 1e-8) {
    self.method = method
    self.tolerance = tolerance
  }

  func validate(columns: Int) throws(IntegrationError) {
    func require(_ holds: Bool, _ sentence: String) throws(IntegrationError) {
      if !holds { throw .badInput(sentence) }
    }
    try require(tolerance > 0, "tolerance is \(tolerance), and must be > 0")
    try require(iterationLimit > 0, "iterationLimit is \(iterationLimit), and must be > 0")
    if let stepTolerance {
      try require(stepTolerance > 0, "stepTolerance is \(stepTolerance), and must be > 0")
    }
    if let maximumStep {
      try require(maximumStep > 0, "maximumStep is \(maximumStep), and must be > 0")
    }
    for (name, list) in [
      ("stateScale", stateScale), ("residualScale", residualScale), ("steps", steps),
    ] {
      guard let list else { continue }
      try require(
        list.count == columns, "\(name): \(list.count) values for \(columns) columns of the state")
      let isSigned = name == "steps"
      try require(
        list.allSatisfy { $0.isFinite && (isSigned ? $0 != 0 : $0 > 0) },
        "\(name): every value must be finite and \(isSigned ? "not 0" : "> 0")")
    }
    switch method {
    case .newtonKrylov(let dimension, let forcing):
      try require(dimension > 0, "the Krylov dimension is \(dimension), and must be > 0")
      switch forcing {
      case .first: break
      case .second(let gamma, let alpha):
        try require(
          gamma > 0 && gamma <= 1 && alpha > 1 && alpha <= 2,
          "the forcing term needs 0 < gamma ≤ 1 and 1 < alpha ≤ 2, not \(gamma) and \(alpha)")
      case .constant(let value):
        try require(value > 0 && value < 1, "a constant forcing term is in 0...1, not \(value)")
      }
    case .anderson(let depth, let damping):
      try require(
        depth >= 0 && depth < iterationLimit,
        "the depth is \(depth), and must be ≥ 0 and below iterationLimit, \(iterationLimit)")
      try require(damping > 0 && damping <= 1, "damping is \(damping), and must be in 0...1")
    }
  }
}
