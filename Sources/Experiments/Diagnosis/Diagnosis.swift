public import Dynamics
public import Integration

/// Why a sample did not settle: what was seen, what is at fault, and one command to go on with.
public struct Diagnosis: Sendable, Equatable {
  /// What is at fault.
  public enum Cause: String, Sendable, CaseIterable {
    /// The loop through the controller, around a network that settles by itself.
    case loop
    /// The network, which does not settle without control either.
    case network
    /// The target cannot be reached, and without a leak control grows for ever.
    case target
    /// A kink of an activation, at which the field jumps.
    case kink
    /// Fast and slow variables together, and a method that is not for them.
    case stiffness
    /// The solver's own errors, as large as what is left of the residual.
    case tolerance
    /// Single precision.
    case precision
    /// It is on its way and was not given enough.
    case limits
    /// The method, which has no time or is not made for this.
    case method
    /// A number that is none, or is too large, in what the phase began with.
    case input
    /// None of these; the words are those of the solver.
    case unknown
  }

  /// A change that was tried out.
  public struct Trial: Sendable, Equatable {
    /// Of `--set`, each.
    public var arguments: [String]
    /// Whether everything settles with them.
    public var settles: Bool
  }

  /// Of the trajectory (`2-controlled`), or `free` and `controlled`.
  public var phase: String
  /// The sample's number in its source.
  public var sample: Int
  /// How it ended.
  public var outcome: Outcome
  /// The residual at which it ended.
  public var residual: Double
  /// Where the integration was: time, step, order and number of steps.
  public var situation: IntegrationError.Situation
  /// The variables that dominate the local error of the last step, the largest first.
  public var localErrors: [LocalError]
  /// How it went in the end.
  public var course: Course
  /// The variable at fault; empty where none was seen.
  public var component: String
  /// The terms of its equation where it was last finite, the largest first.
  public var terms: [FieldTerm]
  /// Nil where there was no finite Jacobian.
  public var timeScales: TimeScales?
  /// Whether the time scales differ by more than a factor of 1000.
  public var isStiff: Bool
  /// What is at fault.
  public var cause: Cause
  /// A sentence without its first capital and its stop.
  public var words: String
  /// In the order in which they were tried; the last is the one that helps, if any does.
  public var trials: [Trial]
  /// The number of samples that did not settle on which changes were tried, this one among them; nil: on
  /// everything that the command settles.
  public var triedOn: Int?
  /// The update to which a training with the change that helps was seen to go, beyond that at which it failed;
  /// nil where there was no training, or not the time for one.
  public var trainsTo: Int?
  /// What to run next: the words of a command line, `settle` left out.
  public var next: [String]

  /// The change that was tried and helps; empty where none was found.
  public var cure: [String] { trials.last.flatMap { $0.settles ? $0.arguments : nil } ?? [] }
}
