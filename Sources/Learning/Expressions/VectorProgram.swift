/// An expression compiled for vectors: a list of elementwise operations on registers.
///
/// Leaves are vectors, one element for each unit or synapse, or scalars, the same for all of them.
/// Parts that are made of scalars alone are worked out once per run, and a part that appears twice is
/// worked out once.
struct VectorProgram: Sendable {
  /// How a part of an expression is supplied; what is not supplied is computed.
  enum Leaf { case vector, scalar }

  enum Operation: Sendable {
    case add, subtract, multiply, divide, power, min, max
    case negate, square, abs, sign, sqrt, exp, log, tanh, sigmoid, softplus, relu, step

    var hasOneOperand: Bool {
      switch self {
      case .add, .subtract, .multiply, .divide, .power, .min, .max: false
      default: true
      }
    }
  }

  enum Operand: Hashable, Sendable {
    case input(Int)
    case scalar(Int)
    case register(Int)
  }

  struct Instruction: Sendable {
    var operation: Operation
    var a: Operand
    /// The same as `a` for operations of one operand.
    var b: Operand
    /// A register, or for scalar instructions a scalar.
    var target: Int
    /// What is done to the result in the same loop.
    var then: Stage?
    /// A scalar that what comes of this is multiplied with at last.
    var scale: Operand?
    /// A register for what the result was before ``then``, where others read that too.
    var kept: Int?
  }

  /// A second operation on a result t: t ∘ c or, reversed, c ∘ t.
  struct Stage: Sendable {
    var operation: Operation
    /// Anything for operations of one operand.
    var c: Operand
    var isReversed: Bool
  }

  /// What the caller supplies, in the order of the inputs.
  private(set) var vectors: [Expression] = []
  private(set) var scalars: [Expression] = []
  private(set) var constants: [Double] = []
  /// Run first, on scalars. Scalars are those supplied, then constants, then these.
  private(set) var scalarInstructions: [Instruction] = []
  var instructions: [Instruction] = []
  var result = Operand.scalar(0)
  var registerCount = 0

  var scalarCount: Int { scalars.count + constants.count + scalarInstructions.count }

  init(_ expression: Expression, leaf: @escaping (Expression) -> Leaf?) {
    var builder = VectorProgramBuilder(leaf: leaf)
    let result = builder.operand(for: expression)
    vectors = builder.vectors
    scalars = builder.scalars
    constants = builder.constants
    // Only now is it known where each group of scalars begins.
    let (s, c) = (scalars.count, constants.count)
    func place(_ operand: VectorProgramBuilder.Operand) -> Operand {
      switch operand {
      case .vector(let i): .input(i)
      case .scalar(let i): .scalar(i)
      case .constant(let i): .scalar(s + i)
      case .scalarResult(let i): .scalar(s + c + i)
      case .vectorResult(let i): .register(i)
      }
    }
    scalarInstructions = builder.scalarInstructions.enumerated().map {
      Instruction(operation: $1.operation, a: place($1.a), b: place($1.b), target: s + c + $0)
    }
    instructions = builder.vectorInstructions.enumerated().map {
      Instruction(operation: $1.operation, a: place($1.a), b: place($1.b), target: $0)
    }
    self.result = place(result)
    fuse()
    reuseRegisters()
  }
}
