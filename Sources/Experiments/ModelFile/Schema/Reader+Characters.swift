extension Reader {
  /// The place of a character of a value: `offset` Unicode scalars into its text.
  ///
  /// Follows the text through quotes, folded lines and blocks; where what is written differs from the
  /// text otherwise (escapes), it is the place of the value.
  func place(ofCharacter offset: Int, in node: YAMLNode) -> SourcePlace {
    guard case .position(let line, let column) = node.place, let value = node.text else {
      return node.place
    }
    var source = Cursor(text, line: line, column: column)
    switch source.current {
    case "\"", "'": source.advance()
    case "|", ">":
      while let scalar = source.current, scalar != "\n" { source.advance() }
      source.skipBlanks()
    default: break
    }
    for (k, scalar) in value.unicodeScalars.enumerated() {
      // Indentation is not part of the text.
      if let current = source.current, current != scalar, Cursor.isBlank(current) {
        source.skipBlanks()
      }
      if k == offset { return source.place }
      if source.current == scalar {
        source.advance()
      } else if !Cursor.isBlank(scalar) {
        // A blank stands for the line break that was skipped; anything else was an escape.
        return node.place
      }
    }
    return source.place
  }
}

/// A position in a text.
private struct Cursor {
  private let scalars: String.UnicodeScalarView
  private var index: String.UnicodeScalarView.Index
  private var line: Int
  private var column: Int

  init(_ text: String, line: Int, column: Int) {
    scalars = text.unicodeScalars
    index = scalars.startIndex
    (self.line, self.column) = (1, 1)
    while current != nil, (self.line, self.column) < (line, column) { advance() }
  }

  var current: Unicode.Scalar? { index < scalars.endIndex ? scalars[index] : nil }

  var place: SourcePlace { .position(line: line, column: column) }

  mutating func advance() {
    guard let scalar = current else { return }
    (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    index = scalars.index(after: index)
  }

  mutating func skipBlanks() {
    while let scalar = current, Self.isBlank(scalar) { advance() }
  }

  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r"
  }
}
