import Experiments
import Foundation
import Testing

@Suite("Student's t distribution")
struct StudentTTests {
  @Test(
    "has the closed forms of one and two degrees of freedom",
    arguments: [-30, -2, -0.3, 0.7, 5, 400])
  func closedForms(t: Double) {
    // Rounding of the fraction and of the logarithms before it.
    let tolerance = 1e-13
    let cauchy = 0.5 + atan(t) / .pi
    #expect(abs(StudentT(degreesOfFreedom: 1).cumulative(t) - cauchy) < tolerance)
    let two = 0.5 + t / (2 * (2 + t * t).squareRoot())
    #expect(abs(StudentT(degreesOfFreedom: 2).cumulative(t) - two) < tolerance)
  }

  @Test(
    "has the closed quantiles of one, two and four degrees", arguments: [0.6, 0.9, 0.975, 0.9995])
  func quantiles(p: Double) {
    let one = tan(.pi * (p - 0.5))
    let a = 4 * p * (1 - p)
    let two = 2 * (p - 0.5) * (2 / a).squareRoot()
    let q = cos(acos(a.squareRoot()) / 3) / a.squareRoot()
    let four = 2 * (q - 1).squareRoot()
    for (degrees, wanted) in [(1.0, one), (2, two), (4, four)] {
      let t = StudentT(degreesOfFreedom: degrees)
      // The tail's rounding, 1e-16, over the density where it is smallest here, 1e-6.
      #expect(abs(t.quantile(p) / wanted - 1) < 1e-9, "\(degrees)")
      #expect(
        t.quantile(1 - p) == -t.quantile(p) || abs(t.quantile(1 - p) + wanted) < 1e-9 * wanted)
      #expect(abs(t.cumulative(t.quantile(p)) - p) < 1e-14)
    }
  }

  @Test(
    "agrees with printed tables",
    arguments: [(5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799)])
  func tables(degrees: Int, wanted: Double) {
    let t = StudentT(degreesOfFreedom: Double(degrees))
    #expect(abs(t.quantile(0.975) - wanted) <= 0.00005)
    #expect(abs(t.twoSided(t.quantile(0.975)) - 0.05) < 1e-14)
  }

  @Test("ends at the ends")
  func ends() {
    let t = StudentT(degreesOfFreedom: 3)
    #expect(t.quantile(0) == -.infinity)
    #expect(t.quantile(1) == .infinity)
    #expect(t.quantile(0.5) == 0)
    #expect(t.cumulative(.infinity) == 1)
    #expect(t.cumulative(-.infinity) == 0)
    #expect(t.cumulative(.nan).isNaN)
  }
}
