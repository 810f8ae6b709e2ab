extension Verification {
  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("verified", .bool(isVerified)),
      .init("subcommand", .string(subcommand)),
      .init("updates", updates.map(JSONValue.integer) ?? .null),
      .init("notes", .array(notes.map(JSONValue.string))),
      .init("agreements", .array(agreements.map(JSONValue.string))),
      .init(
        "changed",
        .array(
          changed.map {
            .object([
              .init("file", .string($0.file)), .init("recorded", .string($0.first)),
              .init("found", .string($0.second)),
            ])
          })),
      .init(
        "differences",
        .array(
          differences.map {
            .object([
              .init("file", .string($0.file)), .init("place", .string($0.place)),
              .init("run", .string($0.first)), .init("repetition", .string($0.second)),
            ])
          })),
      .init("versions", Versions.json),
    ])
  }

  /// A line for each thing that was found.
  public var text: String {
    var lines = notes.map { "note: \($0)" } + agreements
    lines += changed.map {
      "\($0.file) was changed since the run ended: sha256 \($0.first) recorded, \($0.second) now"
    }
    lines += differences.map {
      let place = $0.place.isEmpty ? "" : ", \($0.place)"
      return "\($0.file)\(place): \($0.first) in the run, \($0.second) in the repetition"
    }
    let extent = updates.map { " up to update \($0)" } ?? ""
    lines.append(
      isVerified
        ? "verified: the repetition has the same bits\(extent)"
        : "not verified: \(differences.count) of the results differ, \(changed.count) files were changed"
    )
    return lines.joined(separator: "\n")
  }
}
