internal import Dynamics
internal import Integration

/// What was seen of a sample that did not do what it was to do, at the end of its phase.
public struct FailureEvidence: Sendable {
  /// Its row in the batch.
  let row: Int
  let phase: String
  let kind: PhaseDescription.Kind
  let outcome: Outcome
  let residual: Double
  let start: Double
  let situation: IntegrationError.Situation
  let localErrors: [LocalError]
  /// Why the solver gave up, if it did.
  let failure: IntegrationError?
  let track: StateTrack
  /// Names of the columns of its state.
  let names: [String]
  /// The column whose equation is furthest from rest.
  let worst: Int
  /// What turns ż into brackets.
  let bracketWeights: [Double]
  /// What it moved under, and its inputs and targets.
  var setting: FlowSetting?
  var samples: Samples?

  /// The sample by itself.
  var sample: Samples? { samples.map { $0.count == 1 ? $0 : $0.selecting([row]) } }
}
