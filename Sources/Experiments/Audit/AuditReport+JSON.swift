public import Learning

extension AuditReport {
  /// The report for scripts. Numbers that do not exist are `null`.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("passed", .bool(isPassed)), .init("exact", .bool(hasPromise)),
      .init("failures", .array(failures.map(JSONValue.string))),
      .init("samples", .integer(samples)), .init("settled", .integer(settled)),
      .init("residual", .number(Audit.residual)), .init("tolerance", .number(Audit.tolerance)),
      .init("effective_leak", leak.map(JSONValue.number) ?? .null),
      .init("acyclic", .bool(isAcyclic)),
      .init(
        "references",
        .array(
          references.map {
            .object([
              .init("reference", .string($0.objective.rawValue)),
              .init("samples", .integer($0.samples)),
              .init("note", $0.note.map(JSONValue.string) ?? .null),
            ])
          })),
      .init("parameters", .array(rows.map(Self.json))),
      .init(
        "differences",
        .array(
          confirmations.map {
            .object([
              .init("reference", .string($0.reference.rawValue)),
              .init("directions", .integer($0.directions)),
              .init("samples", .integer($0.samples)),
              .init("relative_error", .number($0.error)),
              .init("parameter", .string($0.parameter)),
              .init("confirmed", .bool($0.isConfirmed)),
            ])
          })),
      .init(
        "locality",
        .array(
          locality.map {
            .object([
              .init("parameter", .string($0.parameter)),
              .init("synapses", .integer($0.synapses)), .init("local", .bool($0.isLocal)),
              .init("promised", .bool($0.isPromised)),
              .init("finding", $0.finding.map(JSONValue.string) ?? .null),
            ])
          })),
    ]
    members.append(.init("control", control?.json ?? .null))
    return .object(members)
  }

  private static func json(_ row: Row) -> JSONValue {
    .object([
      .init("parameter", row.parameter.map(JSONValue.string) ?? .null),
      .init("reference", .string(row.reference.rawValue)),
      .init("samples", .integer(row.samples)), .init("cosine", .number(row.cosine)),
      .init("norm_ratio", .number(row.normRatio)),
      .init("sign_agreement", .number(row.signAgreement)),
      .init("relative_error", .number(row.relativeError)),
      .init("promised", .bool(row.isPromised)), .init("exact", .bool(row.isExact)),
      .init("learned", .bool(row.isLearned)),
    ])
  }
}

extension ControlReport {
  /// The names of ``values``, which are the columns of audit-control.csv.
  public static let columns = [
    "samples", "control_energy", "controlled_loss", "condition_ratio", "condition_ratio_worst",
    "largest_angle", "largest_angle_worst", "feedback_angle", "excess", "excess_worst",
    "excess_samples", "closed_loop_eigenvalue", "free_eigenvalue",
  ]

  /// In the order of ``columns``.
  public var values: [Double] {
    [
      Double(samples), energy.mean, loss.mean, conditionRatio.mean, conditionRatio.worst,
      largestAngle.mean, largestAngle.worst, feedbackAngle.mean, excess.mean, excess.worst,
      Double(excessSamples), closedLoopEigenvalue, freeEigenvalue,
    ]
  }

  /// The columns that are whole numbers.
  public static let counts: Set<String> = ["samples", "excess_samples"]

  var json: JSONValue {
    var members = zip(Self.columns, values).map { name, value in
      JSONValue.Member(
        name, Self.counts.contains(name) ? .integer(Int(value)) : .number(value))
    }
    members.append(.init("principal_angles", .numbers(principalAngles)))
    members.append(
      .init(
        "weight_angles",
        .array(
          weightAngles.map {
            .object([
              .init("projection", .string($0.projection)), .init("degrees", .number($0.degrees)),
            ])
          })))
    return .object(members)
  }
}
