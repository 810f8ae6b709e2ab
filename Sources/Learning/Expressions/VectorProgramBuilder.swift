/// Turns a tree into instructions, each part once.
struct VectorProgramBuilder {
  enum Operand: Hashable {
    case vector(Int)
    case scalar(Int)
    case constant(Int)
    case scalarResult(Int)
    case vectorResult(Int)

    var isVector: Bool {
      switch self {
      case .vector, .vectorResult: true
      case .scalar, .constant, .scalarResult: false
      }
    }
  }

  struct Instruction: Hashable {
    var operation: VectorProgram.Operation
    var a: Operand
    var b: Operand
  }

  let leaf: (Expression) -> VectorProgram.Leaf?
  private(set) var vectors: [Expression] = []
  private(set) var scalars: [Expression] = []
  private(set) var constants: [Double] = []
  private(set) var scalarInstructions: [Instruction] = []
  private(set) var vectorInstructions: [Instruction] = []
  private var leaves: [Expression: Operand] = [:]
  private var results: [Instruction: Operand] = [:]

  init(leaf: @escaping (Expression) -> VectorProgram.Leaf?) { self.leaf = leaf }

  mutating func operand(for expression: Expression) -> Operand {
    if case .number(let value) = expression { return constant(value) }
    if let known = leaves[expression] { return known }
    switch leaf(expression) {
    case .vector:
      vectors.append(expression)
      leaves[expression] = .vector(vectors.count - 1)
      return .vector(vectors.count - 1)
    case .scalar:
      scalars.append(expression)
      leaves[expression] = .scalar(scalars.count - 1)
      return .scalar(scalars.count - 1)
    case nil: break
    }
    switch expression {
    case .number, .quantity: preconditionFailure("a leaf that nobody supplies")
    case .negative(let a): return unary(.negate, operand(for: a))
    case .sum(let a, let b): return emit(.add, operand(for: a), operand(for: b))
    case .difference(let a, let b): return emit(.subtract, operand(for: a), operand(for: b))
    case .product(let a, let b): return emit(.multiply, operand(for: a), operand(for: b))
    case .quotient(let a, let b): return emit(.divide, operand(for: a), operand(for: b))
    case .power(let a, let b): return power(operand(for: a), b)
    case .call(let function, let arguments):
      return call(function, arguments.map { operand(for: $0) })
    }
  }

  private mutating func call(_ function: ExpressionFunction, _ x: [Operand]) -> Operand {
    switch function {
    case .min: x.dropFirst().reduce(x[0]) { emit(.min, $0, $1) }
    case .max: x.dropFirst().reduce(x[0]) { emit(.max, $0, $1) }
    case .clip: emit(.min, emit(.max, x[0], x[1]), x[2])
    case .abs: unary(.abs, x[0])
    case .sign: unary(.sign, x[0])
    case .sqrt: unary(.sqrt, x[0])
    case .exp: unary(.exp, x[0])
    case .log: unary(.log, x[0])
    case .tanh: unary(.tanh, x[0])
    case .sigmoid: unary(.sigmoid, x[0])
    case .softplus: unary(.softplus, x[0])
    case .relu: unary(.relu, x[0])
    case .step: unary(.step, x[0])
    }
  }

  /// The same products as `ExpressionFunction.power`.
  private mutating func power(_ x: Operand, _ exponent: Expression) -> Operand {
    guard case .number(let y) = exponent else {
      let y = operand(for: exponent)
      return emit(.power, x, y)
    }
    switch y {
    case 0: return constant(1)
    case 1: return x
    case 2: return emit(.multiply, x, x)
    case 3:
      let square = emit(.multiply, x, x)
      return emit(.multiply, square, x)
    case 4:
      let square = emit(.multiply, x, x)
      return emit(.multiply, square, square)
    case -1: return emit(.divide, constant(1), x)
    case -2:
      let square = emit(.multiply, x, x)
      return emit(.divide, constant(1), square)
    case 0.5: return unary(.sqrt, x)
    default: return emit(.power, x, constant(y))
    }
  }

  private mutating func constant(_ value: Double) -> Operand {
    // By bits: 0 is not −0.
    if let index = constants.firstIndex(where: { $0.bitPattern == value.bitPattern }) {
      return .constant(index)
    }
    constants.append(value)
    return .constant(constants.count - 1)
  }

  private mutating func unary(_ operation: VectorProgram.Operation, _ a: Operand) -> Operand {
    emit(operation, a, a)
  }

  private mutating func emit(
    _ operation: VectorProgram.Operation, _ a: Operand, _ b: Operand
  ) -> Operand {
    if operation == .multiply, a == b { return unary(.square, a) }
    let instruction = Instruction(operation: operation, a: a, b: b)
    if let known = results[instruction] { return known }
    let result: Operand
    if a.isVector || b.isVector {
      vectorInstructions.append(instruction)
      result = .vectorResult(vectorInstructions.count - 1)
    } else {
      scalarInstructions.append(instruction)
      result = .scalarResult(scalarInstructions.count - 1)
    }
    results[instruction] = result
    return result
  }
}
