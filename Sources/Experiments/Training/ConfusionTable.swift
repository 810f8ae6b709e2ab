internal import Foundation
public import Learning

/// confusion.csv: a row for each class, with what its samples were taken for.
public enum ConfusionTable {
  /// Columns: `class`, `samples`, `unsettled`, `predicted`, `correct`, `precision`, `recall`, and
  /// `as_<class>` for each class.
  public static func columns(_ names: [String]) -> [String] {
    ["class", "samples", "unsettled", "predicted", "correct", "precision", "recall"]
      + names.map { "as_\($0)" }
  }

  /// The names of as many classes as the network has outputs: numbers where the data give none.
  public static func names(_ count: Int, _ given: [String]?) -> [String] {
    (0..<count).map { given?.indices.contains($0) == true ? given![$0] : String($0) }
  }

  /// The whole table of one evaluation.
  public static func write(
    _ evaluation: Evaluation, names: [String], to path: String, overwrite: Bool
  ) throws {
    let writer = try CSVWriter(path, overwrite: overwrite)
    try writer.appendRow(columns(names))
    for result in evaluation.classResults(classes: names.count) {
      try append(result, names, to: writer)
    }
    try writer.close()
  }

  /// The rest of a row, and its end.
  static func append(_ result: ClassResult, _ names: [String], to table: CSVWriter) throws {
    try table.append(names[result.label])
    for count in [result.samples, result.unsettled, result.predicted, result.correct] {
      try table.append(count)
    }
    try table.append(result.precision)
    try table.append(result.recall)
    for count in result.predictions { try table.append(count) }
    try table.endRow()
  }

  /// For people: a line a class, and its commonest mistake.
  public static func text(_ evaluation: Evaluation, names: [String]) -> String {
    let width = names.map(\.count).max() ?? 0
    func percent(_ value: Double) -> String {
      value.isNaN ? "      \u{2013}" : String(format: "%6.2f %%", 100 * value)
    }
    return evaluation.classResults(classes: names.count).map { result in
      let name = names[result.label].padding(toLength: width, withPad: " ", startingAt: 0)
      var line = "  \(name)  \(result.samples) samples, recall \(percent(result.recall)), "
      line += "precision \(percent(result.precision))"
      let wrong = names.indices.filter { $0 != result.label && result.predictions[$0] > 0 }
      if let worst = wrong.max(by: { result.predictions[$0] < result.predictions[$1] }) {
        line += ", most often taken for \(names[worst]) (\(result.predictions[worst]))"
      }
      if result.unsettled > 0 { line += ", \(result.unsettled) unsettled" }
      return line
    }.joined(separator: "\n")
  }

  /// For scripts: one object a class.
  public static func json(_ evaluation: Evaluation, names: [String]) -> JSONValue {
    .array(
      evaluation.classResults(classes: names.count).map { result in
        .object([
          .init("class", .string(names[result.label])),
          .init("samples", .integer(result.samples)),
          .init("unsettled", .integer(result.unsettled)),
          .init("predicted", .integer(result.predicted)),
          .init("correct", .integer(result.correct)),
          .init("precision", .number(result.precision)),
          .init("recall", .number(result.recall)),
        ])
      })
  }
}
