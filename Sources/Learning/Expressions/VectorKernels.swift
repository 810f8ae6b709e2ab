internal import Foundation
internal import LinearAlgebra

/// The loops behind the operations of a ``VectorProgram``.
///
/// Each operation has loops of its own for vectors and scalars, which the compiler vectorises.
enum VectorKernels {
  enum Operand {
    case vector(UnsafePointer<Double>)
    case scalar(Double)
  }

  typealias Target = UnsafeMutablePointer<Double>

  static func apply(
    _ operation: VectorProgram.Operation, _ a: Operand, _ b: Operand, count: Int, adding: Bool,
    into z: Target
  ) {
    switch operation {
    case .add: binary(a, b, count, adding, z) { $0 + $1 }
    case .subtract: binary(a, b, count, adding, z) { $0 - $1 }
    case .multiply: binary(a, b, count, adding, z) { $0 * $1 }
    case .divide: binary(a, b, count, adding, z) { $0 / $1 }
    case .min: binary(a, b, count, adding, z) { ExpressionFunction.smaller($0, $1) }
    case .max: binary(a, b, count, adding, z) { ExpressionFunction.larger($0, $1) }
    case .power: binary(a, b, count, adding, z) { ExpressionFunction.power($0, $1) }
    case .negate: unary(a, count, adding, z) { -$0 }
    case .square: unary(a, count, adding, z) { $0 * $0 }
    case .abs: unary(a, count, adding, z) { Swift.abs($0) }
    case .sign: unary(a, count, adding, z) { ExpressionFunction.sign($0) }
    case .sqrt: unary(a, count, adding, z) { $0.squareRoot() }
    case .relu: unary(a, count, adding, z) { ExpressionFunction.rectified($0) }
    case .step: unary(a, count, adding, z) { ExpressionFunction.step($0) }
    case .log: unary(a, count, adding, z) { Foundation.log($0) }
    case .exp: whole(a, count, adding, z, Double.exponential)
    case .tanh: whole(a, count, adding, z, Double.hyperbolicTangent)
    case .sigmoid: whole(a, count, adding, z, Double.logistic)
    case .softplus: whole(a, count, adding, z, Double.softplus)
    }
  }

  /// z ← a, or z + a
  static func copy(_ a: Operand, count: Int, adding: Bool, into z: Target) {
    unary(a, count, adding, z) { $0 }
  }

  @inline(__always)
  private static func binary(
    _ a: Operand, _ b: Operand, _ count: Int, _ adding: Bool, _ z: Target,
    _ f: (Double, Double) -> Double
  ) {
    switch (a, b) {
    case (.vector(let x), .vector(let y)): write(count, adding, z) { f(x[$0], y[$0]) }
    case (.vector(let x), .scalar(let y)): write(count, adding, z) { f(x[$0], y) }
    case (.scalar(let x), .vector(let y)): write(count, adding, z) { f(x, y[$0]) }
    case (.scalar(let x), .scalar(let y)):
      let value = f(x, y)
      write(count, adding, z) { _ in value }
    }
  }

  @inline(__always)
  private static func unary(
    _ a: Operand, _ count: Int, _ adding: Bool, _ z: Target, _ f: (Double) -> Double
  ) {
    switch a {
    case .vector(let x): write(count, adding, z) { f(x[$0]) }
    case .scalar(let x):
      let value = f(x)
      write(count, adding, z) { _ in value }
    }
  }

  @inline(__always)
  private static func write(_ count: Int, _ adding: Bool, _ z: Target, _ f: (Int) -> Double) {
    if adding {
      for i in 0..<count { z[i] += f(i) }
    } else {
      for i in 0..<count { z[i] = f(i) }
    }
  }

  /// A function that the engine has for whole vectors; at most ``VectorMachine/block`` elements.
  private static func whole(
    _ a: Operand, _ count: Int, _ adding: Bool, _ z: Target,
    _ function: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
  ) {
    guard adding || a.isScalar else {
      if case .vector(let x) = a { function(x, z, count) }
      return
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { buffer in
      guard let values = buffer.baseAddress else { return }
      switch a {
      case .vector(let x): function(x, values, count)
      case .scalar(let x):
        values.initialize(repeating: x, count: count)
        function(values, values, count)
      }
      copy(.vector(values), count: count, adding: adding, into: z)
    }
  }
}

extension VectorKernels.Operand {
  var isScalar: Bool {
    if case .scalar = self { return true }
    return false
  }
}
