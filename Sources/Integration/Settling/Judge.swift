package import LinearAlgebra

/// Measures residuals: whether a state is an equilibrium, and which component says it is not.
package final class Judge<Element: Scalar> {
  private let field: any EquilibriumField<Element>
  private let variables: [StateVariable]
  /// What turns derivatives into brackets, [dimension].
  let weights: ContiguousArray<Element>
  private let criterion: SettlingOptions.Criterion
  private let floor: Double
  private let dimension: Int
  /// The residual below which a sample may leave: a little under the one that is promised, so that
  /// the promise holds when the field is evaluated again beside other samples.
  package let acceptance: Double
  /// What the brackets, by variable, must be smaller by for the criterion to hold: the joint one has
  /// them divided by their time constants.
  package let strictness: Double
  /// The residual of each row when it was last measured.
  package var last: [Double]
  private let brackets: UnsafeMutablePointer<Element>

  package init(_ field: any EquilibriumField<Element>, options: SettlingOptions) {
    self.field = field
    variables = field.variables
    weights = field.bracketWeights
    criterion = options.criterion
    floor = options.floor
    dimension = field.dimension
    acceptance = options.residual * (Element.ulpOfOne > 1e-10 ? 0.9 : 0.99)
    strictness =
      criterion == .joint ? weights.reduce(1) { min($0, Double($1)) } : 1
    last = Array(repeating: .nan, count: field.samples)
    brackets = .allocate(capacity: dimension)
    brackets.initialize(repeating: 0, count: dimension)
  }

  deinit {
    brackets.deallocate()
  }

  package typealias States = ContiguousArray<Element>
  package typealias Derivative = UnsafeMutableBufferPointer<Element>

  /// The residual of a row, kept in ``last``.
  package func measure(row: Int, _ states: borrowing States, _ derivative: Derivative) -> Double {
    let residual = residual(row: row, states, derivative)
    last[row] = residual
    return residual
  }

  package func residual(row: Int, _ states: borrowing States, _ derivative: Derivative) -> Double {
    switch criterion {
    case .perVariable:
      var largest = 0.0
      for variable in variables.indices {
        let part = part(variable, row: row, states, derivative)
        // A NaN must not be lost in a maximum.
        if !(part <= largest) { largest = part }
        if largest.isNaN { return .nan }
      }
      return largest
    case .joint:
      return joint(row: row, states, derivative)
    }
  }

  /// ‖ż‖ / (1e-5 + ‖z‖), whatever the criterion.
  package func joint(row: Int, _ states: borrowing States, _ derivative: Derivative) -> Double {
    states.withUnsafeBufferPointer {
      let z = Element.squareSum($0.baseAddress! + row * dimension, count: dimension)
      let f = Element.squareSum(derivative.baseAddress! + row * dimension, count: dimension)
      return Self.ratio(f.squareRoot(), 1e-5 + z.squareRoot())
    }
  }

  /// ‖F‖ / (floor + ‖z‖) over the whole state, of the brackets F_k, which are in units of their variables: about how
  /// much of its way a sample has left, in proportion to where it is. Unlike the joint residual it knows
  /// how far a slow variable has still to go, and unlike that of each variable, whether it matters.
  package func overall(
    row: Int, _ states: borrowing States, _ derivative: Derivative
  ) -> Double {
    let bracket = weights.withUnsafeBufferPointer {
      Element.weightedSquareSum(
        derivative.baseAddress! + row * dimension, $0.baseAddress!, count: dimension)
    }
    let size = states.withUnsafeBufferPointer {
      Element.squareSum($0.baseAddress! + row * dimension, count: dimension)
    }
    return overall(bracket: bracket.squareRoot(), state: size.squareRoot())
  }

  /// Likewise, from ‖F‖ and ‖z‖.
  func overall(bracket: Double, state: Double) -> Double { Self.ratio(bracket, floor + state) }

  /// ‖F_k‖ / (floor + ‖z_k‖) of every variable.
  package func parts(row: Int, _ states: borrowing States, _ derivative: Derivative) -> [Double] {
    var parts: [Double] = []
    for variable in variables.indices {
      parts.append(part(variable, row: row, states, derivative))
    }
    return parts
  }

  private func part(
    _ variable: Int, row: Int, _ states: borrowing States, _ derivative: Derivative
  ) -> Double {
    let columns = variables[variable].columns
    let bracket = weights.withUnsafeBufferPointer {
      Element.weightedSquareSum(
        derivative.baseAddress! + row * dimension + columns.lowerBound,
        $0.baseAddress! + columns.lowerBound, count: columns.count)
    }
    let reference = states.withUnsafeBufferPointer {
      field.referenceNorm(of: variable, sample: row, state: $0.baseAddress!)
    }
    return Self.ratio(bracket.squareRoot(), floor + reference)
  }

  /// A state too large to be measured is no equilibrium, whatever the quotient says: 1/inf is 0.
  private static func ratio(_ bracket: Double, _ reference: Double) -> Double {
    bracket.isFinite && reference.isFinite ? bracket / reference : .infinity
  }

  /// F_i, the bracket of one component.
  package func bracket(row: Int, column: Int, _ derivative: Derivative) -> Double {
    Double(derivative[row * dimension + column]) * Double(weights[column])
  }

  /// The component whose bracket is largest against its variable's norm.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func worst(row: Int, _ states: borrowing States, _ derivative: Derivative) -> Int {
    weights.withUnsafeBufferPointer {
      Element.product(
        derivative.baseAddress! + row * dimension, $0.baseAddress!, into: brackets,
        count: dimension)
    }
    var worst = 0
    var largest = -1.0
    for (index, variable) in variables.enumerated() {
      let part = brackets + variable.columns.lowerBound
      let count = variable.columns.count
      let peak = Element.absoluteMaximum(part, count: count)
      let reference = states.withUnsafeBufferPointer {
        floor + field.referenceNorm(of: index, sample: row, state: $0.baseAddress!)
      }
      let size = peak / reference
      // True of a NaN, too, which nothing exceeds.
      guard !(size <= largest) else { continue }
      largest = size
      for i in 0..<count where abs(Double(part[i])) == peak || part[i].isNaN {
        worst = variable.columns.lowerBound + i
        break
      }
      if size.isNaN { break }
    }
    return worst
  }
}
