internal import Integration
internal import LinearAlgebra

/// Shakes settled samples with noise, and sees how their control answers, on all cores.
///
/// It takes the chunks as a ``BatchSettler`` gave them. The noise of a sample depends on the seed, the
/// number of the update and that of the sample, and not on threads or on the samples beside it.
public final class NoiseSettler {
  /// The network that is shaken.
  public let network: Network
  /// What controls it meanwhile.
  public let controller: any Controller
  /// The noise on φ.
  public let noise: OrnsteinUhlenbeck
  private let seed: UInt64
  private let precision: Precision
  private var workers: [any NoiseWorker] = []
  private var parameters: ParameterSet?
  private var revision = 0

  /// - Parameters:
  ///   - network: the network that is shaken.
  ///   - controller: what controls it.
  ///   - noise: the noise on φ.
  ///   - seed: of the streams `noise.<update>.<sample>`.
  ///   - precision: the scalar type of the computation.
  /// - Throws: ``NetworkError`` where the step does not fit the time constants.
  public init(
    _ network: Network, controller: any Controller, noise: OrnsteinUhlenbeck, seed: UInt64,
    precision: Precision = .double
  ) throws(NetworkError) {
    if let objection = noise.objection(to: network) { throw NetworkError(objection) }
    if controller.effectiveLeak == nil {
      throw NetworkError("noise is to shake the control, and the controller is \(controller.name)")
    }
    self.network = network
    self.controller = controller
    self.noise = noise
    self.seed = seed
    self.precision = precision
  }

  /// Takes over parameters for the chunks that follow.
  public func load(_ parameters: ParameterSet) {
    self.parameters = parameters
    revision += 1
  }

  private func makeWorker() -> any NoiseWorker {
    let capacity = BatchSettler.chunkSize(for: network)
    switch precision {
    case .single:
      return PrecisionNoiseWorker<Float>(
        network, controller: controller, noise: noise, capacity: capacity)
    case .double:
      return PrecisionNoiseWorker<Double>(
        network, controller: controller, noise: noise, capacity: capacity)
    }
  }

  /// The same states with their ``SettledState/fluctuations``, chunk by chunk.
  ///
  /// - Parameters:
  ///   - states: controlled equilibria, at most ``BatchSettler/chunkSize`` samples each.
  ///   - update: the number of the update that it is for.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  public func settle(
    _ states: [SettledState], update: Int, threads: Int = 1
  ) throws -> [SettledState] {
    let threads = min(max(1, threads), states.count)
    prepare(threads: threads)
    return try ChunkQueue.run(chunks: states.count, threads: threads) { thread, chunk in
      try self.settle(chunk: states[chunk], update: update, onThread: thread)
    }
  }

  // MARK: Chunk by chunk

  /// Before that many threads call ``settle(chunk:update:onThread:)``.
  package func prepare(threads: Int) {
    guard let parameters else { preconditionFailure("settle before load") }
    while workers.count < threads { workers.append(makeWorker()) }
    for worker in workers.prefix(threads) { worker.load(parameters, revision: revision) }
  }

  /// One chunk with what belongs to that thread, 0 ..< as many as were prepared.
  ///
  /// Certificates stay those of the equilibria, without their evaluations, which have been counted; but
  /// samples that the noise drives beyond all numbers are `diverged`.
  package func settle(
    chunk state: SettledState, update: Int, onThread thread: Int
  ) throws -> SettledState {
    let streams = state.samples.indices.map {
      NormalStream(seed: seed, name: "noise.\(update).\($0)")
    }
    var shaken = state
    let fluctuations = try workers[thread].fluctuations(around: state, streams: streams)
    for row in 0..<state.count {
      shaken.certificates[row].evaluations = 0
      shaken.certificates[row].jacobianProducts = 0
      guard state.certificates[row].isEquilibrium, !fluctuations.isFinite(row) else { continue }
      shaken.certificates[row].outcome = .diverged
    }
    shaken.fluctuations = fluctuations
    return shaken
  }
}
