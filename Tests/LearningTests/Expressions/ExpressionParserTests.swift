import Learning
import LinearAlgebra
import Testing

/// The problem that a text is refused for, and how many characters before it.
private func refusal(
  _ text: String, third: [String] = [], beta: Double? = nil
) -> ExpressionError? {
  do {
    _ = try ExpressionRule(text, third: third, beta: beta)
    return nil
  } catch {
    return error
  }
}

@Suite("Expressions: grammar")
struct ExpressionParserTests {
  @Test(
    "operators bind as in mathematics",
    arguments: [
      ("2 + 3 * 4", 14.0), ("(2 + 3) * 4", 20), ("8 - 3 - 2", 3), ("8 / 4 / 2", 1),
      ("-2 ^ 2", -4), ("(-2) ^ 2", 4), ("2 ^ 3 ^ 2", 512), ("2 ** -1", 0.5), ("2 * -3", -6),
      ("--2", 2), ("+2 - +3", -1), ("1e-1 + .5 + 1.", 1.6), ("1E2", 100), ("-1^-2", -1),
      ("max(1, 2, 3) - min(4, 2)", 1), ("clip(7, -1, 2)", 2), ("clip(-7, -1, 2)", -1),
      ("sign(-3) + sign(0) + sign(2) + step(0) + step(2)", 1), ("relu(-1) + relu(2)", 2),
      ("sqrt(9) + abs(-2) + log(1) + exp(0) + tanh(0)", 6), ("sigmoid(0)", 0.5),
      ("9 ^ 0.5", 3), ("\t(\n1 +\r2 )", 3),
    ])
  func precedence(text: String, value: Double) throws {
    // A constant rule adds its value once for each sample.
    let example = try SettledExample(samples: 1)
    let update = try example.update(ExpressionRule("0 * rate_pre + " + "(\(text))"))
    #expect(abs(update["h-h.weight"][0] - value) < 1e-15)
    #expect(abs(update["h.bias"][0] - value) < 1e-15)
  }

  @Test(
    "what is wrong is said at its place",
    arguments: [
      ("", 0, "empty"), ("   ", 0, "empty"), ("rate_pre +", 10, "the end"),
      ("rate_pre rate_post", 9, "`rate_post`"), ("2 rate_pre", 2, "an operator"),
      ("(rate_pre", 9, "expected `)`"), ("rate_pre)", 8, "`)`"), ("rate_pre * * 2", 11, "`*`"),
      ("rate_pre $ 2", 9, "U+24"), ("rate_pre × 2", 9, "written `*`"),
      ("2 − rate_pre", 2, "written `-`"),
      ("1..2", 2, "an operator"), ("1e999", 0, "too large"), (".", 0, "not a number"),
      ("tanh(1, 2)", 0, "tanh(x)"), ("max(1)", 0, "max(a, b, ...)"), ("tanh()", 0, "0 arguments"),
      ("tanh rate_pre", 0, "unknown name"), ("rate_pre(2)", 0, "no function"),
      ("rate_pre * 1/0", 0, ""), ("loss * rate_pre", 0, "third: [loss]"),
      ("nudged_rate_pre", 0, "beta: 0.1"), ("beta * rate_pre", 0, "beta: 0.1"),
      ("rate_pre * weight_other", 11, "not local"), ("2 * state_pre", 4, "not local"),
      ("control_pre", 0, "not local"), ("weights_hidden", 0, "not local"),
      ("free_weight", 0, "write `weight`"), ("free_control_post", 0, "no control"),
      ("free_control_energy", 0, "no control"), ("controlled_rate_pre", 0, "write `rate_pre`"),
      ("rate_pre * rate_pots", 11, "unknown name"), ("tahn(rate_pre)", 0, "unknown function"),
      ("rate_pre + (1 / 0)", 0, "not a finite number"), ("\u{1F600}", 0, "U+1F600"),
    ])
  func problems(text: String, offset: Int, word: String) throws {
    if text == "rate_pre * 1/0" {
      // Not constant: it is a division of rates by 0, which shows when it happens.
      #expect(refusal(text) == nil)
      return
    }
    let error = try #require(refusal(text))
    #expect(error.offset == offset, "\(error)")
    #expect(error.description.contains(word), "\(error)")
  }

  @Test("unknown names come with the names that are known")
  func unknown() throws {
    let error = try #require(refusal("rate_pots"))
    #expect(error.unknown?.known.contains("rate_post") == true)
    #expect(error.unknown?.known.contains("nudged_rate_post") == false)
    let nudged = try #require(refusal("nudged_rate_pots", beta: 0.1))
    #expect(nudged.unknown?.known.contains("nudged_rate_post") == true)
  }

  @Test("a declaration that does nothing is refused")
  func unused() {
    #expect(refusal("rate_pre", third: ["loss"])?.description.contains("not used") == true)
    #expect(refusal("loss", third: ["loss"]) == nil)
    #expect(refusal("free_loss", third: ["loss"])?.description.contains("free_loss") == true)
    #expect(refusal("rate_pre", beta: 0.1)?.description.contains("nudged_") == true)
    #expect(refusal("rate_pre", third: ["luck"])?.unknown?.known.contains("loss") == true)
    // A word of the right kind only: weights are no third factor.
    #expect(refusal("rate_pre", third: ["weight"])?.unknown != nil)
  }

  @Test("the phases follow from the names")
  func phases() throws {
    func phases(_ text: String, beta: Double? = nil, third: [String] = []) throws
      -> Set<SettledPhase>
    { try ExpressionRule(text, third: third, beta: beta).phases }
    #expect(try phases("control_post * rate_pre") == [.controlled])
    #expect(try phases("free_rate_post * free_rate_pre") == [.free])
    #expect(try phases("-0.1 * weight") == [.controlled])
    #expect(try phases("rate_pre * free_rate_post") == [.controlled, .free])
    #expect(
      try phases("nudged_rate_pre * free_rate_post / beta", beta: 0.2) == [.free, .nudged(0.2)])
    #expect(try phases("free_loss * weight", third: ["free_loss"]) == [.free])
  }

  @Test("no text makes the parser fail in another way than by its error")
  func fuzz() {
    var stream = RandomStream(seed: 9, name: "fuzz")
    let words =
      RandomExpression.names + [
        "+", "-", "*", "/", "^", "**", "(", ")", ",", "tanh", "max", "clip", "1", "1e", "1e-", "..",
        ".5", "\u{2212}", "\0", "\u{FFFD}", "e\u{301}", " ", "\n",
      ]
    var accepted = 0
    for round in 0..<20_000 {
      let text: String
      switch round % 4 {
      case 0:
        let bytes = (0..<stream.integer(below: 60)).map { _ in UInt8(stream.integer(below: 256)) }
        text = String(decoding: bytes, as: UTF8.self)
      case 1:
        text = (0..<stream.integer(below: 40)).map { _ in words[stream.integer(below: words.count)]
        }
        .joined(separator: stream.integer(below: 2) == 0 ? " " : "")
      default:
        // A rule with a few bytes changed, dropped or doubled.
        var bytes = Array(RandomExpression.make(depth: 4, &stream).text.utf8)
        for _ in 0..<stream.integer(below: 4) where !bytes.isEmpty {
          let place = stream.integer(below: bytes.count)
          switch stream.integer(below: 3) {
          case 0: bytes[place] = UInt8(stream.integer(below: 256))
          case 1: bytes.remove(at: place)
          default: bytes.insert(bytes[place], at: place)
          }
        }
        text = String(decoding: bytes, as: UTF8.self)
      }
      do {
        // What the text may mean is declared, so that rules which are left whole are accepted.
        _ = try ExpressionRule(
          text, third: ["loss", "error"].filter(text.contains),
          beta: text.contains("nudged_") ? 0.3 : nil)
        accepted += 1
      } catch {
        #expect((0...text.unicodeScalars.count).contains(error.offset))
        #expect(!error.message.isEmpty)
      }
    }
    // Both ways are taken.
    #expect(accepted > 500 && accepted < 19_000)
  }

  @Test("depth and length are bounded, whatever nests")
  func limits() throws {
    func nested(_ open: String, _ close: String, _ depth: Int) -> String {
      String(repeating: open, count: depth) + "weight" + String(repeating: close, count: depth)
    }
    for (open, close) in [
      ("(", ")"), ("-", ""), ("tanh(", ")"), ("2^", ""), ("", "+1"), ("1-", ""),
    ] {
      let deep = try #require(refusal(nested(open, close, 300)), "\(open)")
      #expect(deep.message.contains("128"), "\(deep)")
      #expect(refusal(nested(open, close, 60)) == nil)
    }
    #expect(refusal(nested("(", ")", 1_000_000))?.message.contains("longer") == true)
    // The powers of a sum multiply; those that get too many are not multiplied out.
    let power = try ExpressionRule("(((rate_pre + rate_post + weight)^4)^4)^4")
    #expect(power.plan.hasLoop)
  }
}
