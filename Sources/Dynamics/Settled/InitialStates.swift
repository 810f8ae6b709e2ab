/// Where samples start. Rows are samples; an array left empty is all zero.
///
/// What the controller at hand keeps elsewhere than in its state is left out: ψ where it is a function
/// of φ, and u under proportional control.
public struct InitialStates: Sendable, Equatable {
  /// [count × units]
  public var phi: ContiguousArray<Double>
  /// [count × units]
  public var psi: ContiguousArray<Double>
  /// The output controller's total u, [count × n_y]; its integral starts at the share that it has of u
  /// at equilibrium.
  public var u: ContiguousArray<Double>

  /// From its parts.
  public init(
    phi: ContiguousArray<Double> = [], psi: ContiguousArray<Double> = [],
    u: ContiguousArray<Double> = []
  ) {
    self.phi = phi
    self.psi = psi
    self.u = u
  }

  /// Whether the arrays are empty or fill `count` samples of that network.
  func fit(_ network: Network, count: Int) -> Bool {
    func fits(_ values: ContiguousArray<Double>, _ columns: Int) -> Bool {
      values.isEmpty || values.count == count * columns
    }
    return fits(phi, network.unitCount) && fits(psi, network.unitCount)
      && fits(u, network.outputCount)
  }

  /// Lets one of `count` samples start at zero.
  public mutating func clear(_ row: Int, of count: Int) {
    func clear(_ values: inout ContiguousArray<Double>) {
      let columns = values.count / count
      for i in row * columns..<(row + 1) * columns { values[i] = 0 }
    }
    clear(&phi)
    clear(&psi)
    clear(&u)
  }

  /// The given rows of `count`.
  package func selecting(_ rows: some Collection<Int>, of count: Int) -> InitialStates {
    InitialStates(
      phi: gather(phi, rows: rows, of: count), psi: gather(psi, rows: rows, of: count),
      u: gather(u, rows: rows, of: count))
  }
}
