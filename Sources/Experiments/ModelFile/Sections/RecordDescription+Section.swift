extension RecordDescription {
  static let section = Section(RecordDescription()) {
    Key(
      "variables", \.variables, Codec<RecordedVariable>.variable.list(),
      "Columns: phi, psi, u, loss, residual, rate, x, output (what the loss reads), target, or of one "
        + "population or unit (`phi.hidden`, `phi.hidden.0`); weight, feedback, bias, or of one projection or population "
        + "(`weight.input-hidden`), element by element.")
    Key(
      "every", \.every, Codec<Double>.number(.positive).optional("steps"),
      "Model time between rows; `steps`: the integrator's own.")
  }
  .obeying(JSONSchema.key("variables", ["uniqueItems": true]))
}

extension Codec where Value == RecordedVariable {
  fileprivate static var variable: Codec {
    let names = RecordedVariable.Quantity.allCases.map(\.rawValue)
    // Loss and residual belong to the sample.
    let parts = names.filter { $0 != "loss" && $0 != "residual" }.joined(separator: "|")
    let pattern = #"^(loss|residual|(\#(parts))(\.[^.]+(\.[0-9]+)?)?)$"#
    return Codec(
      shape: .scalar(
        "a variable",
        ["type": "string", "pattern": .string(pattern)]),
      read: { node, reader in
        guard let text = node.text else {
          reader.report(expected: "a variable, such as phi or phi.hidden.0", got: node)
          return nil
        }
        guard let variable = RecordedVariable(text) else {
          let head = text.split(separator: ".").first.map(String.init) ?? text
          if names.contains(head) {
            reader.report(
              expected: "a variable such as phi, phi.hidden or phi.hidden.0 (loss and residual "
                + "stand alone)", got: node)
          } else {
            reader.report(unknown: "variable", head, of: names, at: node.place)
          }
          return nil
        }
        return variable
      },
      write: { .text($0.description) })
  }
}
