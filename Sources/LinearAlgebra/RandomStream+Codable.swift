extension RandomStream: Codable {
  /// Reads what `encode(to:)` wrote: the array `state`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let stream = RandomStream(state: try container.decode([UInt64].self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "not the state of a random stream: six numbers as a checkpoint has them")
    }
    self = stream
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(state)
  }
}
