/// A model to start from: it runs as it is, in `simulate` and in `train`, and its comments say what to
/// change.
public struct ModelTemplate: Sendable {
  /// As `settle new --template` calls it.
  public let name: String
  /// One line on what it is.
  public let summary: String
  private let body: String

  init(_ name: String, _ summary: String, _ body: String) {
    self.name = name
    self.summary = summary
    self.body = body
  }

  /// All templates, in the order in which they are listed.
  public static let all: [ModelTemplate] = [
    .recurrent, .feedforward, .oneNeuron, .driven, .ownRule,
  ]

  /// The template of that name, or nil.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// "unknown template ...; did you mean ...?"
  public static func message(unknown name: String) -> String {
    Suggestion.message(unknown: "template", name, of: all.map(\.name))
  }

  /// Whether a model may have that name.
  public static func isModelName(_ name: String) -> Bool { ModelFile.isFolderName(name) }

  /// The text of a model file.
  ///
  /// - Parameters:
  ///   - model: the model's name.
  ///   - file: as commands in its comments call it.
  public func text(model: String, file: String) -> String {
    body.replacing("{{name}}", with: model).replacing("{{file}}", with: file)
  }
}
