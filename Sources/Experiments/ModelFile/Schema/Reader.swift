/// Collects problems, and remembers where each key was written, while codecs read a document.
struct Reader {
  let file: String
  let names: KnownNames
  /// The text of the file, for places inside values.
  var text = ""
  private(set) var problems: [ModelFileError.Problem] = []
  /// Path of the value being read.
  private var path: [String] = []
  /// Place of the value at each path that was written (dotted; list items by index).
  private(set) var places: [String: SourcePlace] = [:]
  /// Place of the key itself, for what is wrong with a name.
  private(set) var keyPlaces: [String: SourcePlace] = [:]
  /// Names of the classes in the data section, which targets may use.
  var classes: [String] = []

  init(file: String, names: KnownNames) {
    self.file = file
    self.names = names
  }

  /// Reads the value of a key or list item.
  mutating func inside<Value>(
    _ component: String, _ node: YAMLNode, _ read: (YAMLNode, inout Reader) -> Value?
  ) -> Value? {
    path.append(component)
    defer { path.removeLast() }
    places[path.joined(separator: ".")] = node.place
    return read(node, &self)
  }

  /// Remembers where a key of the mapping being read stands.
  mutating func markKey(_ entry: YAMLNode.Entry) {
    keyPlaces[(path + [entry.key]).joined(separator: ".")] = entry.keyPlace
  }

  /// The dotted path of the value being read, in the words of a message.
  var location: String { path.isEmpty ? "the model" : "`\(path.joined(separator: "."))`" }

  /// The last key on the path that is not a list index.
  var lastKey: String? { path.last { Int($0) == nil } }

  mutating func report(_ message: String, at place: SourcePlace) {
    problems.append(.init(place: place, message: message))
  }

  /// Reports a value of the wrong type.
  mutating func report(expected: String, got node: YAMLNode, hint: String = "") {
    report("\(location) should be \(expected); got \(node.summary)\(hint)", at: node.place)
  }

  /// Reports a name that is not on a list, with the nearest that is.
  mutating func report(
    unknown what: String, _ name: String, of known: [String], at place: SourcePlace
  ) {
    report(Suggestion.message(unknown: what, name, of: known), at: place)
  }
}
