import LinearAlgebra
import Testing

@Suite("OpenBLAS's kernels")
struct KernelChoiceTests {
  @Test("others are asked for only where OpenBLAS fell back to its oldest and nobody chose them")
  func choice() {
    #expect(BLAS.betterKernels(chosen: "Prescott", possible: "Haswell", asked: nil) == "Haswell")
    #expect(BLAS.betterKernels(chosen: "Prescott", possible: "Haswell", asked: "") == "Haswell")
    #expect(BLAS.betterKernels(chosen: "Prescott", possible: "Haswell", asked: "Prescott") == nil)
    #expect(BLAS.betterKernels(chosen: "Prescott", possible: nil, asked: nil) == nil)
    #expect(BLAS.betterKernels(chosen: "Zen", possible: "Haswell", asked: nil) == nil)
    #expect(BLAS.betterKernels(chosen: nil, possible: "Haswell", asked: nil) == nil)
  }
}
