import ArgumentParser
import Experiments
import Foundation

/// What shells offer for arguments: `settle --generate-completion-script bash`.
extension CompletionKind {
  static let model = CompletionKind.file(extensions: ["yaml", "yml"])
  static let parameters = CompletionKind.file(extensions: ["safetensors"])
  static let split = CompletionKind.list(["train", "validation", "test"])
  static let recorded = CompletionKind.list(RecordedVariable.Quantity.allCases.map(\.rawValue))

  /// Keys of model files for `--set`, with the names of the model on the command line.
  static let setting = CompletionKind.custom { words, _, prefix in
    let model = words.dropFirst().last { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    let text = model.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
    return Schema.settings(
      beginningWith: prefix, model: text, names: SettleCommand.registry.knownNames)
  }
}
