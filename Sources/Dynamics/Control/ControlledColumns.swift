public import Integration
internal import LinearAlgebra

/// What is where in the state of a controlled system: φ of every unit, then ψ of those units that have
/// one in the state, then the integral u_i.
public struct ControlledColumns: Sendable {
  /// Numbers of a sample's state.
  public let dimension: Int
  /// Units, each with a φ.
  public let units: Int
  /// Units whose ψ is part of the state, in the order of their columns.
  public let psiUnits: [Int]
  /// Outputs that the loss reads.
  public let outputs: Int
  /// The column at which u_i starts, if it is part of the state.
  public let integral: Int?
  let controller: OutputController?
}

extension ControlledSystem {
  /// States made of φ, [samples × units], ψ likewise, and u_i, [samples × n_y]; what is no part of
  /// this system's state is left out.
  public func compose(
    phi: ContiguousArray<Double>, psi: ContiguousArray<Double>, integral: ContiguousArray<Double>,
    samples: Int
  ) -> ContiguousArray<Element> {
    let columns = columns
    let width = columns.dimension
    var states = ContiguousArray<Double>(repeating: 0, count: samples * width)
    for row in 0..<samples {
      for unit in 0..<columns.units { states[row * width + unit] = phi[row * columns.units + unit] }
      for (k, unit) in columns.psiUnits.enumerated() {
        states[row * width + columns.units + k] = psi[row * columns.units + unit]
      }
      guard let start = columns.integral else { continue }
      for k in 0..<columns.outputs {
        states[row * width + start + k] = integral[row * columns.outputs + k]
      }
    }
    return narrowed(states)
  }

  /// The states that have the φ, ψ and u of an equilibrium.
  public func compose(_ observation: Observation) -> ContiguousArray<Element> {
    var integral = observation.u
    if let controller = columns.controller, controller.hasState {
      let factor = controller.integralShare
      for i in integral.indices { integral[i] *= factor }
    }
    return compose(
      phi: observation.phi, psi: observation.psi, integral: integral,
      samples: observation.samples)
  }

  /// φ, [samples × units], and u_i, [samples × n_y], where it is part of the state.
  public func decompose(
    _ states: ContiguousArray<Element>
  ) -> (phi: ContiguousArray<Double>, integral: ContiguousArray<Double>?) {
    let columns = columns
    let samples = states.count / columns.dimension
    func block(from start: Int, count: Int) -> ContiguousArray<Double> {
      var values = ContiguousArray<Double>(repeating: 0, count: samples * count)
      values.withUnsafeMutableBufferPointer { target in
        states.withUnsafeBufferPointer { source in
          for row in 0..<samples {
            Element.widen(
              source.baseAddress! + row * columns.dimension + start,
              into: target.baseAddress! + row * count, count: count)
          }
        }
      }
      return values
    }
    return (
      block(from: 0, count: columns.units),
      columns.integral.map { block(from: $0, count: columns.outputs) }
    )
  }

  private func narrowed(_ values: ContiguousArray<Double>) -> ContiguousArray<Element> {
    ContiguousArray(unsafeUninitializedCapacity: values.count) { narrowed, count in
      count = values.count
      values.withUnsafeBufferPointer {
        guard let source = $0.baseAddress, let target = narrowed.baseAddress else { return }
        Element.narrow(source, into: target, count: count)
      }
    }
  }
}
