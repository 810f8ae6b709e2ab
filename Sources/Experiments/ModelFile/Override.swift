/// Applies `--set key=value` to a document before it is read.
enum Override {
  static func apply(
    _ argument: String, from place: SourcePlace, to root: inout YAMLNode, _ reader: inout Reader
  ) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      reader.report(
        "`\(argument)` is not of the form key=value, such as learning.optimizer.rate=0.003",
        at: place)
      return
    }
    let key = argument[..<equals]
    let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty }) else {
      reader.report("`\(key)` has an empty part between its dots", at: place)
      return
    }
    do {
      let text = String(argument[argument.index(after: equals)...])
      let value = try YAMLDocument.parse(text) ?? .null
      try set(value.moved(to: place), path[...], done: [], in: &root, place)
    } catch let failure as YAMLDocument.Failure {
      reader.report("the value of `\(key)` is \(failure.message)", at: place)
    } catch let problem as ModelFileError.Problem {
      reader.report(problem.message, at: problem.place)
    } catch {
      reader.report("\(error)", at: place)
    }
  }

  /// Sets the value at `path` below `node`, which stands at the path `done`.
  private static func set(
    _ value: YAMLNode, _ path: ArraySlice<String>, done: [String], in node: inout YAMLNode,
    _ place: SourcePlace
  ) throws {
    guard let component = path.first else {
      node = value
      return
    }
    let rest = path.dropFirst()
    if var items = node.items {
      let index = try index(of: component, in: items, at: done, place)
      try set(value, rest, done: done + [component], in: &items[index], place)
      node.content = .sequence(items)
      return
    }
    var entries = try entries(of: node, at: done, place)
    if let index = entries.firstIndex(where: { $0.key == component }) {
      try set(value, rest, done: done + [component], in: &entries[index].value, place)
    } else {
      let isName = done == ["network", "populations"]
      if isName || (!rest.isEmpty && Int(component) != nil) {
        throw ModelFileError.Problem(
          place: place,
          message: Suggestion.message(
            unknown: isName ? "population" : "key", component, of: entries.map(\.key)))
      }
      var below = YAMLNode(content: .mapping([]), place: place)
      try set(value, rest, done: done + [component], in: &below, place)
      entries.append(.init(key: component, keyPlace: place, value: below))
    }
    node.content = .mapping(entries)
  }

  /// The entries of a mapping; nothing is an empty one, and a bare scalar stands for its shorthand.
  private static func entries(
    of node: YAMLNode, at path: [String], _ place: SourcePlace
  ) throws -> [YAMLNode.Entry] {
    if let entries = node.entries { return entries }
    if node.isNull { return [] }
    if let shorthand = Schema.shorthand(at: path) {
      return [.init(key: shorthand, keyPlace: node.place, value: node)]
    }
    let name = path.joined(separator: ".")
    throw ModelFileError.Problem(
      place: place,
      message: "`\(name)` is \(node.summary) and has no keys below it; set it as a whole: "
        + "--set '\(name)={...}'")
  }

  /// The item of a list that a part of a path names: by `name`, by `from-to`, by `phase`, or by
  /// its position from 0.
  private static func index(
    of component: String, in items: [YAMLNode], at path: [String], _ place: SourcePlace
  ) throws -> Int {
    if let index = Int(component), items.indices.contains(index) { return index }
    let names = items.map(name)
    let found = names.indices.filter { names[$0] == component }
    if found.count == 1, let index = found.first { return index }
    let list = path.joined(separator: ".")
    let message =
      found.count > 1
      ? "`\(component)` names \(found.count) items of `\(list)`; use their position from 0, "
        + "such as `\(list).\(found[0])`"
      : Suggestion.message(unknown: "item of `\(list)`", component, of: names.compactMap(\.self))
        + (items.isEmpty ? "" : " (or a position from 0 to \(items.count - 1))")
    throw ModelFileError.Problem(place: place, message: message)
  }

  /// What a path calls an item of a list.
  static func name(of item: YAMLNode) -> String? {
    if let name = item["name"]?.text ?? item["phase"]?.text ?? item["kind"]?.text,
      item["from"] == nil
    {
      return name
    }
    if let name = item["name"]?.text { return name }
    guard let from = item["from"]?.text, let to = item["to"]?.text else { return nil }
    return "\(from)-\(to)"
  }
}

extension ModelFileError.Problem: Error {}

extension YAMLNode {
  /// The same value as if it had been written at `place`.
  fileprivate func moved(to place: SourcePlace) -> YAMLNode {
    var result = self
    result.place = place
    switch content {
    case .scalar: break
    case .sequence(let items): result.content = .sequence(items.map { $0.moved(to: place) })
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { .init(key: $0.key, keyPlace: place, value: $0.value.moved(to: place)) })
    }
    return result
  }
}
