public import Dynamics

/// A local rule that is written as an expression: `control_post * rate_pre - 1e-4 * weight`.
///
/// It may use what a ``Synapse`` knows and nothing else, because there are no names for anything else.
/// What separates into a post-side and a pre-side factor runs as matrix products over the batch,
/// the rest as a loop over synapses (`LoweredExpression`).
public struct ExpressionRule: LearningRule {
  /// As it was written.
  public let text: String
  public let name: String
  public let phases: Set<SettledPhase>
  let expression: Expression
  private let kernels: ExpressionKernels
  private let settled: [RulePhase: SettledPhase]
  /// The phases whose third factors it reads.
  private let factorPhases: Set<RulePhase>
  private let readsCorrect: Bool

  /// The names of the third factors that a rule can declare, with the prefixes of phases.
  public static let thirdFactors: [String] = RuleQuantity.all.compactMap {
    if case .third = $0 { return $0.name }
    return nil
  }

  /// The functions that an expression can use.
  public static let functions: [String] = ExpressionFunction.allCases.map(\.rawValue)

  /// One line on each third factor and function.
  public static let summaries: [String: String] = {
    var lines: [String: String] = [:]
    for case .third(let factor, let phase) in RuleQuantity.all {
      let name = RuleQuantity.third(factor, phase).name
      lines[name] =
        factor.summary + (phase == .controlled ? "" : ", in the \(phase.rawValue) phase")
    }
    for function in ExpressionFunction.allCases { lines[function.rawValue] = function.summary }
    return lines
  }()

  /// How a rule runs.
  public struct Plan: Sendable, Equatable {
    /// Matrix products over a chunk for each projection.
    public var products: Int
    /// Terms of the weight alone, once for each weight and chunk.
    public var decays: Int
    /// Whether something is left that is evaluated at every synapse and sample.
    public var hasLoop: Bool
  }

  /// What the rule was made into.
  public var plan: Plan { kernels.plan }

  /// - Parameters:
  ///   - text: see `docs/own-rules.md` for the grammar.
  ///   - third: the third factors that it reads, all of them.
  ///   - beta: the gain of its nudged phase, if it has one.
  ///   - name: of the rule, for reports and memory.
  /// - Throws: ``ExpressionError``: what is no expression, names what a synapse cannot know, or leaves
  ///   a declaration unused.
  public init(
    _ text: String, third: [String] = [], beta: Double? = nil, name: String = "local"
  ) throws(ExpressionError) {
    var declared: Set<RuleQuantity> = []
    for name in third {
      guard let quantity = RuleQuantity.byName[name], !quantity.isVector else {
        throw ExpressionError(
          unknown: "third factor", name, of: Self.thirdFactors, subject: .third)
      }
      declared.insert(quantity)
    }
    let scope = RuleScope(third: declared, beta: beta)
    let expression = try ExpressionParser.parse(text, scope).folded
    guard !expression.hasNonFiniteNumber else {
      throw ExpressionError("a constant part of the rule is not a finite number", at: 0)
    }
    let read = expression.quantities
    if let unused = declared.subtracting(read).map(\.name).min() {
      throw ExpressionError(
        "the third factor `\(unused)` is declared and not used; leave it out of `third`",
        subject: .third)
    }
    var used = Set(read.compactMap(\.phase))
    if beta != nil && !used.contains(.nudged) {
      throw ExpressionError(
        "`beta` is given, and no name begins with `nudged_`; leave it out", subject: .beta)
    }
    if used.isEmpty { used = [.controlled] }
    self.text = text
    self.name = name
    self.expression = expression
    kernels = ExpressionKernels(expression)
    settled = Dictionary(uniqueKeysWithValues: used.map { ($0, $0.settled(beta: beta)) })
    phases = Set(settled.values)
    let factors = read.filter { !$0.isVector }
    factorPhases = Set(factors.compactMap(\.phase))
    readsCorrect = factors.contains {
      if case .third(.correct, _) = $0 { return true }
      return false
    }
  }

  /// There are no names for anything else.
  public var isLocal: Bool { true }

  public func objection(to network: Network) -> String? {
    if readsCorrect && network.outputCount < 2 {
      return "the third factor `correct` needs two outputs or more"
    }
    for projection in network.projections where !(projection is DenseProjection) {
      guard projection is any WeightGradient else {
        return "the projection \(projection.name) has no gradient for its weights"
      }
      guard kernels.servesSharedWeights else {
        return "the rule does not separate into products of a post-side and a pre-side factor, and "
          + "the projection \(projection.name) is not dense"
      }
    }
    return nil
  }

  public func changedParameters(of network: Network) -> Set<String> {
    network.weightsAndBiases
  }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    let phases = settled.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      (phase: $0.key, state: states[$0.value])
    }
    let network = phases[0].state.network
    var factors: [RulePhase: ContiguousArray<ThirdFactors>] = [:]
    for (phase, own) in settled where factorPhases.contains(phase) {
      factors[phase] = states.thirdFactors(of: own)
    }
    func change(
      _ name: String, from source: String?, to target: String, _ projection: (any WeightGradient)?
    ) {
      guard let index = parameters.index(of: name), update.changes(index) else { return }
      let ends = phases.map {
        (phase: $0.phase, ends: SynapseEnds($0.state, from: source, to: target))
      }
      lend(ends[...], parameters[index].values, [:]) { batches in
        let inputs = RuleInputs(batches: batches, factors: factors)
        if source == nil {
          kernels.addToBias(inputs, &update[index])
        } else {
          kernels.addToWeights(inputs, projection, &update[index])
        }
      }
    }
    for projection in network.projections {
      change(
        projection.weightName, from: projection.source, to: projection.target,
        projection as? any WeightGradient)
    }
    for population in network.populations where population.hasBias {
      change(population.biasName, from: nil, to: population.name, nil)
    }
  }

  /// The synapses in all phases at once.
  private func lend(
    _ ends: ArraySlice<(phase: RulePhase, ends: SynapseEnds)>, _ weights: ContiguousArray<Double>,
    _ batches: [RulePhase: SynapseBatch], _ body: ([RulePhase: SynapseBatch]) -> Void
  ) {
    guard let (phase, first) = ends.first else { return body(batches) }
    first.withBatches(weights: weights) { batch in
      var batches = batches
      batches[phase] = batch
      lend(ends.dropFirst(), weights, batches, body)
    }
  }
}
