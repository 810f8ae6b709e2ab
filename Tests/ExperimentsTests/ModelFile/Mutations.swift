import Experiments
import Foundation

/// Models of the repository with keys taken out, misspelt and moved, and what the reader says of them.
enum Mutations {
  /// - Returns: documents, each with the reader's message, or nil where it accepts.
  static func all() throws -> [(document: JSONValue, message: String?)] {
    var texts = [ModelTexts.digits, ModelTexts.everything, ModelTexts.text()]
    texts += try JSONSchemaTests.models.filter { $0.path.contains("/models/") }.map {
      try JSONSchemaTests.text($0)
    }
    let documents = texts.compactMap { ModelFile.json(of: $0) }
    var random = SplitMix(state: 5)
    var result: [(JSONValue, String?)] = []
    for _ in 0..<4000 {
      var document = documents[Int(random.next() % UInt64(documents.count))]
      var other = documents[Int(random.next() % UInt64(documents.count))]
      for _ in 0...(random.next() % 2) { mutate(&document, &other, &random) }
      result.append((document, message(document)))
    }
    return result
  }

  private static func message(_ document: JSONValue) -> String? {
    do {
      _ = try ModelFile.parse(text: yaml(document), file: "m.yaml")
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func mutate(
    _ document: inout JSONValue, _ other: inout JSONValue, _ random: inout SplitMix
  ) {
    let donors = mappings(in: other)
    let donor = donors[Int(random.next() % UInt64(donors.count))]
    let count = UInt64(mappings(in: document).count)
    var target = Int(random.next() % count)
    let choice = random.next()
    let place = random.next()
    document = change(document, &target) { members in
      let index = members.isEmpty ? 0 : Int(place % UInt64(members.count))
      switch choice % 3 {
      case 0 where !members.isEmpty: members.remove(at: index)
      case 1 where !members.isEmpty:
        let key = members[index].key
        members[index].key = choice % 2 == 0 ? key + "x" : String(key.dropLast())
      default:
        guard !donor.isEmpty else { return }
        let member = donor[Int(place % UInt64(donor.count))]
        if !members.contains(where: { $0.key == member.key }) { members.append(member) }
      }
    }
  }

  private static func mappings(in value: JSONValue) -> [[JSONValue.Member]] {
    switch value {
    case .object(let members): [members] + members.flatMap { mappings(in: $0.value) }
    case .array(let items): items.flatMap { mappings(in: $0) }
    default: []
    }
  }

  /// The document with its mapping number `target` changed.
  private static func change(
    _ value: JSONValue, _ target: inout Int, _ body: (inout [JSONValue.Member]) -> Void
  ) -> JSONValue {
    switch value {
    case .object(var members):
      target -= 1
      if target == -1 {
        body(&members)
        return .object(members)
      }
      for index in members.indices {
        members[index].value = change(members[index].value, &target, body)
      }
      return .object(members)
    case .array(let items): return .array(items.map { change($0, &target, body) })
    default: return value
    }
  }

  /// As YAML, with words without quotes: in quotes they are no keywords.
  private static func yaml(_ value: JSONValue) -> String {
    switch value {
    case .object(let members):
      "{" + members.map { "\(yaml(.string($0.key))): \(yaml($0.value))" }.joined(separator: ", ")
        + "}"
    case .array(let items): "[" + items.map(yaml).joined(separator: ", ") + "]"
    case .string(let text) where text.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.\/-]*/) != nil: text
    default: value.encoded(indented: false)
    }
  }
}
