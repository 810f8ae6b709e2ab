internal import Foundation
internal import LinearAlgebra

/// The functions of expressions.
enum ExpressionFunction: String, Sendable, CaseIterable {
  case abs, sign, sqrt, exp, log, tanh, sigmoid, softplus, relu, step, min, max, clip

  /// How many arguments it takes.
  var arguments: ClosedRange<Int> {
    switch self {
    case .min, .max: 2...8
    case .clip: 3...3
    default: 1...1
    }
  }

  /// How it is written.
  var usage: String {
    switch self {
    case .min, .max: "\(rawValue)(a, b, ...)"
    case .clip: "clip(x, lowest, highest)"
    default: "\(rawValue)(x)"
    }
  }

  /// One line for lists.
  var summary: String {
    switch self {
    case .abs: "|x|"
    case .sign: "1, 0 or \u{2212}1, by the sign of x"
    case .sqrt: "the square root of x"
    case .exp: "e to the power of x"
    case .log: "the natural logarithm of x"
    case .tanh: "the hyperbolic tangent of x"
    case .sigmoid: "1 / (1 + exp(\u{2212}x))"
    case .softplus: "log(1 + exp x)"
    case .relu: "the positive part of x"
    case .step: "1 where x > 0, else 0"
    case .min: "min(a, b, ...), the least of two to eight numbers"
    case .max: "max(a, b, ...), the largest of two to eight numbers"
    case .clip: "clip(x, lowest, highest), x kept within bounds"
    }
  }

  func value(_ x: [Double]) -> Double {
    switch self {
    case .min: x.dropFirst().reduce(x[0], Self.smaller)
    case .max: x.dropFirst().reduce(x[0], Self.larger)
    case .clip: Self.smaller(Self.larger(x[0], x[1]), x[2])
    default: value(x[0])
    }
  }

  /// Of a function of one argument.
  private func value(_ x: Double) -> Double {
    switch self {
    case .abs: Swift.abs(x)
    case .sign: Self.sign(x)
    case .sqrt: x.squareRoot()
    case .log: Foundation.log(x)
    case .relu: Self.rectified(x)
    case .step: Self.step(x)
    // The engine's own, which vectors use too: the same bits.
    case .exp: Self.one(x, Double.exponential)
    case .tanh: Self.one(x, Double.hyperbolicTangent)
    case .sigmoid: Self.one(x, Double.logistic)
    case .softplus: Self.one(x, Double.softplus)
    case .min, .max, .clip: .nan
    }
  }

  private static func one(
    _ x: Double, _ function: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
  ) -> Double {
    var y = 0.0
    withUnsafePointer(to: x) { function($0, &y, 1) }
    return y
  }

  // NaN goes through all of these.

  @inline(__always) static func larger(_ a: Double, _ b: Double) -> Double {
    a != a ? a : (a > b ? a : b)
  }
  @inline(__always) static func smaller(_ a: Double, _ b: Double) -> Double {
    a != a ? a : (a < b ? a : b)
  }
  /// The same for a bound that is not NaN, which is one instruction.
  @inline(__always) static func raised(_ x: Double, to bound: Double) -> Double {
    bound > x ? bound : x
  }
  @inline(__always) static func lowered(_ x: Double, to bound: Double) -> Double {
    bound < x ? bound : x
  }
  @inline(__always) static func rectified(_ x: Double) -> Double { x < 0 ? 0 : x }
  @inline(__always) static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
  @inline(__always) static func step(_ x: Double) -> Double { x > 0 ? 1 : x != x ? x : 0 }

  /// xʸ: products where y is a small integer, which are faster and exact for exact cases.
  static func power(_ x: Double, _ y: Double) -> Double {
    switch y {
    case 0: 1
    case 1: x
    case 2: x * x
    case 3: x * x * x
    case 4: (x * x) * (x * x)
    case -1: 1 / x
    case -2: 1 / (x * x)
    case 0.5: x.squareRoot()
    default: Foundation.pow(x, y)
    }
  }
}
