import Foundation

/// Every message of an error that the sources can print, read from the sources themselves: the literals
/// in calls that make errors, with `…` for what is filled in.
struct ErrorCatalog {
  /// What kind of error it is, which decides the exit code.
  enum Kind: String, CaseIterable {
    case usage = "Bad usage (64)"
    case modelFile = "Model files (65)"
    case input = "Data, parameters and other files (65)"
    case parts = "Parts that do not go together (65)"
    case output = "Output (74)"
    case training = "Training (1; 65 where a state is read)"
    case solver = "The solver (1)"
  }

  struct Message: Hashable {
    var text: String
    var remedy: String
  }

  private(set) var messages: [Kind: Set<Message>] = [:]

  /// The last word of what is called, and what its literals are.
  private static let makers: [String: Kind] = [
    "ValidationError": .usage, "report": .modelFile, "error": .modelFile,
    "ModelFileError": .modelFile, "Problem": .modelFile, "refuse": .modelFile,
    "InputError": .input, "failure": .input, "Failure": .input, "unexpected": .input,
    "NetworkError": .parts, "ParameterError": .parts, "ExpressionError": .parts,
    "OutputError": .output, "outputError": .output, "invalid": .training, "mismatch": .training,
    "badInput": .solver, "outOfMemory": .solver,
  ]

  /// Files in which every sentence is a message.
  private static let descriptions: [String: Kind] = [
    "IntegrationError+CustomStringConvertible.swift": .solver, "TrainingError.swift": .training,
  ]

  init(sources: URL) throws {
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    for case let file as URL in files! where file.pathExtension == "swift" {
      read(try String(contentsOf: file, encoding: .utf8), file.lastPathComponent)
    }
  }

  private mutating func add(_ kind: Kind, _ text: String, _ remedy: String = "") {
    guard Self.isSentence(text) else { return }
    messages[kind, default: []].insert(Message(text: text, remedy: remedy))
  }

  /// Keys, names and separators are none.
  private static func isSentence(_ text: String) -> Bool {
    text.count > 9 && text.split(separator: " ").count > 2 && text.contains { $0.isLowercase }
  }

  private mutating func read(_ source: String, _ name: String) {
    let tokens = SwiftTokens(source).tokens
    if let kind = Self.descriptions[name] {
      for literal in Self.literals(in: tokens[...]) { add(kind, literal.text) }
      return
    }
    for (index, token) in tokens.enumerated() {
      guard case .word(let word) = token, let kind = Self.makers[word],
        index + 1 < tokens.count, case .mark("(") = tokens[index + 1]
      else { continue }
      // A declaration is no call.
      if index > 0, case .word("func") = tokens[index - 1] { continue }
      var depth = 0
      var end = index + 1
      while end < tokens.count {
        if case .mark("(") = tokens[end] { depth += 1 }
        if case .mark(")") = tokens[end] { depth -= 1 }
        if depth == 0 { break }
        end += 1
      }
      let all = Self.literals(in: tokens[(index + 2)..<min(end, tokens.count)])
      let remedy = all.first { $0.label == "try" }?.text ?? ""
      for literal in all where literal.label != "try" && literal.label != "at" {
        add(kind, literal.text, remedy)
      }
    }
  }

  /// Literals joined by `+`, with the label of the argument that they are in.
  private static func literals(
    in tokens: ArraySlice<SwiftTokens.Token>
  ) -> [(label: String, text: String)] {
    var found: [(String, String)] = []
    var label = ""
    var joined: String?
    var previous: SwiftTokens.Token?
    var mayJoin = false
    // Arguments of calls within are no arguments of this one.
    var depth = 0
    for token in tokens {
      switch token {
      case .mark("("), .mark("["), .mark("{"): depth += 1
      case .mark(")"), .mark("]"), .mark("}"): depth -= 1
      case .literal(let text):
        if mayJoin, let before = joined {
          joined = before + text
        } else {
          if let joined { found.append((label, joined)) }
          joined = text
        }
        mayJoin = false
      case .mark("+"): mayJoin = joined != nil
      case .mark(":") where depth == 0:
        if case .word(let word)? = previous { label = word }
      case .mark(",") where depth == 0:
        if let joined { found.append((label, joined)) }
        joined = nil
        label = ""
      // What stands between two literals that are joined is filled in.
      case .word where mayJoin:
        joined? += "…"
        mayJoin = false
      default: break
      }
      previous = token
    }
    if let joined { found.append((label, joined)) }
    return found
  }

  /// The page, without its heading.
  func markdown() -> String {
    var text = ""
    for kind in Kind.allCases {
      text += "\n## \(kind.rawValue)\n\n| message | what to try |\n|---|---|\n"
      let rows = messages[kind, default: []].map { message in
        "| \(Self.cell(message.text)) | \(Self.cell(message.remedy)) |"
      }
      text += Set(rows).sorted { $0.lowercased() < $1.lowercased() }.joined(separator: "\n") + "\n"
    }
    return text
  }

  private static func cell(_ text: String) -> String {
    var cell = text.replacingOccurrences(of: "\n", with: " ")
    while cell.contains("……") { cell = cell.replacingOccurrences(of: "……", with: "…") }
    cell = cell.replacingOccurrences(of: "|", with: "\\|")
    // What stands between backticks is shown as it is.
    let parts = cell.components(separatedBy: "`").enumerated().map { place, part in
      guard place % 2 == 0 else { return part }
      return [("<", "\\<"), ("*", "\\*"), ("[", "\\["), ("_", "\\_")].reduce(part) {
        $0.replacingOccurrences(of: $1.0, with: $1.1)
      }
    }
    cell = parts.joined(separator: "`")
    return cell.trimmingCharacters(in: .whitespaces)
  }
}

/// Swift source as words, literals and marks: as much as it takes to find literals in calls.
struct SwiftTokens {
  enum Token: Equatable {
    case word(String)
    case literal(String)
    case mark(String)
  }

  private(set) var tokens: [Token] = []
  private var rest: Substring

  init(_ source: String) {
    rest = source[...]
    while let next = rest.first {
      if rest.hasPrefix("//") {
        rest = rest.drop { $0 != "\n" }
      } else if rest.hasPrefix("\"\"\"") {
        rest = rest.dropFirst(3)
        tokens.append(.literal(literal(until: "\"\"\"")))
      } else if next == "\"" {
        rest = rest.dropFirst()
        tokens.append(.literal(literal(until: "\"")))
      } else if next.isLetter || next == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        tokens.append(.word(String(word)))
        rest = rest.dropFirst(word.count)
      } else {
        if !next.isWhitespace { tokens.append(.mark(String(next))) }
        rest = rest.dropFirst()
      }
    }
  }

  /// The text up to the closing quotes, `…` in place of interpolations.
  private mutating func literal(until end: String) -> String {
    var text = ""
    while let next = rest.first {
      if rest.hasPrefix(end) {
        rest = rest.dropFirst(end.count)
        break
      }
      rest = rest.dropFirst()
      guard next == "\\", let escaped = rest.first else {
        text.append(next)
        continue
      }
      rest = rest.dropFirst()
      switch escaped {
      case "(":
        skipInterpolation()
        text += "…"
      case "n": text += "\n"
      case "u":
        let code = rest.dropFirst().prefix { $0 != "}" }
        rest = rest.dropFirst(code.count + 2)
        if let value = UInt32(code, radix: 16), let scalar = Unicode.Scalar(value) {
          text.unicodeScalars.append(scalar)
        }
      case "\n": break
      default: text.append(escaped)
      }
    }
    return text
  }

  private mutating func skipInterpolation() {
    var depth = 1
    while depth > 0, let next = rest.popFirst() {
      if next == "(" { depth += 1 }
      if next == ")" { depth -= 1 }
      if next == "\"" { _ = literal(until: "\"") }
    }
  }
}
