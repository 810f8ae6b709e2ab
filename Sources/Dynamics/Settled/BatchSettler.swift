public import Integration
internal import LinearAlgebra

/// The number format of states, weights and products in the dynamics.
public enum Precision: String, Sendable, CaseIterable {
  /// `Float`, 32 bits.
  case single
  /// `Double`, 64 bits.
  case double
}

/// Settles batches of samples under one controller, on all cores.
///
/// A batch is cut into chunks whose size depends on the model alone; each has its own solver, and
/// threads take whole chunks. So the bits of a result do not depend on the number of threads.
public final class BatchSettler {
  /// The network that is settled.
  public let network: Network
  /// What controls it.
  public let controller: any Controller
  /// How samples are settled, and when to give up.
  public let options: SettlingOptions
  /// The scalar type of the computation.
  public let precision: Precision
  /// Threads that chunks are shared among; bits do not depend on it.
  public let threads: Int
  /// Samples to a chunk, at most.
  public let chunkSize: Int
  private var workers: [any ChunkWorker] = []

  /// - Throws: ``NetworkError`` where the controller objects to the network, `IntegrationError` where
  ///   an option makes no sense.
  public init(
    _ network: Network, controller: any Controller, options: SettlingOptions = SettlingOptions(),
    precision: Precision = .double, threads: Int = 1
  ) throws {
    if let objection = controller.objection(to: network) { throw NetworkError(objection) }
    var options = options
    if options.method == .descent && controller.descent(for: network) == nil {
      guard controller.effectiveLeak == nil else {
        throw NetworkError(
          "there is no descent under \(controller.name) here: it needs dynamic inversion or "
            + "energy-based dynamics, transpose feedback, and a positive leak (settling.method)")
      }
      // Free phases have no F to descend.
      options.method = .automatic
    }
    BLAS.useOneThread()
    self.network = network
    self.controller = controller
    self.options = options
    self.precision = precision
    self.threads = max(1, threads)
    chunkSize = Self.chunkSize(for: network)
    // The first one shows at once whether the options can be.
    workers = [try makeWorker()]
  }

  /// 32, which a product of matrices needs to be worth its packing; less where the vectors of a chunk, of which an
  /// integrator has dozens, would outgrow a few megabytes.
  public static func chunkSize(for network: Network) -> Int {
    let width = 2 * network.unitCount + network.outputCount
    var size = 32
    while size > 4 && size * width > 1 << 20 { size /= 2 }
    return size
  }

  /// Whether the dozen vectors of a chunk stay in a second-level cache, and its matrices, too: then half a chunk costs
  /// little more than half as much.
  private var isSmall: Bool {
    chunkSize * (2 * network.unitCount + network.outputCount) <= 1 << 15
  }

  private func makeWorker() throws -> any ChunkWorker {
    switch precision {
    case .single:
      try PrecisionWorker<Float>(
        network, controller: controller, options: options, capacity: chunkSize)
    case .double:
      try PrecisionWorker<Double>(
        network, controller: controller, options: options, capacity: chunkSize)
    }
  }

  private var parameters: DenseNetwork?
  private var revision = 0

  /// Takes over parameters for the batches that follow.
  public func load(_ parameters: ParameterSet) {
    self.parameters = DenseNetwork(network, parameters)
    revision += 1
  }

  /// Settles all samples and hands every chunk to `body`, on whatever thread settled it.
  ///
  /// - Parameters:
  ///   - samples: inputs and, where something controls, targets.
  ///   - initial: where the samples start; all at zero if nil.
  ///   - body: may be called from several threads at once.
  /// - Returns: what `body` made of each chunk, in the order of the samples.
  /// - Throws: what `body` or a solver threw first, by the order of chunks.
  public func settle<Result: Sendable>(
    _ samples: Samples, from initial: InitialStates? = nil,
    _ body: @escaping @Sendable (SettledState) throws -> Result
  ) throws -> [Result] {
    precondition(samples.inputs.count == samples.count * network.inputCount)
    precondition(initial?.fit(network, count: samples.count) ?? true)
    let chunks = chunks(of: samples.count)
    let threads = min(threads, chunks.count)
    try prepare(threads: threads)
    return try ChunkQueue<Result>.run(chunks: chunks.count, threads: threads) { thread, chunk in
      let rows = chunks[chunk]
      return try body(
        self.settle(
          chunk: samples.selecting(rows), from: initial?.selecting(rows, of: samples.count),
          onThread: thread))
    }
  }

  // MARK: Chunk by chunk

  /// The rows of each chunk. Of a small network, what would make two chunks makes four of half the size, so that
  /// threads have something to share while one of them is busy with a straggler.
  package func chunks(of count: Int) -> [Range<Int>] {
    let isHalved = isSmall && count > chunkSize && count <= 2 * chunkSize
    let size = isHalved ? chunkSize / 2 : chunkSize
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  /// Before that many threads call ``settle(chunk:from:onThread:)``.
  package func prepare(threads: Int) throws {
    while workers.count < threads { workers.append(try makeWorker()) }
  }

  /// Settles one chunk with what belongs to that thread, 0 ..< as many as were prepared.
  package func settle(
    chunk: Samples, from initial: InitialStates?, onThread thread: Int
  ) throws -> SettledState {
    guard let parameters else { preconditionFailure("settle before load") }
    // Here, once for each revision, so that threads load at the same time.
    workers[thread].load(parameters.parameters, dense: parameters, revision: revision)
    return try workers[thread].settle(chunk, from: initial)
  }

  /// The settled states of all samples, chunk by chunk.
  public func settle(
    _ samples: Samples, from initial: InitialStates? = nil
  ) throws -> [SettledState] {
    try settle(samples, from: initial) { $0 }
  }

  /// The settled states of all samples, chunk by chunk, where φ starts at `initialPhi`,
  /// [count × units], and ψ and u at zero.
  public func settle(
    _ samples: Samples, initialPhi: ContiguousArray<Double>?
  ) throws -> [SettledState] {
    try settle(samples, from: initialPhi.map { InitialStates(phi: $0) })
  }
}
