import Foundation

/// The arrays of a safetensors file: a length, a JSON header, and the numbers.
struct Tensors {
  struct Malformed: Error {}
  struct Array: Equatable {
    var shape: [Int]
    var values: [Double]
    /// As the file has it, such as `F64`.
    var type: String?
  }

  private(set) var arrays: [String: Array] = [:]

  init(_ data: Data) throws {
    let bytes = [UInt8](data)
    guard bytes.count >= 8 else { throw Malformed() }
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard length <= bytes.count - 8 else { throw Malformed() }
    let header = try JSON(Data(bytes[8..<8 + length]))
    for name in header.keys where name != "__metadata__" {
      let entry = header[name]
      let offsets = entry["data_offsets"].numbers.map { 8 + length + Int($0) }
      guard offsets.count == 2, offsets[1] <= bytes.count else { throw Malformed() }
      let width = entry["dtype"].string == "F64" ? 8 : 4
      let values = stride(from: offsets[0], to: offsets[1], by: width).map { start in
        let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
        return width == 8
          ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      }
      arrays[name] = Array(
        shape: entry["shape"].numbers.map { Int($0) }, values: values, type: entry["dtype"].string)
    }
  }

  /// The bytes of a file with these arrays, in double precision.
  static func encoded(_ arrays: [(name: String, shape: [Int], values: [Double])]) -> [UInt8] {
    var entries: [String] = []
    var data: [UInt8] = []
    for array in arrays {
      let start = data.count
      for value in array.values {
        data += (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
      }
      entries.append(
        "\"\(array.name)\":{\"dtype\":\"F64\",\"shape\":\(array.shape),"
          + "\"data_offsets\":[\(start),\(data.count)]}")
    }
    let header = Swift.Array("{\(entries.joined(separator: ","))}".utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }
}
