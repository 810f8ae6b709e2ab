/// Checks what no single key can show: names that refer to each other, and sizes that must agree.
struct Checker {
  let model: ModelDescription
  var reader: Reader

  mutating func check() {
    checkNames()
    checkProjections()
    checkSize()
    checkLoss()
    checkController()
    checkNoise()
    checkData()
    checkStimulus()
    checkInitial()
    checkProtocol()
    checkRecord()
    checkLearning()
  }

  /// Reports at the value of a key.
  mutating func report(_ message: String, at path: String...) {
    reader.report(message, at: nearestPlace(to: flattened(path), in: reader.places, model))
  }

  /// Reports at the key itself, for what is wrong with a name.
  mutating func report(_ message: String, atKey path: String...) {
    let path = flattened(path)
    let place = reader.keyPlaces[path.joined(separator: ".")]
    reader.report(message, at: place ?? nearestPlace(to: path, in: reader.places, model))
  }

  private func flattened(_ path: [String]) -> [String] {
    path.flatMap { $0.split(separator: ".").map(String.init) }
  }

  func population(_ name: String) -> PopulationDescription? {
    model.network.population(named: name)
  }

  /// The population of that name; reports where there is none.
  mutating func require(
    population name: String, of role: PopulationDescription.Role? = nil, at path: String
  ) -> PopulationDescription? {
    if let found = population(name) { return found }
    let known = model.network.populations.filter { role == nil || $0.role == role }
    report(Suggestion.message(unknown: "population", name, of: known.map(\.name)), at: path)
    return nil
  }

  /// As ``require(population:of:at:)``, for a population that is a key of a mapping.
  mutating func require(
    population name: String, of role: PopulationDescription.Role, atKey path: String
  ) -> PopulationDescription? {
    if let found = population(name), found.role == role { return found }
    if population(name) != nil {
      report(
        "`\(name)` is not a population of role `\(role.rawValue)`, which is needed here",
        atKey: path)
      return nil
    }
    let known = model.network.populations.filter { $0.role == role }
    report(Suggestion.message(unknown: "population", name, of: known.map(\.name)), atKey: path)
    return nil
  }

  /// Checks the shape of an inline array against those that fit; the first is named in the message.
  mutating func check(
    _ array: ArraySource?, _ what: String, fits shapes: [[Int]], at path: String
  ) {
    guard let shape = array?.shape, !shape.isEmpty, !shapes.contains(shape) else { return }
    let text = shapes.first.map(Self.text) ?? ""
    report("\(what) has the shape \(Self.text(shape)), but \(text) is needed", at: path)
  }

  static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "[\(shape[0])]" : shape.map(String.init).joined(separator: " x ")
  }
}
