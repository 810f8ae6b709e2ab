internal import Dynamics

/// The part of a rule that does not separate: evaluated at every synapse and sample.
///
/// Whatever depends on one side alone is worked out beforehand, once for each unit and sample; what is
/// left runs over the units before the synapse, a row at a time.
struct SynapseLoop: Sendable {
  private let program: VectorProgram
  private let scalars: [RowProgram]
  private let vectors: [Column]

  /// What a row of the loop reads: a value for each synapse of one unit.
  private enum Column: Sendable {
    case pre(RowProgram)
    /// Of the weights alone.
    case weight(RowProgram)
  }

  init(_ expression: Expression) {
    program = VectorProgram(expression) {
      if case .number = $0 { return nil }
      if $0.isPostSided { return .scalar }
      return $0.isPreSided || $0.sides == .weight ? .vector : nil
    }
    scalars = program.scalars.map(RowProgram.init)
    vectors = program.vectors.map {
      $0.sides == .weight ? .weight(RowProgram($0)) : .pre(RowProgram($0))
    }
  }

  /// changes ← changes + Δ, [post × pre]
  func run(on inputs: RuleInputs, into changes: UnsafeMutablePointer<Double>) {
    let (samples, posts, pres) = (inputs.samples, inputs.postCount, inputs.preCount)
    guard samples > 0, posts > 0, pres > 0 else { return }
    let posted = scalars.map { program in
      let buffer = MatrixBuffer<Double>(rows: samples, columns: posts)
      program.run(on: inputs, columns: posts, stride: posts, adding: false, into: buffer.base)
      return buffer
    }
    // A row of each: of the sample for what is before, of the unit for what the weights make.
    let columns = vectors.map { column in
      switch column {
      case .pre(let program):
        let buffer = MatrixBuffer<Double>(rows: samples, columns: pres)
        program.run(on: inputs, columns: pres, stride: pres, adding: false, into: buffer.base)
        return (buffer: buffer, isOfSample: true)
      case .weight(let program):
        let buffer = MatrixBuffer<Double>(rows: posts, columns: pres)
        let machine = VectorMachine(program.program)
        machine.vectors[0] = inputs.weights
        machine.run(count: posts * pres, adding: false, into: buffer.base)
        return (buffer: buffer, isOfSample: false)
      }
    }
    let machine = VectorMachine(program)
    withExtendedLifetime((posted, columns)) {
      // The samples within: the row of changes stays in the first-level cache.
      for unit in 0..<posts {
        for sample in 0..<samples {
          for k in posted.indices { machine.scalars[k] = posted[k].base[sample * posts + unit] }
          for k in columns.indices {
            let (buffer, isOfSample) = columns[k]
            machine.vectors[k] = UnsafePointer(buffer.base + (isOfSample ? sample : unit) * pres)
          }
          machine.run(count: pres, adding: true, into: changes + unit * pres)
        }
      }
    }
  }
}
