/// The plane of a portrait in the space of φ: a point and two directions of length 1 at right angles.
public struct PortraitPlane: Sendable {
  /// What `--plane` asks for.
  public enum Choice: Sendable, Equatable {
    /// Two units, by population and index.
    case units(String, String)
    /// Through the free and the controlled equilibrium, and the direction of control.
    case equilibria
  }

  /// The point, [units].
  public let origin: ContiguousArray<Double>
  /// The direction of the horizontal axis, of length 1, [units].
  public let first: ContiguousArray<Double>
  /// The direction of the vertical axis, of length 1, [units].
  public let second: ContiguousArray<Double>
  /// Of the axes.
  public let labels: [String]

  /// A plane of two units, the others being held at `origin`.
  init(_ a: Int, _ b: Int, labels: [String], at origin: ContiguousArray<Double>) {
    func axis(_ unit: Int) -> ContiguousArray<Double> {
      var axis = ContiguousArray<Double>(repeating: 0, count: origin.count)
      axis[unit] = 1
      return axis
    }
    var held = origin
    held[a] = 0
    held[b] = 0
    self.origin = held
    first = axis(a)
    second = axis(b)
    self.labels = labels
  }

  /// The plane through two points and along a direction; nil where they do not span one.
  init?(
    through start: ContiguousArray<Double>, _ end: ContiguousArray<Double>,
    along directions: [ContiguousArray<Double>], labels: [String]
  ) {
    func normalized(_ v: ContiguousArray<Double>) -> ContiguousArray<Double>? {
      let length = Self.dot(v, v).squareRoot()
      return length > 1e-9 ? ContiguousArray(v.map { $0 / length }) : nil
    }
    guard let first = normalized(ContiguousArray(zip(end, start).map { $0 - $1 })) else {
      return nil
    }
    for direction in directions {
      let along = Self.dot(direction, first)
      let rest = ContiguousArray(zip(direction, first).map { $0 - along * $1 })
      // What is left of nearly the same direction is rounding.
      guard Self.dot(rest, rest) > 1e-8 * Self.dot(direction, direction),
        let second = normalized(rest)
      else { continue }
      origin = start
      self.first = first
      self.second = second
      self.labels = labels
      return
    }
    return nil
  }

  /// φ at coordinates of the plane.
  func point(_ x: Double, _ y: Double) -> ContiguousArray<Double> {
    ContiguousArray(origin.indices.map { origin[$0] + x * first[$0] + y * second[$0] })
  }

  /// The coordinates of the point of the plane that is nearest to φ.
  func coordinates(_ phi: ContiguousArray<Double>) -> (x: Double, y: Double) {
    direction(ContiguousArray(zip(phi, origin).map { $0 - $1 }))
  }

  /// The part of a direction that lies in the plane.
  func direction(_ v: ContiguousArray<Double>) -> (x: Double, y: Double) {
    (Self.dot(v, first), Self.dot(v, second))
  }

  static func dot(_ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

extension PortraitPlane.Choice {
  /// Reads `phi.hidden.0,phi.hidden.1` or `equilibria`.
  public init?(_ text: String) {
    if text == "equilibria" {
      self = .equilibria
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.hasPrefix("phi.") ? String($0.dropFirst(4)) : String($0)
    }
    guard parts.count == 2, parts.allSatisfy({ $0.contains(".") }) else { return nil }
    self = .units(parts[0], parts[1])
  }
}
