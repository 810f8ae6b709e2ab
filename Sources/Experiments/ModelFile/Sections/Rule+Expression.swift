internal import Learning

/// The keys of rules of one's own: an expression, or options for a registered rule.
extension LearningDescription.Rule {
  @KeyListBuilder<Self> static var ownKeys: [Key<Self>] {
    Key(
      "local", Codec<String>.text,
      "A rule of one's own: Δ of a synapse as an expression over what it can know, such as "
        + "`\"control_post * rate_pre - 1e-4 * weight\"` (docs/own-rules.md). Alone, without `kind`.",
      default: "null", get: \.local,
      set: { rule, text in
        rule.local = text
        rule.kind = "local"
      })
    Key(
      "third", \.third, Codec<String>.registered("third factor", \.thirdFactors).list(),
      "The third factors that the expression reads: numbers by the sample, broadcast to all synapses.",
      applies: .with("kind", \.kind, "local", besides: "local") {
        $0.kind == "local"
          ? nil
          : "it belongs to rules that are expressions, and the rule here is `\($0.kind)`"
      })
    Key(
      "options", \.options, .options,
      "Options of a rule that a program has registered, by its own names.",
      applies: .unless { $0.local == nil ? nil : "an expression has its numbers written into it" })
  }

  /// Where `beta` does something.
  static let nudging = Applicability<Self>.with(
    "kind", \.kind, "equilibrium-propagation", "local", besides: "local"
  ) { rule in
    if rule.kind == "equilibrium-propagation" || rule.isNudged { return nil }
    return rule.local == nil
      ? "it belongs to `equilibrium-propagation` and to expressions, and the rule here is "
        + "`\(rule.kind)`"
      : "the expression reads no nudged phase (names that begin with `nudged_`)"
  }

  /// Whether the expression reads the nudged phase.
  private var isNudged: Bool {
    guard let local else { return false }
    // Names that do nothing elsewhere are refused, so the text that mentions it uses it.
    return local.contains("nudged_") || local.contains("beta")
  }

  /// The rule that the expression is.
  func expression() throws(ExpressionError) -> ExpressionRule {
    try ExpressionRule(local ?? "", third: third, beta: isNudged ? beta : nil)
  }

  /// Reports what is wrong with a rule of the file's own.
  static func checkExpression(
    _ rule: inout Self, _ given: Set<String>, _ node: YAMLNode, _ reader: inout Reader
  ) {
    if given.contains("local"), let kind = node["kind"], kind.text != "local" {
      let name = kind.text ?? ""
      return reader.report(
        "`kind: \(name)` and `local` are two rules; keep one: without `kind` the rule is the expression",
        at: kind.place)
    }
    guard rule.kind == "local" else { return }
    guard given.contains("local"), let text = node["local"] else {
      return reader.report(
        "the rule `local` is an expression: write `rule: {local: \"control_post * rate_pre\"}`",
        at: node.place)
    }
    do {
      _ = try rule.expression()
    } catch {
      let place =
        switch error.subject {
        case .text: reader.place(ofCharacter: error.offset, in: text)
        case .third: node["third"]?.place ?? node.place
        case .beta: node["beta"]?.place ?? node.place
        }
      var message = error.message
      if let unknown = error.unknown {
        message = Suggestion.message(unknown: unknown.what, unknown.name, of: unknown.known)
      }
      if case .argument = place { message += " (at character \(error.offset + 1) of the rule)" }
      reader.report(message, at: place)
    }
  }
}

extension ModelFile {
  func expressionRule() throws -> ExpressionRule {
    do {
      return try rule.expression()
    } catch {
      throw self.error(at: "learning.rule.local", error.description)
    }
  }
}

extension Codec where Value == [String: Double] {
  /// Numbers by names of the program's own.
  fileprivate static var options: Codec {
    Codec<Double>.number().named(by: "the name of an option").map(
      { Dictionary($0.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }) },
      { $0.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) } })
  }
}
