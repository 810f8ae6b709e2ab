internal import Dynamics
internal import Foundation
public import Learning

/// A point from which a training goes on to the same bits, in one file that is there whole or not at
/// all: arrays as safetensors in double precision, the equilibria of a warm start in that of the run,
/// everything else as JSON in its metadata.
public struct Checkpoint: Sendable {
  /// All that the training needs to go on.
  public var state: TrainerState
  /// The length in bytes of each table, by its file's name, when the checkpoint was made. What a killed
  /// training wrote after it is cut off and written again.
  public var tableLengths: [String: Int]

  /// From its parts.
  public init(state: TrainerState, tableLengths: [String: Int]) {
    self.state = state
    self.tableLengths = tableLengths
  }

  private static let format = "settle-checkpoint-2"
  /// Before the name of a table in the metadata.
  private static let bytesOf = "bytes."

  /// The tensor of the equilibria; no name of ``TrainerState/arrays`` is the same.
  private static let equilibria = "equilibria"

  /// Writes a checkpoint, whole.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let progress = String(decoding: try encoder.encode(state.progress), as: UTF8.self)
    var sources = state.arrays.sorted { $0.key < $1.key }.map { name, array in
      Safetensors.Source(name, array.shape) { Array(array.values[$0]) }
    }
    if let memory = state.equilibria {
      // Large beside everything else.
      sources.append(
        Safetensors.Source(
          Self.equilibria, [memory.samples, memory.width],
          as: memory.precision == .single ? .float32 : .float64
        ) { memory.values(at: $0) })
    }
    var metadata = [
      "format": Self.format, "progress": progress, "settle": Versions.settle,
    ]
    for (table, length) in tableLengths { metadata[Self.bytesOf + table] = String(length) }
    try Safetensors.write(sources, metadata: metadata, to: path)
  }

  /// - Throws: ``InputError`` where the file is no checkpoint.
  public init(reading path: String) throws(InputError) {
    var equilibria: EquilibriumMemory?
    func isLarge(_ name: String) -> Bool { name == Self.equilibria }
    let file = try Safetensors(reading: path, large: isLarge) {
      (piece) throws(InputError) in
      guard piece.shape.count == 2 else {
        throw InputError(path, .whole, "has equilibria of the shape \(piece.shape)")
      }
      if piece.start == 0 {
        equilibria = EquilibriumMemory(
          samples: piece.shape[0], width: piece.shape[1],
          precision: piece.type == .float32 ? .single : .double)
      }
      equilibria?.replace(from: piece.start, by: piece.values)
    }
    guard file.metadata["format"] == Self.format,
      let text = file.metadata["progress"],
      let progress = try? JSONDecoder().decode(
        TrainerState.Progress.self, from: Data(text.utf8))
    else {
      throw InputError(path, .whole, "is not a checkpoint of this version of Settle")
    }
    var lengths: [String: Int] = [:]
    for (key, value) in file.metadata where key.hasPrefix(Self.bytesOf) {
      guard let length = Int(value), length >= 0 else {
        throw InputError(path, .whole, "has a damaged length of a table: \(key) is \(value)")
      }
      lengths[String(key.dropFirst(Self.bytesOf.count))] = length
    }
    var arrays: [String: TrainerState.Array] = [:]
    for tensor in file.tensors {
      arrays[tensor.name] = .init(
        shape: tensor.array.shape, values: ContiguousArray(tensor.array.values))
    }
    self.init(
      state: TrainerState(progress: progress, arrays: arrays, equilibria: equilibria),
      tableLengths: lengths)
  }

  /// The name of a checkpoint's file; names sort as the training went.
  public static func fileName(of progress: TrainerState.Progress) -> String {
    String(format: "epoch-%05d-step-%09d.safetensors", progress.epoch, progress.step)
  }

  /// The last checkpoint in a folder, by its name.
  public static func last(in folder: String) throws(InputError) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let last = names.filter(isCheckpoint).max() else {
      throw InputError(
        folder, .whole, "holds no checkpoint to go on from",
        try: "name the folder of a run of `settle train`")
    }
    return "\(folder)/\(last)"
  }

  /// The last checkpoint in a folder that has at most so many updates, by its name; nil where there is
  /// none.
  public static func last(in folder: String, atOrBefore step: Int) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let candidates = names.filter { name in
      guard isCheckpoint(name), let dot = name.lastIndex(of: "."),
        let own = name[..<dot].split(separator: "-").last.flatMap({ Int($0) })
      else { return false }
      return own <= step
    }
    return candidates.max().map { "\(folder)/\($0)" }
  }

  /// Removes all but the last `count` checkpoints.
  public static func removeOld(in folder: String, keeping count: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.filter(isCheckpoint).sorted().dropLast(max(1, count)) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// Removes every checkpoint, the best parameters too.
  public static func removeAll(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where isCheckpoint(name) || name == "best.safetensors" {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  private static func isCheckpoint(_ name: String) -> Bool {
    name.hasPrefix("epoch-") && name.hasSuffix(".safetensors")
  }
}
