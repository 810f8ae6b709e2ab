public import Integration
internal import LinearAlgebra

/// Settles the adjoint of the free dynamics at free equilibria, on all cores: what backpropagation and
/// recurrent backpropagation learn from (SCIENCE 1.7 and 9; least-control paper, Eq. 88).
///
/// In the state that comes back, φ and all that depends on it is the free one, u = −∇_y L(y*), and ψ = δ*
/// solves 0 = ∂f/∂φᵀδ + S_yᵀu; so −∇_θ L = (∂f/∂θ)ᵀδ*: the outer product of ψ and the rates. The
/// certificates are those of δ; a sample without a free equilibrium keeps its own, and has ψ = 0.
public final class AdjointSettler {
  /// The network whose adjoint is settled.
  public let network: Network
  /// When the adjoint counts as settled, and when to give up.
  public let options: SettlingOptions
  /// The scalar type of the computation.
  public let precision: Precision
  /// Threads that chunks are shared among; bits do not depend on it.
  public let threads: Int
  private var workers: [any AdjointChunkWorker] = []
  private var parameters: ParameterSet?
  private var revision = 0

  /// - Throws: `IntegrationError` where an option makes no sense.
  public init(
    _ network: Network, options: SettlingOptions = SettlingOptions(),
    precision: Precision = .double, threads: Int = 1
  ) throws {
    var options = options
    // The adjoint has no F to descend.
    if options.method == .descent { options.method = .automatic }
    BLAS.useOneThread()
    self.network = network
    self.options = options
    self.precision = precision
    self.threads = max(1, threads)
    workers = [try makeWorker()]
  }

  private func makeWorker() throws -> any AdjointChunkWorker {
    let capacity = BatchSettler.chunkSize(for: network)
    return switch precision {
    case .single: try AdjointWorker<Float>(network, options: options, capacity: capacity)
    case .double: try AdjointWorker<Double>(network, options: options, capacity: capacity)
    }
  }

  /// Takes over parameters for the states that follow: those under which they settled.
  public func load(_ parameters: ParameterSet) {
    self.parameters = parameters
    revision += 1
  }

  /// The adjoint of every chunk of free equilibria, which must have targets.
  public func settle(_ free: [SettledState]) throws -> [SettledState] {
    let threads = min(threads, free.count)
    try prepare(threads: threads)
    return try ChunkQueue<SettledState>.run(chunks: free.count, threads: threads) {
      try self.settle(chunk: free[$1], onThread: $0)
    }
  }

  /// Before that many threads call ``settle(chunk:onThread:)``.
  package func prepare(threads: Int) throws {
    guard let parameters else { preconditionFailure("settle before load") }
    while workers.count < threads { workers.append(try makeWorker()) }
    for worker in workers.prefix(threads) { worker.load(parameters, revision: revision) }
  }

  /// The adjoint of one chunk with what belongs to that thread.
  package func settle(chunk free: SettledState, onThread thread: Int) throws -> SettledState {
    try workers[thread].settle(free)
  }
}
