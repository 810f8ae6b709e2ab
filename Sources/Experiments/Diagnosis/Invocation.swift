internal import Foundation

/// The arguments that a command was called with, to make another command of them.
public struct Invocation: Sendable {
  /// Each option with its values, or one argument that is none.
  private struct Item {
    var option: String?
    var words: [String]
  }

  private let subcommand: String
  private let items: [Item]

  /// Options that take no value.
  private static let flags: Set<String> = [
    "--quiet", "-q", "--json", "--force", "--figures", "--no-figures", "--estimate", "--confusion",
    "--equilibria", "--controlled", "--evaluate-at-end", "--help", "-h",
  ]
  /// Options that take all words up to the next option.
  private static let lists: Set<String> = ["--sample", "--record"]

  /// - Parameter command: the program, the subcommand, and what follows.
  public init(_ command: [String]) {
    subcommand = command.dropFirst().first ?? ""
    var items: [Item] = []
    var rest = command.dropFirst(2)[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        items.append(Item(option: nil, words: [word]))
        continue
      }
      let name = String(word.prefix { $0 != "=" })
      var item = Item(option: name, words: [word])
      if !word.contains("="), !Self.flags.contains(name) {
        if Self.lists.contains(name) && subcommand != "replay" || name == "--record" {
          while let next = rest.first, !next.hasPrefix("-") {
            item.words.append(next)
            rest.removeFirst()
          }
        } else if let value = rest.popFirst() {
          item.words.append(value)
        }
      }
      items.append(item)
    }
    self.items = items
  }

  /// The same command with keys set, in place of what it set them to, and its results going to a folder of
  /// their own.
  package func setting(_ arguments: [String]) -> [String] {
    let keys = Set(arguments.map(Self.key))
    let left: Set<String> = ["--output", "-o", "--force", "--json", "--quiet", "-q"]
    let kept = items.filter { item in
      guard let option = item.option else { return true }
      if left.contains(option) { return false }
      guard option == "--set", let word = item.words.last else { return true }
      let argument = item.words.count == 1 ? String(word.dropFirst("--set=".count)) : word
      return !keys.contains(Self.key(argument))
    }
    return [subcommand] + kept.flatMap(\.words) + arguments.flatMap { ["--set", $0] }
  }

  private static func key(_ argument: String) -> Substring { argument.prefix { $0 != "=" } }

  /// The whole command, paths being relative to a folder made whole ones.
  func words(from folder: String, program: String) -> [String] {
    func whole(_ path: String) -> String {
      path.hasPrefix("/")
        ? path : URL(fileURLWithPath: folder + "/" + path).standardizedFileURL.path
    }
    return [program, subcommand]
      + items.flatMap { item -> [String] in
        guard let option = item.option else { return item.words.map(whole) }
        guard ["--data-dir", "--parameters", "--after"].contains(option) else { return item.words }
        if item.words.count == 1 {
          return [option + "=" + whole(String(item.words[0].dropFirst(option.count + 1)))]
        }
        return [option] + item.words.dropFirst().map(whole)
      }
  }

  /// Another command on the same model, parameters and samples.
  public func changed(to other: String) -> [String] {
    let kept: Set<String> = [
      "--set", "--seed", "--data-dir", "--parameters", "--sample", "--split",
    ]
    return [other]
      + items.filter { $0.option.map(kept.contains) ?? true }.flatMap(\.words)
  }
}

/// Words as a shell reads them.
package enum ShellWords {
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%")

  package static func line(_ words: [String]) -> String {
    words.map {
      !$0.isEmpty && $0.allSatisfy(plain.contains)
        ? $0
        : "'"
          + $0.split(separator: "'", omittingEmptySubsequences: false)
          .joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }
}
