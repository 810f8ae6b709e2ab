/// What an audit found. Figures over samples are sums or means over those that settled.
public struct AuditReport: Sendable {
  /// A rule's update of one parameter, against one negative gradient.
  public struct Row: Sendable, Equatable {
    /// Nil: of all parameters together that the rules change and the gradient exists for.
    public var parameter: String?
    /// The gradient that it is compared with.
    public var reference: Objective
    /// Those that both the update and the gradient are summed over.
    public var samples: Int
    /// ⟨Δ, gradient⟩ / (‖Δ‖ ‖gradient‖).
    public var cosine: Double
    /// ‖Δ‖ / ‖gradient‖
    public var normRatio: Double
    /// Of the elements that are not zero in both, the fraction that has the same sign in both.
    public var signAgreement: Double
    /// ‖Δ − gradient‖ / ‖gradient‖
    public var relativeError: Double
    /// Whether the rule claims to be this gradient.
    public var isPromised: Bool
    /// Whether it is, to ``Audit/tolerance`` and the rounding of the whole gradient.
    public var isExact: Bool
    /// Whether learning changes the parameter at all.
    public var isLearned: Bool
  }

  /// A gradient against central differences through the whole settling.
  public struct Confirmation: Sendable, Equatable {
    /// The gradient that was confirmed by differences.
    public var reference: Objective
    /// Random directions for each parameter; 0: not asked for.
    public var directions: Int
    /// The largest difference from a difference quotient, in proportion to the largest quotient of the
    /// parameter.
    public var error: Double
    /// The parameter of that.
    public var parameter: String
    /// Samples that settled at the point and a step away in every direction.
    public var samples: Int
    /// Whether differences and gradient agree as far as differences can tell.
    public var isConfirmed: Bool
  }

  /// Whether the synapses of one parameter change by what they may know.
  public struct Locality: Sendable, Equatable {
    /// The parameter's name.
    public var parameter: String
    /// Synapses that were tested.
    public var synapses: Int
    /// What showed the first that is not local; nil where all are.
    public var finding: String?
    /// Whether the rule claims to be local.
    public var isPromised: Bool
    /// Whether no synapse was found that knows more.
    public var isLocal: Bool { finding == nil }
  }

  /// A gradient and the samples that it exists for.
  public struct Reference: Sendable, Equatable {
    /// What was differentiated.
    public var objective: Objective
    /// Those that it exists for.
    public var samples: Int
    /// Why it is missing for all or some of the samples, where it is.
    public var note: String?
  }

  /// Samples of the audit.
  public internal(set) var samples = 0
  /// Those that settled to ``Audit/residual`` in every phase that the rules read.
  public internal(set) var settled = 0
  /// The first sample that did not, for people.
  public internal(set) var unsettledExample: String?
  /// The model's α_eff; nil without a controller.
  public internal(set) var leak: Double?
  /// Whether no population lies on a cycle, so that −∇L is what backpropagation computes.
  public internal(set) var isAcyclic = false
  /// What updates were compared with.
  public internal(set) var references: [Reference] = []
  /// The comparisons, parameter by parameter.
  public internal(set) var rows: [Row] = []
  /// Checks of the gradients themselves by finite differences.
  public internal(set) var confirmations: [Confirmation] = []
  /// What each parameter's synapses were seen to depend on; empty where that was not tested.
  public internal(set) var locality: [Locality] = []
  /// The control against the least that would do; nil where there is none.
  public internal(set) var control: ControlReport?

  /// Whether a rule claims to be a gradient.
  public var hasPromise: Bool { rows.contains { $0.isPromised } }

  /// What is wrong, a line each; nothing where the rule passes.
  ///
  /// A rule that claims nothing cannot fail by following a gradient badly: only samples that do not
  /// settle, and claims that do not hold, are failures.
  public var failures: [String] {
    var lines: [String] = []
    if settled < samples {
      lines.append(
        "\(samples - settled) of \(samples) samples did not settle to the residual of the audit, "
          + "\(Audit.residual), and prove nothing" + (unsettledExample.map { " (\($0))" } ?? ""))
    }
    let promised = Set(rows.filter(\.isPromised).map(\.reference))
    for reference in references
    where promised.contains(reference.objective) && reference.samples < settled {
      lines.append(
        "the gradient that the rule should be is known for \(reference.samples) of \(settled) "
          + "samples only" + (reference.note.map { ": \($0)" } ?? ""))
    }
    for row in rows where row.isPromised && !row.isExact {
      lines.append(
        "the update of \(row.parameter ?? "all parameters") should be the gradient, and its relative "
          + "error is \(row.relativeError)")
    }
    for confirmation in confirmations
    where promised.contains(confirmation.reference) && !confirmation.isConfirmed {
      lines.append(
        "central differences do not confirm the gradient: relative error \(confirmation.error) at "
          + "\(confirmation.parameter), \(confirmation.samples) samples settled a step away")
    }
    for row in locality where row.isPromised && !row.isLocal {
      lines.append("the rule should be local: \(row.finding ?? "")")
    }
    return lines
  }

  /// Whether every promise of the rules holds.
  public var isPassed: Bool { failures.isEmpty }
}

/// How the control reaches the units, and what it costs.
///
/// Condition ratio and principal angles: least-control paper, Eq. 7 (the column-space condition);
/// Meulemans et al., Credit assignment in neural networks through deep feedback control, 2021.
public struct ControlReport: Sendable, Equatable {
  /// Over the samples.
  public struct Spread: Sendable, Equatable {
    /// The mean over the samples.
    public var mean: Double
    /// The largest, or the smallest where large is good.
    public var worst: Double

    init(_ values: [Double], worst: ([Double]) -> Double?) {
      mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
      self.worst = worst(values) ?? .nan
    }
  }

  /// Samples with a controlled equilibrium.
  public var samples: Int
  /// ½‖ψ‖², and the loss of the controlled output.
  public var energy: Spread
  /// L of the controlled output.
  public var loss: Spread
  /// ‖P Q‖_F / ‖Q‖_F with P the projection on the row space of J: 1 where the control is optimal as
  /// α_eff → 0. The smallest is the worst. NaN where the controller's Q is not known.
  public var conditionRatio: Spread
  /// Between the columns of Q and the row space of J, in degrees: the largest first, means over the
  /// samples.
  public var principalAngles: [Double]
  /// The largest principal angle of each sample.
  public var largestAngle: Spread
  /// Between Q and Jᵀ as vectors, in degrees.
  public var feedbackAngle: Spread
  /// ‖ψ‖ in proportion to the least control that reaches the same output.
  public var excess: Spread
  /// Samples for which that least control was found.
  public var excessSamples: Int
  /// Between feedback weights and the forward weights that they stand for, by projection, in degrees.
  public var weightAngles: [(projection: String, degrees: Double)] {
    zip(weightAngleNames, weightAngleDegrees).map { ($0, $1) }
  }
  var weightAngleNames: [String]
  var weightAngleDegrees: [Double]
  /// The largest real part of the eigenvalues, of the closed loop and of the free network, over their
  /// equilibria; NaN where there is none, or too many variables.
  public var closedLoopEigenvalue: Double
  /// Likewise of the free network.
  public var freeEigenvalue: Double
}
