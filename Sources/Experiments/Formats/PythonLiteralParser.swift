/// Reads the one Python literal that heads a `.npy` file, and nothing else:
///
///     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
struct PythonLiteralParser {
  private let bytes: ArraySlice<UInt8>
  private let file: String
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
    position = bytes.startIndex
  }

  mutating func dictionary() throws(InputError) -> (
    descr: String, isFortranOrder: Bool, shape: [Int]
  ) {
    var descr: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let start = position
      let key = try string("a key")
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try string("a simple type such as '<f8'")
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw error("an unknown or repeated key '\(key)'", at: start)
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    if position < bytes.endIndex { throw error("text after the dictionary", at: position) }
    guard let descr, let isFortranOrder, let shape else {
      throw error("no descr, fortran_order or shape", at: bytes.startIndex)
    }
    return (descr, isFortranOrder, shape)
  }

  private mutating func tuple() throws(InputError) -> [Int] {
    var items: [Int] = []
    try expect("(")
    while !take(")") {
      items.append(try integer())
      if !take(",") {
        try expect(")")
        // Without a comma, Python's (3) is a number; NumPy never writes it.
        if items.count == 1 { throw error("a number where a tuple belongs", at: position - 1) }
        break
      }
    }
    return items
  }

  private mutating func integer() throws(InputError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.endIndex, case let digit = bytes[position], digit >= 0x30, digit <= 0x39
    {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(digit - 0x30))
      if overflow || carry { throw error("an axis too long for this machine", at: start) }
      value = sum
      position += 1
    }
    if position == start { throw error("no axis length", at: start) }
    return value
  }

  private mutating func boolean() throws(InputError) -> Bool {
    skipSpace()
    for (text, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: text.utf8) {
      position += text.utf8.count
      return value
    }
    throw error("neither True nor False", at: position)
  }

  private mutating func string(_ what: String) throws(InputError) -> String {
    skipSpace()
    let start = position
    guard position < bytes.endIndex, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      throw error("no \(what)", at: start)
    }
    let quote = bytes[position]
    let rest = bytes[(position + 1)...]
    guard let end = rest.firstIndex(of: quote), !rest[..<end].contains(0x5C) else {
      throw error("an unfinished or escaped string", at: start)
    }
    position = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(InputError) {
    if !take(character) { throw error("no '\(character)'", at: position) }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else {
      return false
    }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  private func error(_ what: String, at offset: Int) -> InputError {
    InputError(
      file, .byte(offset), "has a malformed .npy header: \(what) here",
      try: "save a plain array of numbers with numpy.save")
  }
}
