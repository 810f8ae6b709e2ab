public import Integration

extension Certificate {
  /// Everything the certificate says, for scripts.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("outcome", .string(outcome.rawValue)),
      .init("residual", .number(residual)),
      .init(
        "residuals",
        .object(zip(variables, residuals).map { .init($0, .number($1)) })),
      .init("worst_component", .string(worstComponent)),
      .init("settling_time", .number(settlingTime)),
      .init("evaluations", .integer(evaluations)),
      .init("jacobian_products", .integer(jacobianProducts)),
      .init("steps", .integer(steps)),
    ]
    if let leadingEigenvalue {
      members.append(.init("leading_eigenvalue", .number(leadingEigenvalue)))
    }
    if let distance { members.append(.init("distance", .number(distance))) }
    members.append(
      .init(
        "attempts",
        .array(
          attempts.map {
            .object([
              .init("method", .string($0.method)),
              .init("outcome", .string($0.outcome?.rawValue ?? "handed-over")),
              .init("residual", .number($0.residual)),
              .init("evaluations", .integer($0.evaluations)),
              .init("steps", .integer($0.steps)),
              .init("message", $0.message.map(JSONValue.string) ?? .null),
            ])
          })))
    return .object(members)
  }
}
