public import Integration
public import LinearAlgebra

/// No control: τ φ̇ = f(φ), the free dynamics. ψ and u are zero.
public struct NoControl: Controller {
  public let name = "none"
  /// With nothing to set.
  public init() {}

  public var effectiveLeak: Double? { nil }

  public func makeSystem<E: Scalar>(_ network: Network, capacity: Int, _ precision: E.Type)
    -> any ControlledSystem<E>
  {
    FreeSystem<E>(network, capacity: capacity)
  }
}

final class FreeSystem<E: Scalar>: PlantSystem {
  typealias Element = E
  let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  let controllerName = "none"

  init(_ network: Network, capacity: Int) {
    plant = Plant(network, capacity: capacity, controller: nil)
    evaluator = plant.evaluator
  }

  private(set) lazy var equilibriumMap: (any EquilibriumMap<E>)? = FreeMap(plant)

  @specialized(where E == Float)
  @specialized(where E == Double)
  func evaluate(_ z: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let phi = plant.phi(z)
    let phiDot = plant.phi(dz)
    evaluator.activate(phi, slopes: false)
    evaluator.field(phi, into: phiDot)
    evaluator.divideByTimeConstants(phiDot)
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func linearize(at time: Double, _ state: Span<E>) throws {
    state.withUnsafeBufferPointer {
      evaluator.linearize(plant.phi($0.baseAddress!), curvatures: false)
    }
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func tangent(_ v: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let phiDot = plant.phi(dz)
    evaluator.fieldTangent(plant.phi(v), into: phiDot)
    evaluator.divideByTimeConstants(phiDot)
  }

  func observe(_ state: Span<E>, into observation: inout Observation) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      evaluator.activate(plant.phi(z), slopes: true)
      plant.loop.observeOutputs(plant.phi(z))
      plant.observe(z, into: &observation)
    }
  }
}
