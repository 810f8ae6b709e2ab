import LinearAlgebra

/// Makes inputs that lie out of inputs that do not.
///
/// A seed is chosen and changed a few times: bits, bytes, integers of all widths, ranges that are cut,
/// doubled or taken from another seed, and words of a text that are exchanged for words of its language.
/// The same seed of the random stream gives the same inputs.
struct Mutator {
  private(set) var seeds: [[UInt8]]
  /// Words of the format: keys, keywords, numbers that are hard.
  let words: [[UInt8]]
  let isText: Bool
  /// Inputs are cut to so many bytes.
  let greatestSize: Int
  var random: RandomStream

  /// What was found on the way is kept up to so many seeds; then it takes the place of another find.
  private static let greatestCorpus = 2000
  private let given: Int

  init(
    seeds: [[UInt8]], words: [String], isText: Bool, greatestSize: Int, random: RandomStream
  ) {
    self.seeds = seeds.isEmpty ? [[]] : seeds
    given = self.seeds.count
    self.words =
      (words + (isText ? HardWords.numbers + HardWords.texts : [])).map { Array($0.utf8) }
      + (isText ? HardWords.bytes : [])
    self.isText = isText
    self.greatestSize = greatestSize
    self.random = random
  }

  /// Keeps an input that made the reader do something new, to go on from it.
  mutating func keep(_ input: [UInt8]) {
    if seeds.count < Self.greatestCorpus {
      seeds.append(input)
    } else {
      seeds[given + random.integer(below: seeds.count - given)] = input
    }
  }

  mutating func next() -> [UInt8] {
    var input = seeds[random.integer(below: seeds.count)]
    // One change is the likeliest to get far into a reader; some inputs have many.
    var changes = 1
    while changes < 24, random.integer(below: 2) == 0 { changes += 1 }
    for _ in 0..<changes {
      if isText, random.integer(below: 4) > 0 { changeText(&input) } else { changeBytes(&input) }
    }
    if input.count > greatestSize { input.removeLast(input.count - greatestSize) }
    return input
  }

  // MARK: Bytes

  private mutating func changeBytes(_ input: inout [UInt8]) {
    guard !input.isEmpty else {
      input = words.isEmpty ? [UInt8(random.integer(below: 256))] : word()
      return
    }
    let place = random.integer(below: input.count)
    switch random.integer(below: 10) {
    case 0: input[place] ^= 1 << UInt8(random.integer(below: 8))
    case 1: input[place] = UInt8(random.integer(below: 256))
    case 2: input[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.integer(below: 6)]
    case 3: overwrite(&input, at: place, by: integer())
    case 4: input.removeSubrange(range(from: place, input.count))
    case 5: input.insert(contentsOf: input[range(from: place, input.count)], at: place)
    case 6: input.removeLast(input.count - place)
    case 7:
      let other = seeds[random.integer(below: seeds.count)]
      guard !other.isEmpty else { return }
      let part = range(from: random.integer(below: other.count), other.count)
      input.replaceSubrange(place..<min(place + part.count, input.count), with: other[part])
    case 8: input.insert(contentsOf: word(), at: place)
    default: overwrite(&input, at: place, by: word())
    }
  }

  private func overwrite(_ input: inout [UInt8], at place: Int, by bytes: [UInt8]) {
    for (offset, byte) in bytes.enumerated() where place + offset < input.count {
      input[place + offset] = byte
    }
  }

  /// An integer at one of the edges, of 1 to 8 bytes in either order.
  private mutating func integer() -> [UInt8] {
    let edges: [UInt64] = [
      0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000,
      0xFFFF_FFFF, 0x1_0000_0000, 1 << 53, 1 << 61, 1 << 62, .max >> 1, 1 << 63, .max,
      UInt64(bitPattern: -8),
    ]
    var value = edges[random.integer(below: edges.count)]
    if random.integer(below: 4) == 0 { value = random.next() >> UInt64(random.integer(below: 64)) }
    let width = [1, 2, 4, 8][random.integer(below: 4)]
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    return random.integer(below: 2) == 0 ? bytes : bytes.reversed()
  }

  /// A part that begins there; short ones are likelier.
  private mutating func range(from place: Int, _ count: Int) -> Range<Int> {
    let longest = 1 << random.integer(below: 12)
    return place..<min(count, place + 1 + random.integer(below: longest))
  }

  private mutating func word() -> [UInt8] {
    words.isEmpty ? integer() : words[random.integer(below: words.count)]
  }

  // MARK: Words and lines

  private mutating func changeText(_ input: inout [UInt8]) {
    switch random.integer(below: 12) {
    case 0...4: replaceWord(&input)
    case 5: changeLine(&input) { lines, k, _ in lines.remove(at: k) }
    case 6: changeLine(&input) { lines, k, _ in lines.insert(lines[k], at: k) }
    case 7: changeLine(&input) { lines, k, other in lines.swapAt(k, other) }
    case 8:
      let spaces = random.integer(below: 6)
      changeLine(&input) { lines, k, _ in
        lines[k] = ArraySlice(repeatElement(0x20, count: spaces) + lines[k].drop { $0 == 0x20 })
      }
    case 9:
      // Another line of another text, in place of one or before it.
      let other = Self.lines(seeds[random.integer(below: seeds.count)])
      let line = other[random.integer(below: other.count)]
      let replaces = random.integer(below: 2) == 0
      changeLine(&input) { lines, k, _ in
        if replaces { lines[k] = line } else { lines.insert(line, at: k) }
      }
    case 10: repeatWord(&input)
    default: changeBytes(&input)
    }
  }

  private mutating func replaceWord(_ input: inout [UInt8]) {
    guard let word = someWord(of: input) else { return changeBytes(&input) }
    var replacement = self.word()
    if random.integer(below: 3) == 0,
      case let other = seeds[random.integer(below: seeds.count)],
      let range = someWord(of: other)
    {
      replacement = Array(other[range])
    }
    input.replaceSubrange(word, with: replacement)
  }

  /// Deep nesting, long names and lists come from one word many times over.
  private mutating func repeatWord(_ input: inout [UInt8]) {
    let place = random.integer(below: input.count + 1)
    let count = 1 << random.integer(below: 11)
    let word = self.word()
    guard word.count * count <= greatestSize else { return }
    input.insert(contentsOf: Array(repeatElement(word, count: count).joined()), at: place)
  }

  /// Where the letters and digits around some place begin and end.
  private mutating func someWord(of input: [UInt8]) -> Range<Int>? {
    guard !input.isEmpty else { return nil }
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || (48...57).contains(byte) || (65...90).contains(byte)
        || (97...122).contains(byte) || byte == 0x2E || byte == 0x2D || byte == 0x5F
    }
    var start = random.integer(below: input.count)
    guard isWord(input[start]) else { return start..<start + 1 }
    var end = start + 1
    while start > 0, isWord(input[start - 1]) { start -= 1 }
    while end < input.count, isWord(input[end]) { end += 1 }
    return start..<end
  }

  private mutating func changeLine(
    _ input: inout [UInt8], _ change: (inout [ArraySlice<UInt8>], Int, Int) -> Void
  ) {
    var lines = Self.lines(input)
    change(&lines, random.integer(below: lines.count), random.integer(below: lines.count))
    input = Array(lines.joined(separator: [0x0A]))
  }

  private static func lines(_ input: [UInt8]) -> [ArraySlice<UInt8>] {
    input.split(separator: 0x0A, omittingEmptySubsequences: false)
  }
}
