internal import Integration
internal import LinearAlgebra

/// Simulates one chunk at a time with noise, on one thread, with a system of its own.
protocol NoiseWorker: AnyObject {
  /// Takes over parameters, once for each `revision`.
  func load(_ parameters: ParameterSet, revision: Int)
  func fluctuations(around state: SettledState, streams: [NormalStream]) throws -> Fluctuations
}

final class PrecisionNoiseWorker<E: Scalar>: NoiseWorker {
  private let network: Network
  private let system: any ControlledSystem<E>
  private let integrator: EulerMaruyama<E>
  private let noise: OrnsteinUhlenbeck
  private var revision: Int?
  private var observation: Observation

  /// Steps whose ε and u are kept, so that their products are matrix products: enough for these to be
  /// fast, few enough for a chunk's to stay in a cache.
  private static var depth: Int { 32 }
  /// ε of every sample, [depth + 1 × width]: the first is of the step before the block.
  private let epsilons: MatrixBuffer<E>
  /// u − u* of every sample, [depth × n_y], and the same in the system's precision; u likewise.
  private let deviations: MatrixBuffer<Double>
  private let roundedDeviations: MatrixBuffer<E>
  private let controls: MatrixBuffer<Double>
  /// Σ (u − u*) εᵀ of every sample, [n_y × width], and Σ u (u − u*)ᵀ, [n_y × n_y].
  private let noiseSums: MatrixBuffer<E>
  private let controlSums: MatrixBuffer<Double>

  init(
    _ network: Network, controller: any Controller, noise: OrnsteinUhlenbeck, capacity: Int
  ) {
    self.network = network
    self.noise = noise
    system = controller.makeSystem(network, capacity: capacity, E.self)
    integrator = EulerMaruyama(system, controller: controller, noise: noise)
    observation = Observation(network)
    let outputs = network.outputCount
    let depth = Self.depth
    epsilons = MatrixBuffer(rows: capacity, columns: (depth + 1) * integrator.width)
    deviations = MatrixBuffer(rows: capacity, columns: depth * outputs)
    roundedDeviations = MatrixBuffer(rows: capacity, columns: depth * outputs)
    controls = MatrixBuffer(rows: capacity, columns: depth * outputs)
    noiseSums = MatrixBuffer(rows: capacity, columns: outputs * integrator.width)
    controlSums = MatrixBuffer(rows: capacity, columns: outputs * outputs)
  }

  func load(_ parameters: ParameterSet, revision: Int) {
    guard revision != self.revision else { return }
    self.revision = revision
    system.load(parameters)
  }

  func fluctuations(around state: SettledState, streams: [NormalStream]) throws -> Fluctuations {
    let rows = state.count
    let samples = state.samples
    samples.inputs.withUnsafeBufferPointer { inputs in
      samples.targets.withUnsafeBufferPointer { targets in
        system.load(inputs: inputs.span, targets: targets.span, count: rows)
      }
    }
    integrator.start(system.compose(state.observation), streams: streams)
    for buffer in [epsilons, noiseSums] { E.fill(0, into: buffer.base, count: buffer.count) }
    controlSums.clear(rows: rows)
    let width = integrator.width
    let epsilons = epsilons
    try integrator.evaluate()
    var done = 0
    while done < noise.steps {
      let length = min(Self.depth, noise.steps - done)
      for place in 0..<length {
        integrator.step(
          noise: { epsilons.row($0) + place * width },
          next: { epsilons.row($0) + (place + 1) * width })
        try integrator.evaluate()
        try keepControls(place, around: state.observation.u)
      }
      addProducts(rows, length)
      for row in 0..<rows {
        epsilons.row(row).update(from: epsilons.row(row) + length * width, count: width)
      }
      done += length
    }
    return result(rows)
  }

  /// Writes down u, and how far it is from where it was at rest.
  private func keepControls(_ place: Int, around rest: ContiguousArray<Double>) throws {
    let outputs = network.outputCount
    if let plant = (system as? any PlantSystem<E>)?.plant {
      for row in 0..<system.samples {
        let u = controls.row(row) + place * outputs
        u.update(from: plant.loop.controls.row(row), count: outputs)
      }
    } else {
      let count = system.samples * system.dimension
      try system.observe(
        UnsafeBufferPointer(start: integrator.state.base, count: count).span, into: &observation)
      for row in 0..<system.samples {
        for k in 0..<outputs {
          controls.row(row)[place * outputs + k] = observation.u[row * outputs + k]
        }
      }
    }
    for row in 0..<system.samples {
      let u = controls.row(row) + place * outputs
      let deviation = deviations.row(row) + place * outputs
      for k in 0..<outputs { deviation[k] = u[k] - rest[row * outputs + k] }
    }
  }

  /// Adds the products of `length` steps to the sums.
  private func addProducts(_ rows: Int, _ length: Int) {
    let outputs = network.outputCount
    let width = integrator.width
    for row in 0..<rows {
      E.narrow(
        deviations.row(row), into: roundedDeviations.row(row), count: length * outputs)
      E.multiply(
        transposeA: true, transposeB: false, rows: outputs, columns: width, inner: length,
        alpha: 1, roundedDeviations.row(row), outputs, epsilons.row(row) + width, width,
        beta: 1, noiseSums.row(row), width)
      Double.multiply(
        transposeA: true, transposeB: false, rows: outputs, columns: outputs, inner: length,
        alpha: 1, controls.row(row), outputs, deviations.row(row), outputs,
        beta: 1, controlSums.row(row), outputs)
    }
  }

  private func result(_ rows: Int) -> Fluctuations {
    var result = Fluctuations(network, noise: noise, samples: rows)
    let outputs = network.outputCount
    let units = network.unitCount
    result.noiseSums.withUnsafeMutableBufferPointer { sums in
      for row in 0..<rows {
        for k in 0..<outputs {
          var offset = k * integrator.width
          for block in integrator.blocks {
            E.widen(
              noiseSums.row(row) + offset,
              into: sums.baseAddress! + (row * outputs + k) * units + block.columns.lowerBound,
              count: block.columns.count)
            offset += block.columns.count
          }
        }
      }
    }
    for i in 0..<rows * outputs * outputs { result.controlSums[i] = controlSums.base[i] }
    return result
  }
}

extension MatrixBuffer {
  fileprivate var count: Int { rows * columns }
}
