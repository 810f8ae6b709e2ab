import Experiments
import Foundation
import Testing

@Suite("SVG made smaller")
struct SVGTextTests {
  private static func compact(_ text: String) -> String {
    String(decoding: SVGText.compact(Array(text.utf8)), as: UTF8.self)
  }

  private static func points(_ path: String) -> [(x: Double, y: Double)] {
    path.split(whereSeparator: { " ML\n\t".contains($0) }).map {
      let parts = $0.split(separator: ",")
      return (Double(parts[0]) ?? .nan, Double(parts[1]) ?? .nan)
    }
  }

  @Test("a curve keeps its ends, and passes every point that is left out within the tolerance")
  func curve() throws {
    let count = 4000
    let all = (0..<count).map { k -> (x: Double, y: Double) in
      let x = 500 * Double(k) / Double(count)
      // A spike of one row is no point that a line passes anyway.
      return (x, k == 2345 ? 0 : 100 + 40 * sin(x / 10))
    }
    let path = all.enumerated().map { k, p in
      String(format: "%@%.2f,%.2f", k == 0 ? "M" : "L", p.x, p.y)
    }.joined(separator: " ")
    let text = Self.compact("<path stroke='red'  d='\(path)  '/>")
    #expect(text.hasPrefix("<path stroke='red'  d='M0.00,100.00 L") && text.hasSuffix("'/>"))
    let kept = Self.points(String(text.split(separator: "'")[3]))
    let given = Self.points(path)
    #expect(kept.count < count / 3)
    #expect(kept.last?.x == given.last?.x && kept.last?.y == given.last?.y)
    #expect(kept.contains { $0.y == 0 })
    var segment = 0
    for point in given {
      while segment + 2 < kept.count && kept[segment + 1].x < point.x { segment += 1 }
      let (a, b) = (kept[segment], kept[segment + 1])
      // Of the perpendicular from the point to the line.
      let area = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
      let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
      #expect(abs(area) / length <= SVGText.tolerance + 1e-9)
    }
  }

  @Test("several lines in a path stay apart, and what is no polyline stays as it is")
  func others() {
    #expect(
      Self.compact("<path d='M0,0 L1,0 L2,0 M5,5 L6,6\n\t\tL7,7 '/>")
        == "<path d='M0,0 L2,0 M5,5 L7,7'/>")
    for path in ["M-1,0 h2 M0,-1 v2", "M0,0 L1,1 Z", "M0,0 C1,1 2,2 3,3", "L1,1", "M1", ""] {
      let text = "<path d='\(path)'/>"
      #expect(Self.compact(text) == text)
    }
    #expect(Self.compact("<path d='M0,0 L1,") == "<path d='M0,0 L1,")
  }

  @Test(
    "groups with nothing in them go, equal neighbours are one, and what is in them stays in order")
  func groups() {
    let text = """
      <svg>
      <g fill="none" stroke="black">
      </g>
      <g fill="none">
      \t<g transform="a">
      \t\t<text></text>
      \t</g>
      \t<text>a &lt; b</text>
      </g>
      <g stroke="black">
      </g>
      <g fill="none">
      \t<path d='M0,0 h1'/></g>
      <g id="plot" ><title>p</title>
      <g fill="none">
      \t<use/>
      </g>
      </g>
      <g fill="red">
      \t<use/>
      </g>
      </svg>

      """
    let words = Self.compact(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      words == "<svg> <g fill=\"none\"> <text>a &lt; b</text> <path d='M0,0 h1'/></g> "
        + "<g id=\"plot\" ><title>p</title> <g fill=\"none\"> <use/> </g> </g> "
        + "<g fill=\"red\"> <use/> </g> </svg>")
  }
}
