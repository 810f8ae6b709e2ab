internal import LinearAlgebra

/// F(φ) = ½‖f(φ)‖² + sL(y) of one sample with s = 1/α_eff, its gradient and its Hessian, in double
/// precision (SCIENCE 1.5; least-control paper, Prop. S9):
///
///     ∇F  = ∂fᵀf + sS_yᵀ∇L,   ∂f = −1 + WΣ′
///     ∂²F = ∂fᵀ∂f + diag(σ″∘Wᵀf) + sS_yᵀ ∂²L S_y
///
/// At a stationary point ψ = −f and u = −s∇L satisfy the equations of dynamic inversion.
package final class AugmentedEnergy {
  private let network: Network
  private var matrices: DenseNetwork.Matrices
  private let strength: Double
  package let units: Int
  private let outputs: Int
  /// Columns of the outputs among the units; empty for a readout.
  private let outputColumns: [Int]
  private let blocks: [(columns: Range<Int>, activation: any Activation)]

  /// b + Σ Wx of the sample, and of a readout; and its target.
  package let drive: UnsafeMutablePointer<Double>
  package let readoutDrive: UnsafeMutablePointer<Double>
  package let target: UnsafeMutablePointer<Double>
  /// f and ∇F at the last evaluation.
  package let field: UnsafeMutablePointer<Double>
  package let gradient: UnsafeMutablePointer<Double>
  /// ∂²F of the last assembly, upper triangle by rows.
  package let hessian: UnsafeMutablePointer<Double>
  /// y and ∇L at the last evaluation.
  package let output: UnsafeMutablePointer<Double>
  package let lossGradient: UnsafeMutablePointer<Double>
  private let rate: UnsafeMutablePointer<Double>
  private let slope: UnsafeMutablePointer<Double>
  private let curvature: UnsafeMutablePointer<Double>
  /// Wᵀf, and with it what a readout sends back.
  private let back: UnsafeMutablePointer<Double>
  private let scratch: UnsafeMutablePointer<Double>

  package init(_ dense: DenseNetwork, strength: Double) {
    network = dense.network
    matrices = dense.matrices
    self.strength = strength
    let units = network.unitCount
    self.units = units
    outputs = network.outputCount
    if network.outputPopulation.role == .readout {
      outputColumns = []
    } else {
      let start = network.columns(of: network.output.population).lowerBound
      outputColumns = network.outputUnits.map { $0 + start }
    }
    let network = network
    blocks = network.populations.filter { $0.role == .units }.map {
      (network.columns(of: $0.name), $0.activation)
    }
    func vector(_ count: Int) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: max(count, 1))
      return memory
    }
    drive = vector(units)
    readoutDrive = vector(outputs)
    target = vector(outputs)
    field = vector(units)
    gradient = vector(units)
    hessian = vector(units * units)
    output = vector(outputs)
    lossGradient = vector(outputs)
    rate = vector(units)
    slope = vector(units)
    curvature = vector(units)
    back = vector(units)
    scratch = vector(2 * outputs)
  }

  deinit {
    for memory in [
      drive, readoutDrive, target, field, gradient, hessian, output, lossGradient, rate, slope,
      curvature, back, scratch,
    ] {
      memory.deallocate()
    }
  }

  /// Takes over other parameters of the same network.
  package func load(_ dense: DenseNetwork) {
    precondition(dense.network.unitCount == units && dense.network.outputCount == outputs)
    matrices = dense.matrices
  }

  private var isReadout: Bool { outputColumns.isEmpty }

  /// F at φ; leaves f, y, ∇L and ∇F.
  package func evaluate(_ phi: UnsafePointer<Double>) -> Double {
    for block in blocks {
      let start = block.columns.lowerBound
      block.activation.rateAndSlope(
        phi + start, rate: rate + start, slope: slope + start, count: block.columns.count)
    }
    Double.linearSum(1, drive, -1, phi, into: field, count: units)
    matrices.weights.withUnsafeBufferPointer {
      Self.multiply($0.baseAddress!, rate, addingTo: field, rows: units, columns: units)
    }
    readOutputs(phi)
    let y = UnsafeBufferPointer(start: output, count: outputs)
    let t = UnsafeBufferPointer(start: target, count: outputs)
    let loss = network.loss.value(y.span, target: t.span)
    var span = UnsafeMutableBufferPointer(start: lossGradient, count: outputs).mutableSpan
    network.loss.gradient(y.span, target: t.span, into: &span)

    back.update(repeating: 0, count: units)
    matrices.transposed.withUnsafeBufferPointer {
      Self.multiply($0.baseAddress!, field, addingTo: back, rows: units, columns: units)
    }
    if isReadout {
      matrices.readout.withUnsafeBufferPointer {
        for k in 0..<outputs {
          Double.linearSum(
            1, back, strength * lossGradient[k], $0.baseAddress! + k * units, into: back,
            count: units)
        }
      }
    }
    Double.gatedLeak(field, slope: slope, signal: back, into: gradient, count: units)
    for (k, column) in outputColumns.enumerated() {
      gradient[column] += strength * lossGradient[k]
    }
    return Double.squareSum(field, count: units) / 2 + strength * loss
  }

  private func readOutputs(_ phi: UnsafePointer<Double>) {
    if isReadout {
      output.update(from: readoutDrive, count: outputs)
      matrices.readout.withUnsafeBufferPointer {
        Self.multiply($0.baseAddress!, rate, addingTo: output, rows: outputs, columns: units)
      }
    } else {
      for (k, column) in outputColumns.enumerated() { output[k] = phi[column] }
    }
  }

  /// y ← y + Ax
  private static func multiply(
    _ a: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
    addingTo y: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    Double.multiply(
      transposeA: false, transposeB: true, rows: 1, columns: rows, inner: columns,
      alpha: 1, x, columns, a, columns, beta: 1, y, rows)
  }

  /// ∂²F at the φ of the last evaluation, shifted by a multiple of the identity.
  package func assembleHessian(_ phi: UnsafePointer<Double>, shift: Double) {
    for block in blocks {
      let start = block.columns.lowerBound
      block.activation.curvature(
        phi + start, rate: rate + start, slope: slope + start, into: curvature + start,
        count: block.columns.count)
    }
    matrices.weights.withUnsafeBufferPointer { w in
      matrices.transposed.withUnsafeBufferPointer { wt in
        matrices.product.withUnsafeBufferPointer { g in
          for i in 0..<units {
            let diagonal = i * units + i
            Self.hessianRow(
              hessian + diagonal, w.baseAddress! + diagonal, wt.baseAddress! + diagonal,
              g.baseAddress! + diagonal, slope + i, slope[i], count: units - i)
            hessian[diagonal] += 1 + shift + curvature[i] * back[i]
          }
        }
      }
    }
    addLossCurvature()
  }

  /// (Σ′WᵀWΣ′ − WΣ′ − Σ′Wᵀ) of one row, from the diagonal on.
  @inline(never)
  private static func hessianRow(
    _ h: UnsafeMutablePointer<Double>, _ w: UnsafePointer<Double>, _ wt: UnsafePointer<Double>,
    _ g: UnsafePointer<Double>, _ slope: UnsafePointer<Double>, _ own: Double, count: Int
  ) {
    for j in 0..<count { h[j] = own * (slope[j] * g[j] - wt[j]) - w[j] * slope[j] }
  }

  private func addLossCurvature() {
    let y = UnsafeBufferPointer(start: output, count: outputs)
    let t = UnsafeBufferPointer(start: target, count: outputs)
    let unit = UnsafeMutableBufferPointer(start: scratch, count: outputs)
    let column = UnsafeMutableBufferPointer(start: scratch + outputs, count: outputs)
    for k in 0..<outputs {
      unit.update(repeating: 0)
      unit[k] = 1
      var span = column.mutableSpan
      network.loss.curvatureProduct(
        y.span, target: t.span, UnsafeBufferPointer(unit).span, into: &span)
      if isReadout {
        addReadoutCurvature(k, UnsafeBufferPointer(column))
      } else {
        for l in 0..<outputs where outputColumns[l] >= outputColumns[k] {
          hessian[outputColumns[k] * units + outputColumns[l]] += strength * column[l]
        }
      }
    }
  }

  /// Σ′DᵀHDΣ′, one column of H at a time.
  private func addReadoutCurvature(_ k: Int, _ column: UnsafeBufferPointer<Double>) {
    matrices.readout.withUnsafeBufferPointer { d in
      for i in 0..<units {
        var sum = 0.0
        for l in 0..<outputs { sum += column[l] * d[l * units + i] }
        let factor = strength * sum * slope[i]
        for j in i..<units { hessian[i * units + j] += factor * d[k * units + j] * slope[j] }
      }
    }
  }
}
