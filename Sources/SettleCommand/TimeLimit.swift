import ArgumentParser

/// A time as people write it: `90m`, `2h`, `30s`, `1h30m`.
struct TimeLimit: ExpressibleByArgument, Equatable {
  var seconds: Double
  /// As it was written.
  var text: String

  var duration: Duration { .seconds(seconds) }

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    var total = 0.0
    var number = ""
    for character in argument {
      if let unit = units[character] {
        guard let value = Double(number), value >= 0, value.isFinite else { return nil }
        total += value * unit
        number = ""
      } else {
        guard character.isASCII, character.isNumber || character == "." else { return nil }
        number.append(character)
      }
    }
    // A number without its unit would be taken for seconds by one and for minutes by another.
    guard number.isEmpty, !argument.isEmpty, total <= 1e9 else { return nil }
    seconds = total
    text = argument
  }
}
