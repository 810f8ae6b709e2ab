/// Runs one compiled expression; owns the memory that this needs, and allocates none while it runs.
///
/// Of one thread.
final class VectorMachine {
  /// The most elements worked on at a time. Registers of this many, with the rows that they are made of,
  /// stay in the first-level cache.
  static let block = 1024

  let program: VectorProgram
  /// The scalars that the caller supplies come first; it writes them before a run.
  let scalars: UnsafeMutablePointer<Double>
  /// The vectors that the caller supplies; it sets them before a run.
  let vectors: UnsafeMutablePointer<UnsafePointer<Double>>
  private let registers: UnsafeMutablePointer<Double>
  private let nowhere: UnsafeMutablePointer<Double>

  init(_ program: VectorProgram) {
    self.program = program
    func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: max(count, 1))
      return memory
    }
    scalars = zeros(program.scalarCount)
    registers = zeros(program.registerCount * Self.block)
    nowhere = zeros(1)
    for (k, value) in program.constants.enumerated() {
      scalars[program.scalars.count + k] = value
    }
    vectors = .allocate(capacity: max(program.vectors.count, 1))
    vectors.initialize(repeating: UnsafePointer(nowhere), count: max(program.vectors.count, 1))
  }

  deinit {
    scalars.deallocate()
    registers.deallocate()
    nowhere.deallocate()
    vectors.deallocate()
  }

  /// target ← the values, or target + the values.
  func run(count: Int, adding: Bool, into target: UnsafeMutablePointer<Double>) {
    for instruction in program.scalarInstructions {
      let a = scalar(instruction.a)
      let b = scalar(instruction.b)
      VectorKernels.apply(
        instruction.operation, .scalar(a), .scalar(b), count: 1, adding: false,
        into: scalars + instruction.target)
    }
    // Blocks of about the same size: a short last one would cost as much as a long one.
    let blocks = (count + Self.block - 1) / Self.block
    let even = blocks > 0 ? min(Self.block, ((count + blocks - 1) / blocks + 7) & ~7) : 0
    var start = 0
    while start < count {
      let size = min(even, count - start)
      runBlock(start, size, adding, target + start)
      start += size
    }
  }

  private func runBlock(
    _ start: Int, _ count: Int, _ adding: Bool, _ target: UnsafeMutablePointer<Double>
  ) {
    var isWritten = false
    let last = program.instructions.count - 1
    program.instructions.withUnsafeBufferPointer { instructions in
      for (k, instruction) in instructions.enumerated() {
        // The last one makes the result.
        let isResult = k == last && program.result == .register(instruction.target)
        let z = isResult ? target : registers + instruction.target * Self.block
        let (a, b) = (operand(instruction.a, start), operand(instruction.b, start))
        if let then = instruction.then {
          FusedKernels.apply(
            instruction.operation, a, b, then, operand(then.c, start),
            scale: instruction.scale.map(scalar) ?? 1, count: count, adding: isResult && adding,
            keeping: instruction.kept.map { registers + $0 * Self.block }, into: z)
        } else {
          VectorKernels.apply(
            instruction.operation, a, b, count: count, adding: isResult && adding, into: z)
        }
        if isResult { isWritten = true }
      }
    }
    guard !isWritten else { return }
    VectorKernels.copy(operand(program.result, start), count: count, adding: adding, into: target)
  }

  private func scalar(_ operand: VectorProgram.Operand) -> Double {
    guard case .scalar(let index) = operand else { preconditionFailure("not a scalar") }
    return scalars[index]
  }

  private func operand(_ operand: VectorProgram.Operand, _ start: Int) -> VectorKernels.Operand {
    switch operand {
    case .input(let index): .vector(vectors[index] + start)
    case .scalar(let index): .scalar(scalars[index])
    case .register(let index): .vector(UnsafePointer(registers + index * Self.block))
    }
  }
}
