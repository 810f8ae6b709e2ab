extension Safetensors {
  /// The format's own limit on the header.
  private static let headerCeiling = 100_000_000

  /// Reads the file at `path`.
  ///
  /// - Throws: ``InputError`` where it is damaged. NaNs are values like any other here; see
  ///   ``firstNonFinite``.
  public init(reading path: String) throws(InputError) {
    try self.init(parsing: FileBytes.read(path), file: path)
  }

  /// Some numbers of a tensor that is read piece by piece.
  struct Piece {
    var name: String
    var type: ElementType
    var shape: [Int]
    /// The row-major offset of the first.
    var start: Int
    var values: [Double]
  }

  /// As ``init(reading:)``, but hands tensors that are `large` to `take`, piece by piece and in order,
  /// instead of keeping them. One without numbers is handed over as one piece without.
  init(
    reading path: String, large: (String) -> Bool, take: (Piece) throws(InputError) -> Void
  ) throws(InputError) {
    try self.init(parsing: FileBytes.read(path), file: path, large: large, take: take)
  }

  /// Reads the content of a file; `file` names it in errors.
  public init(parsing bytes: [UInt8], file: String) throws(InputError) {
    try self.init(parsing: bytes, file: file, large: { _ in false }, take: { _ in })
  }

  private init(
    parsing bytes: [UInt8], file: String, large: (String) -> Bool,
    take: (Piece) throws(InputError) -> Void
  ) throws(InputError) {
    let (header, start) = try Self.header(bytes, file)
    var entries: [Entry] = []
    self.init()
    for member in header {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value, file)
      } else {
        entries.append(try Entry(member, start: start, end: bytes.count, file: file))
      }
    }
    try Self.checkLayout(entries, start: start, end: bytes.count, file)
    for entry in entries {
      if large(entry.name) {
        var start = 0
        repeat {
          let count = min(Self.pieceSize, entry.count - start)
          let values = try entry.type.decode(
            bytes, at: entry.range.lowerBound + start * entry.type.size, count: count,
            isBigEndian: false, file: file)
          try take(
            Piece(
              name: entry.name, type: entry.type, shape: entry.shape, start: start, values: values))
          start += count
        } while start < entry.count
        continue
      }
      let values = try entry.type.decode(
        bytes, at: entry.range.lowerBound, count: entry.count, isBigEndian: false, file: file)
      tensors.append(
        Tensor(entry.name, NumericArray(shape: entry.shape, values: values), as: entry.type))
    }
  }

  private static func header(
    _ bytes: [UInt8], _ file: String
  ) throws(InputError) -> ([JSONValue.Member], end: Int) {
    guard bytes.count >= 9 else {
      throw InputError(
        file, .byte(0), "is not a safetensors file: \(bytes.count) bytes are too few for a header",
        try: "copy or save it again")
    }
    let length = bytes.integer(UInt64.self, littleEndianAt: 0)
    if bytes[8] != UInt8(ascii: "{") || length > UInt64(headerCeiling) || length < 2 {
      throw InputError(
        file, .byte(0),
        "is not a safetensors file: no length (2 to \(headerCeiling)) and '{' at its beginning",
        try: "save it with safetensors (PyTorch: safetensors.torch.save_file)")
    }
    let end = 8 + Int(length)
    if end > bytes.count {
      throw InputError(
        file, .byte(bytes.count), "is cut short: its header should end at byte \(end)",
        try: "copy or save it again")
    }
    do throws(JSONParser.Failure) {
      // A value that begins with '{' and parses is an object.
      guard case .object(let members) = try JSONParser.parse(bytes[8..<end]) else {
        return ([], end)
      }
      return (members, end)
    } catch {
      throw InputError(
        file, .byte(error.offset), "has a header that is not valid JSON: \(error.problem)",
        try: "copy or save it again")
    }
  }

  private static func metadata(
    _ value: JSONValue, _ file: String
  ) throws(InputError) -> [String: String] {
    guard case .object(let members) = value else {
      throw InputError(file, .byte(8), "has a __metadata__ that is not an object")
    }
    var texts: [String: String] = [:]
    for member in members {
      guard let text = member.value.stringValue else {
        throw InputError(file, .byte(8), "has a __metadata__ whose '\(member.key)' is not a text")
      }
      texts[member.key] = text
    }
    return texts
  }

  /// The tensors must fill the file without overlap or hole, or bytes could hide in it.
  private static func checkLayout(
    _ entries: [Entry], start: Int, end: Int, _ file: String
  ) throws(InputError) {
    var position = start
    var previous = "the header"
    let order = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in order {
      if entry.range.lowerBound != position {
        throw InputError(
          file, .byte(entry.range.lowerBound),
          "the tensor '\(entry.name)' "
            + (entry.range.lowerBound < position ? "overlaps" : "leaves a hole after")
            + " \(previous)", try: "save it again")
      }
      position = entry.range.upperBound
      previous = "'\(entry.name)'"
    }
    if position != end {
      throw InputError(
        file, .byte(position), "has \(end - position) bytes that belong to no tensor",
        try: "save it again")
    }
  }

  /// What the header says of one tensor, checked as far as it goes alone.
  private struct Entry {
    var name: String
    var type: ElementType
    var shape: [Int]
    var count: Int
    /// In bytes of the file.
    var range: Range<Int>

    init(_ member: JSONValue.Member, start: Int, end: Int, file: String) throws(InputError) {
      name = member.key
      func error(_ problem: String, try remedy: String = "save it again") -> InputError {
        InputError(file, .byte(8), "the tensor '\(member.key)' \(problem)", try: remedy)
      }
      guard let typeName = member.value["dtype"]?.stringValue else { throw error("has no dtype") }
      guard let type = Safetensors.types.first(where: { $0.name == typeName })?.type else {
        throw error(
          "has the type '\(typeName)', which is not one that can be read",
          try: "save it as F32 or F64")
      }
      self.type = type
      guard let shape = Self.integers(member.value["shape"]) else {
        throw error("has no shape of non-negative integers")
      }
      self.shape = shape
      guard let count = NumericArray.count(of: shape),
        case (let size, let overflow) = count.multipliedReportingOverflow(by: type.size), !overflow
      else { throw error("claims the shape \(shape), more than memory can hold") }
      self.count = count
      guard let offsets = Self.integers(member.value["data_offsets"]), offsets.count == 2,
        offsets[0] <= offsets[1]
      else { throw error("has no data_offsets of the form [begin, end]") }
      if offsets[1] - offsets[0] != size {
        throw error(
          "of type \(typeName) and shape \(shape) needs \(size) bytes; its data_offsets give it"
            + " \(offsets[1] - offsets[0])")
      }
      if offsets[1] > end - start {
        throw InputError(
          file, .byte(end),
          "is cut short: the tensor '\(member.key)' ends \(offsets[1] - (end - start)) bytes after"
            + " the file", try: "copy or save it again")
      }
      range = start + offsets[0]..<start + offsets[1]
    }

    private static func integers(_ value: JSONValue?) -> [Int]? {
      guard let items = value?.arrayValue else { return nil }
      let integers = items.compactMap(\.integerValue).filter { $0 >= 0 }
      return integers.count == items.count ? integers : nil
    }
  }
}
