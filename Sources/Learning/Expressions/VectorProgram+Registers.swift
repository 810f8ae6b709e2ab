/// What is done to a list of instructions once it is complete. Each result has a register of its own at
/// first, numbered as its instruction.
extension VectorProgram {
  /// Joins an instruction with the only one that reads its result, where there is a loop for both.
  mutating func fuse() {
    var uses = [Int](repeating: 0, count: instructions.count)
    for instruction in instructions {
      for value in instruction.registersRead { uses[value] += 1 }
    }
    if case .register(let value) = result { uses[value] += 1 }
    var isGone = [Bool](repeating: false, count: instructions.count)
    // From the end, because the last loop also adds to the result.
    for time in instructions.indices.reversed() where !isGone[time] {
      let second = instructions[time]
      guard FusedKernels.canEnd(with: second.operation) else { continue }
      for (operand, other, isReversed) in [(second.a, second.b, false), (second.b, second.a, true)]
      {
        guard case .register(let value) = operand, uses[value] == 1, !isGone[value],
          operand != other || second.operation.hasOneOperand,
          FusedKernels.canBegin(with: instructions[value])
        else { continue }
        var joined = instructions[value]
        joined.target = second.target
        joined.then = Stage(operation: second.operation, c: other, isReversed: isReversed)
        instructions[time] = joined
        isGone[value] = true
        break
      }
    }
    instructions = zip(instructions, isGone).filter { !$1 }.map { $0.0 }
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
      let made = instructions[time].target
      instructions[time].a = moved(instructions[time].a)
      instructions[time].b = moved(instructions[time].b)
      if let stage = instructions[time].then { instructions[time].then?.c = moved(stage.c) }
      // Elementwise operations may write where they read.
      free = (free + dead).sorted()
      if free.isEmpty {
        home[made] = registerCount
        registerCount += 1
      } else {
        home[made] = free.removeFirst()
      }
      instructions[time].target = home[made] ?? 0
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
