import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

/// Every operation SUNDIALS asks of an N_Vector, against loops written here, for both element types.
@Suite("N_Vector")
struct StateVectorTests {
  @Test("every operation of a Double vector does what SUNDIALS documents")
  func double() throws { try VectorCheck<Double>().run() }

  @Test("every operation of a Float vector does what SUNDIALS documents")
  func float() throws { try VectorCheck<Float>().run() }

  @Test("operations leave dropped rows alone, and norms do not see them")
  func activeRows() throws {
    let layout = try StateLayout(Double.self, capacity: 3, width: 2)
    let x = try StateVector(layout)
    let w = try StateVector(layout)
    N_VConst(1, w.pointer)
    N_VConst(2, x.pointer)
    layout.keepRows(2)
    N_VConst(3, x.pointer)
    #expect((0..<6).map { x.elements(Double.self)[$0] } == [3, 3, 3, 3, 2, 2])
    #expect(N_VL1Norm(x.pointer) == 12)
    #expect(N_VGetLength(x.pointer) == 4)
    layout.reset(rows: 3)
    #expect(N_VL1Norm(x.pointer) == 16)
  }

  @Test("rows are exchanged in every live vector, clones included")
  func exchange() throws {
    let layout = try StateLayout(Float.self, capacity: 4, width: 3)
    let x = try StateVector(layout)
    let clone = try #require(N_VClone(x.pointer))
    defer { N_VDestroy(clone) }
    for i in 0..<12 { x.elements(Float.self)[i] = Float(i) }
    N_VScale(10, x.pointer, clone)
    layout.exchangeRows(1, 3)
    #expect((0..<12).map { x.elements(Float.self)[$0] } == [0, 1, 2, 9, 10, 11, 6, 7, 8, 3, 4, 5])
    N_VLinearSum(-10, x.pointer, 1, clone, clone)
    #expect(N_VMaxNorm(clone) == 0)
  }

  @Test("rows of any length are exchanged whole, and nothing beside them")
  func exchangeLongRows() throws {
    for width in [1, 15, 16, 17, 37] {
      let layout = try StateLayout(Float.self, capacity: 4, width: width)
      let x = try StateVector(layout)
      for i in 0..<4 * width { x.elements(Float.self)[i] = Float(i) }
      layout.exchangeRows(2, 1)
      let wanted = [0, 2, 1, 3].flatMap { row in (0..<width).map { Float(row * width + $0) } }
      #expect((0..<4 * width).map { x.elements(Float.self)[$0] } == wanted)
    }
  }

  @Test("clones are counted, and gone when destroyed")
  func liveVectors() throws {
    let layout = try StateLayout(Double.self, capacity: 2, width: 2)
    var x: StateVector? = try StateVector(layout)
    let vector = try #require(x?.pointer)
    let clones = (0..<5).map { _ in N_VClone(vector) }
    #expect(layout.liveVectors == 6)
    for clone in clones { N_VDestroy(clone) }
    #expect(layout.liveVectors == 1)
    x = nil
    #expect(layout.liveVectors == 0)
  }
}
