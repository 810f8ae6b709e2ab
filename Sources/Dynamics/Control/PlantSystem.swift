internal import Integration
internal import LinearAlgebra

/// A controlled system that is a plant and its own equations: what the built-in ones share.
protocol PlantSystem<Element>: ControlledSystem {
  var plant: Plant<Element> { get }
  /// ż at z, both [samples × dimension].
  func evaluate(_ z: UnsafePointer<Element>, into dz: UnsafeMutablePointer<Element>)
  /// (∂F/∂z)·v at the point of the last linearisation.
  func tangent(_ v: UnsafePointer<Element>, into dz: UnsafeMutablePointer<Element>)
}

extension PlantSystem {
  var network: Network { plant.network }
  var capacity: Int { plant.capacity }
  var samples: Int { plant.rows }
  var dimension: Int { plant.dimension }
  var columns: ControlledColumns { plant.columns }
  var variables: [StateVariable] { plant.variables }
  var bracketWeights: ContiguousArray<Element> { plant.bracketWeights }
  var hasJacobianProduct: Bool { true }
  func componentName(_ column: Int) -> String { plant.componentName(column) }

  func load(_ parameters: ParameterSet) { plant.evaluator.load(parameters) }

  func load(inputs: Span<Double>, targets: Span<Double>?, count: Int) {
    plant.load(inputs: inputs, targets: targets, count: count)
  }

  func exchangeSamples(_ first: Int, _ second: Int) { plant.exchangeSamples(first, second) }
  func keepSamples(_ count: Int) { plant.evaluator.keepSamples(count) }

  func derivative(
    at time: Double, _ state: Span<Element>, into derivative: inout MutableSpan<Element>
  ) throws {
    state.withUnsafeBufferPointer { z in
      derivative.withUnsafeMutableBufferPointer { dz in
        evaluate(z.baseAddress!, into: dz.baseAddress!)
      }
    }
  }

  func jacobianProduct(_ vector: Span<Element>, into product: inout MutableSpan<Element>) throws {
    vector.withUnsafeBufferPointer { v in
      product.withUnsafeMutableBufferPointer { dz in
        tangent(v.baseAddress!, into: dz.baseAddress!)
      }
    }
  }
}
