/// Loops of two operations at once, and a factor, which spare the memory between them.
///
/// Each pair has a loop of its own. The operations round one after the other, so the bits are those of
/// separate loops. A factor of 1 changes none.
enum FusedKernels {
  typealias Operand = VectorKernels.Operand
  typealias Target = UnsafeMutablePointer<Double>

  /// What can come first.
  static func canBegin(with instruction: VectorProgram.Instruction) -> Bool {
    switch instruction.operation {
    case .add, .subtract, .multiply, .square, .abs, .relu: return true
    case .min, .max:
      if case .scalar = instruction.a { return true }
      if case .scalar = instruction.b { return true }
      return false
    default: return false
    }
  }

  /// What can be done to the result.
  static func canEnd(with operation: VectorProgram.Operation) -> Bool {
    switch operation {
    case .add, .subtract, .multiply, .divide, .min, .max, .square, .abs, .relu: true
    default: false
    }
  }

  /// z ← s·((a ∘ b) ∘ c) or, reversed, s·(c ∘ (a ∘ b)); or z + that.
  ///
  /// One of a and b is a vector.
  ///
  /// - Parameter kept: where a ∘ b goes besides, if anywhere: with a square that is not added, and s = 1.
  static func apply(
    _ first: VectorProgram.Operation, _ a: Operand, _ b: Operand,
    _ second: VectorProgram.Stage, _ c: Operand, scale s: Double, count: Int, adding: Bool,
    keeping kept: Target?, into z: Target
  ) {
    let end = End(
      operation: second.operation, isReversed: second.isReversed, c: c, scale: s, count: count,
      adding: adding, kept: kept, z: z)
    switch (first, a, b) {
    case (.add, .vector(let x), .vector(let y)): sum(x, y, end)
    case (.add, .vector(let x), .scalar(let y)), (.add, .scalar(let y), .vector(let x)):
      shift(x, y, end)
    case (.subtract, .vector(let x), .vector(let y)): difference(x, y, end)
    case (.subtract, .vector(let x), .scalar(let y)): shift(x, -y, end)
    case (.subtract, .scalar(let x), .vector(let y)): complement(x, y, end)
    case (.multiply, .vector(let x), .vector(let y)): product(x, y, end)
    case (.multiply, .vector(let x), .scalar(let y)), (.multiply, .scalar(let y), .vector(let x)):
      scale(x, y, end)
    case (.min, .vector(let x), .scalar(let y)), (.min, .scalar(let y), .vector(let x)):
      if y.isNaN { shift(x, y, end) } else { lowered(x, y, end) }
    case (.max, .vector(let x), .scalar(let y)), (.max, .scalar(let y), .vector(let x)):
      if y.isNaN { shift(x, y, end) } else { raised(x, y, end) }
    case (.square, .vector(let x), _): product(x, x, end)
    case (.abs, .vector(let x), _): absolute(x, end)
    case (.relu, .vector(let x), _): rectified(x, end)
    default: preconditionFailure("these operations have no loop together")
    }
  }

  private typealias Vector = UnsafePointer<Double>

  // Functions of their own, so that none becomes too large for the compiler's patience.

  @inline(never) private static func sum(_ x: Vector, _ y: Vector, _ end: End) {
    end.run { x[$0] + y[$0] }
  }
  @inline(never) private static func shift(_ x: Vector, _ y: Double, _ end: End) {
    end.run { x[$0] + y }
  }
  @inline(never) private static func difference(_ x: Vector, _ y: Vector, _ end: End) {
    end.run { x[$0] - y[$0] }
  }
  @inline(never) private static func complement(_ x: Double, _ y: Vector, _ end: End) {
    end.run { x - y[$0] }
  }
  @inline(never) private static func product(_ x: Vector, _ y: Vector, _ end: End) {
    end.run { x[$0] * y[$0] }
  }
  @inline(never) private static func scale(_ x: Vector, _ y: Double, _ end: End) {
    end.run { x[$0] * y }
  }
  @inline(never) private static func lowered(_ x: Vector, _ y: Double, _ end: End) {
    end.run { ExpressionFunction.lowered(x[$0], to: y) }
  }
  @inline(never) private static func raised(_ x: Vector, _ y: Double, _ end: End) {
    end.run { ExpressionFunction.raised(x[$0], to: y) }
  }
  @inline(never) private static func absolute(_ x: Vector, _ end: End) {
    end.run { Swift.abs(x[$0]) }
  }
  @inline(never) private static func rectified(_ x: Vector, _ end: End) {
    end.run { ExpressionFunction.rectified(x[$0]) }
  }

  /// The second operation, with everything that its loops need.
  private struct End {
    let operation: VectorProgram.Operation
    let isReversed: Bool
    let c: Operand
    let scale: Double
    let count: Int
    let adding: Bool
    let kept: Target?
    let z: Target

    @inline(__always) func run(_ t: (Int) -> Double) {
      switch (operation, c) {
      case (.abs, _): write { Swift.abs(t($0)) }
      case (.square, _):
        if let kept {
          let z = z
          for i in 0..<count {
            let x = t(i)
            kept[i] = x
            z[i] = x * x
          }
        } else {
          write {
            let x = t($0)
            return x * x
          }
        }
      case (.relu, _): write { ExpressionFunction.rectified(t($0)) }
      case (.add, .vector(let y)): write { t($0) + y[$0] }
      case (.subtract, .vector(let y)):
        if isReversed { write { y[$0] - t($0) } } else { write { t($0) - y[$0] } }
      case (.multiply, .vector(let y)): write { t($0) * y[$0] }
      case (.divide, .vector(let y)):
        if isReversed { write { y[$0] / t($0) } } else { write { t($0) / y[$0] } }
      case (.min, .vector(let y)): write { ExpressionFunction.smaller(t($0), y[$0]) }
      case (.max, .vector(let y)): write { ExpressionFunction.larger(t($0), y[$0]) }
      case (.add, .scalar(let y)): write { t($0) + y }
      case (.subtract, .scalar(let y)):
        if isReversed { write { y - t($0) } } else { write { t($0) - y } }
      case (.multiply, .scalar(let y)): write { t($0) * y }
      case (.divide, .scalar(let y)):
        if isReversed { write { y / t($0) } } else { write { t($0) / y } }
      case (.min, .scalar(let y)) where !y.isNaN: write { ExpressionFunction.lowered(t($0), to: y) }
      case (.max, .scalar(let y)) where !y.isNaN: write { ExpressionFunction.raised(t($0), to: y) }
      case (.min, .scalar), (.max, .scalar): write { _ in .nan }
      default: preconditionFailure("these operations have no loop together")
      }
    }

    @inline(__always) private func write(_ f: (Int) -> Double) {
      // Of their own, so that nothing written to z can be a part of this.
      let (z, scale, count) = (z, scale, count)
      if adding {
        for i in 0..<count { z[i] += f(i) * scale }
      } else {
        for i in 0..<count { z[i] = f(i) * scale }
      }
    }
  }
}
