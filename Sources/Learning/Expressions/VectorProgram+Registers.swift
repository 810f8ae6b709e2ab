/// What is done to a list of instructions once it is complete. Each result has a register of its own at
/// first, numbered as its instruction.
extension VectorProgram {
  /// Joins instructions that have a loop together.
  mutating func fuse() {
    var uses = [Int](repeating: 0, count: instructions.count)
    for instruction in instructions {
      for value in instruction.registersRead { uses[value] += 1 }
    }
    if case .register(let value) = result { uses[value] += 1 }
    var isGone = [Bool](repeating: false, count: instructions.count)
    // From the end, because the last loop also adds to the result.
    for time in instructions.indices.reversed() where !isGone[time] {
      if let (value, factor) = scaling(instructions[time], uses),
        let start = beginning(of: instructions[value], uses)
      {
        join(start, to: value, at: time, scale: factor)
        isGone[value] = true
        isGone[start.value] = true
      } else if let start = beginning(of: instructions[time], uses) {
        join(start, to: time, at: time, scale: nil)
        isGone[start.value] = true
      }
    }
    for time in instructions.indices where !isGone[time] && instructions[time].then == nil {
      keepBeforeSquare(time, &isGone)
    }
    instructions = zip(instructions, isGone).filter { !$1 }.map { $0.0 }
  }

  /// The instruction whose result is one operand of another, and the other operand.
  private struct Beginning {
    var value: Int
    var other: Operand
    /// Whether the other operand comes first.
    var isReversed: Bool
  }

  /// An instruction whose result nobody but `second` reads, where there is a loop for both. Of two, one that has
  /// nothing to be joined with itself.
  private func beginning(of second: Instruction, _ uses: [Int]) -> Beginning? {
    guard FusedKernels.canEnd(with: second.operation) else { return nil }
    var found: Beginning?
    for (operand, other, isReversed) in [(second.a, second.b, false), (second.b, second.a, true)] {
      if case .register(let value) = operand, uses[value] == 1,
        operand != other || second.operation.hasOneOperand,
        FusedKernels.canBegin(with: instructions[value])
      {
        let start = Beginning(value: value, other: other, isReversed: isReversed)
        if beginning(of: instructions[value], uses) == nil { return start }
        found = found ?? start
      }
    }
    return found
  }

  /// Where an instruction multiplies what nobody else reads by a scalar: that value, and the scalar.
  private func scaling(
    _ instruction: Instruction, _ uses: [Int]
  ) -> (value: Int, factor: Operand)? {
    guard case .multiply = instruction.operation else { return nil }
    switch (instruction.a, instruction.b) {
    case (.register(let value), .scalar) where uses[value] == 1: return (value, instruction.b)
    case (.scalar, .register(let value)) where uses[value] == 1: return (value, instruction.a)
    default: return nil
    }
  }

  private mutating func join(_ start: Beginning, to second: Int, at time: Int, scale: Operand?) {
    var joined = instructions[start.value]
    joined.then = Stage(
      operation: instructions[second].operation, c: start.other, isReversed: start.isReversed)
    joined.scale = scale
    joined.target = instructions[time].target
    instructions[time] = joined
  }

  /// A difference and its square, say, are made in one loop.
  private mutating func keepBeforeSquare(_ time: Int, _ isGone: inout [Bool]) {
    let square = instructions[time]
    guard case .square = square.operation, case .register(let value) = square.a, !isGone[value],
      instructions[value].then == nil, FusedKernels.canBegin(with: instructions[value]),
      result != .register(time)
    else { return }
    instructions[value].then = Stage(operation: .square, c: square.a, isReversed: false)
    instructions[value].kept = value
    instructions[value].target = square.target
    isGone[time] = true
  }

  /// Gives every result the lowest register that is free when it is made.
  mutating func reuseRegisters() {
    var lastUse: [Int: Int] = [:]
    for (time, instruction) in instructions.enumerated() {
      for value in instruction.registersRead { lastUse[value] = time }
    }
    if case .register(let value) = result { lastUse[value] = instructions.count }
    var free: [Int] = []
    var home: [Int: Int] = [:]
    for time in instructions.indices {
      var dead: Set<Int> = []
      func moved(_ operand: Operand) -> Operand {
        guard case .register(let value) = operand, let place = home[value] else { return operand }
        if lastUse[value] == time { dead.insert(place) }
        return .register(place)
      }
      let made = [instructions[time].target] + (instructions[time].kept.map { [$0] } ?? [])
      instructions[time].a = moved(instructions[time].a)
      instructions[time].b = moved(instructions[time].b)
      if let stage = instructions[time].then { instructions[time].then?.c = moved(stage.c) }
      for value in made {
        if free.isEmpty {
          home[value] = registerCount
          registerCount += 1
        } else {
          home[value] = free.removeFirst()
        }
      }
      instructions[time].target = home[made[0]] ?? 0
      instructions[time].kept = instructions[time].kept.flatMap { home[$0] }
      // Only now: loops that write where they read are not vectorised.
      free = (free + dead).sorted()
    }
    if case .register(let value) = result { result = .register(home[value] ?? 0) }
  }
}

extension VectorProgram.Instruction {
  fileprivate var registersRead: Set<Int> {
    Set([a, b, then?.c].compactMap(Self.register))
  }

  private static func register(_ operand: VectorProgram.Operand?) -> Int? {
    guard case .register(let value)? = operand else { return nil }
    return value
  }
}
