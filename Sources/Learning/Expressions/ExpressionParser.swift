/// Makes a tree of the text of a rule.
///
/// ```text
/// expression = term { ("+" | "-") term }
/// term       = factor { ("*" | "/") factor }
/// factor     = ("-" | "+") factor | power
/// power      = primary [ ("^" | "**") factor ]
/// primary    = number | name | function "(" expression { "," expression } ")" | "(" expression ")"
/// ```
struct ExpressionParser {
  /// Longest text read, in Unicode scalars.
  static let maximumLength = 2000
  /// Highest tree made, and deepest nesting read: both bound the stack.
  static let maximumHeight = 128

  private typealias Tree = (expression: Expression, height: Int)

  private var lexer: ExpressionLexer
  private var token: ExpressionLexer.Token = .end
  private var offset = 0
  private var depth = 0
  private let scope: RuleScope

  /// - Throws: ``ExpressionError``, the first that is found.
  static func parse(_ text: String, _ scope: RuleScope) throws(ExpressionError) -> Expression {
    guard text.unicodeScalars.count <= maximumLength else {
      throw ExpressionError(
        "the rule is longer than \(maximumLength) characters; write it in Swift", at: 0)
    }
    var parser = ExpressionParser(text, scope)
    try parser.advance()
    guard parser.token != .end else { throw ExpressionError("the rule is empty", at: 0) }
    let tree = try parser.expression()
    guard parser.token == .end else { throw parser.unexpected("an operator or the end") }
    return tree.expression
  }

  private init(_ text: String, _ scope: RuleScope) {
    lexer = ExpressionLexer(text)
    self.scope = scope
  }

  private mutating func advance() throws(ExpressionError) {
    (token, offset) = try lexer.next()
  }

  /// Takes a symbol, if it is the next token.
  private mutating func take(_ symbol: Character) throws(ExpressionError) -> Bool {
    guard token == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private func unexpected(_ expected: String) -> ExpressionError {
    ExpressionError("expected \(expected), got \(token.summary)", at: offset)
  }

  private func checkHeight(_ height: Int, at offset: Int) throws(ExpressionError) {
    guard height <= Self.maximumHeight else {
      throw ExpressionError(
        "the rule nests or chains more than \(Self.maximumHeight) operations; write it in Swift",
        at: offset)
    }
  }

  private func joined(
    _ a: Tree, _ b: Tree, at offset: Int, _ make: (Expression, Expression) -> Expression
  ) throws(ExpressionError) -> Tree {
    let height = max(a.height, b.height) + 1
    try checkHeight(height, at: offset)
    return (make(a.expression, b.expression), height)
  }

  private mutating func expression() throws(ExpressionError) -> Tree {
    var tree = try term()
    while true {
      let place = offset
      if try take("+") {
        tree = try joined(tree, term(), at: place, Expression.sum)
      } else if try take("-") {
        tree = try joined(tree, term(), at: place, Expression.difference)
      } else {
        return tree
      }
    }
  }

  private mutating func term() throws(ExpressionError) -> Tree {
    var tree = try factor()
    while true {
      let place = offset
      if try take("*") {
        tree = try joined(tree, factor(), at: place, Expression.product)
      } else if try take("/") {
        tree = try joined(tree, factor(), at: place, Expression.quotient)
      } else {
        return tree
      }
    }
  }

  private mutating func factor() throws(ExpressionError) -> Tree {
    depth += 1
    defer { depth -= 1 }
    try checkHeight(depth, at: offset)
    let place = offset
    if try take("-") {
      let tree = try factor()
      try checkHeight(tree.height + 1, at: place)
      return (.negative(tree.expression), tree.height + 1)
    }
    if try take("+") { return try factor() }
    let base = try primary()
    let sign = offset
    guard try take("^") else { return base }
    return try joined(base, factor(), at: sign, Expression.power)
  }

  private mutating func primary() throws(ExpressionError) -> Tree {
    let place = offset
    switch token {
    case .number(let value):
      try advance()
      return (.number(value), 1)
    case .name(let name):
      try advance()
      if token == .symbol("(") { return try call(name, at: place) }
      return (try scope.leaf(name, at: place), 1)
    case .symbol("("):
      try advance()
      let tree = try expression()
      guard try take(")") else { throw unexpected("`)`") }
      return tree
    default: throw unexpected("a number, a name or `(`")
    }
  }

  private mutating func call(_ name: String, at place: Int) throws(ExpressionError) -> Tree {
    guard let function = ExpressionFunction(rawValue: name) else {
      if scope.isName(name) {
        throw ExpressionError("`\(name)` is no function; a product is written with `*`", at: place)
      }
      throw ExpressionError(
        unknown: "function", name, of: ExpressionFunction.allCases.map(\.rawValue), at: place)
    }
    try advance()
    var arguments: [Expression] = []
    var height = 0
    if token != .symbol(")") {
      repeat {
        let tree = try expression()
        arguments.append(tree.expression)
        height = max(height, tree.height)
      } while try take(",")
    }
    guard try take(")") else { throw unexpected("`,` or `)`") }
    guard function.arguments.contains(arguments.count) else {
      throw ExpressionError(
        "`\(name)` is used as \(function.usage); got \(arguments.count) arguments", at: place)
    }
    try checkHeight(height + 1, at: place)
    return (.call(function, arguments), height + 1)
  }
}
