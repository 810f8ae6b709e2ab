package import CSUNDIALS
package import LinearAlgebra

/// What an `N_Vector` of ours points at: plain memory, so that no operation touches reference counts.
struct VectorContent: BitwiseCopyable {
  let elements: UnsafeMutableRawPointer
  let shape: UnsafeMutablePointer<StateShape>
  /// The vector's number in the layout's registry, or −1 where its elements belong to someone else,
  /// who does not want them moved with the samples.
  let index: Int
  /// Held strongly until the vector is destroyed.
  let layout: Unmanaged<StateLayout>
}

/// Owns one `N_Vector` made from a layout.
package final class StateVector {
  package let pointer: N_Vector

  package init(_ layout: StateLayout) throws(IntegrationError) {
    guard let vector = makeVector(layout) else {
      throw .outOfMemory("no memory for a vector of \(layout.capacity) × \(layout.width)")
    }
    pointer = vector
  }

  deinit { N_VDestroy(pointer) }

  package func elements<Element: Scalar>(_ type: Element.Type) -> UnsafeMutablePointer<Element> {
    pointer.elements(type)
  }
}

extension UnsafeMutablePointer where Pointee == _generic_N_Vector {
  @inline(__always)
  var vectorContent: UnsafeMutablePointer<VectorContent> {
    pointee.content.assumingMemoryBound(to: VectorContent.self)
  }

  @inline(__always)
  var shape: StateShape { vectorContent.pointee.shape.pointee }

  @inline(__always)
  var isSingle: Bool { vectorContent.pointee.shape.pointee.isSingle }

  @inline(__always)
  package func elements<Element: Scalar>(_ type: Element.Type) -> UnsafeMutablePointer<Element> {
    vectorContent.pointee.elements.assumingMemoryBound(to: type)
  }
}

/// A new vector of zeros, or nil where SUNDIALS has no memory for its handle.
func makeVector(_ layout: StateLayout) -> N_Vector? {
  guard let vector = N_VNewEmpty(layout.context.pointer) else { return nil }
  let (elements, index) = layout.makeVectorStorage()
  fillHandle(vector, layout, elements, index)
  return vector
}

/// A handle on `capacity` × `width` elements that stay the caller's, and are not moved with the
/// samples.
func makeVector(_ layout: StateLayout, on elements: UnsafeMutableRawPointer) -> N_Vector? {
  guard let vector = N_VNewEmpty(layout.context.pointer) else { return nil }
  fillHandle(vector, layout, elements, -1)
  return vector
}

private func fillHandle(
  _ vector: N_Vector, _ layout: StateLayout, _ elements: UnsafeMutableRawPointer, _ index: Int
) {
  setVectorOperations(vector.pointee.ops)
  let content = UnsafeMutablePointer<VectorContent>.allocate(capacity: 1)
  content.initialize(
    to: VectorContent(
      elements: elements, shape: layout.shape, index: index,
      layout: Unmanaged.passRetained(layout)))
  vector.pointee.content = UnsafeMutableRawPointer(content)
}

func destroyVector(_ vector: N_Vector) {
  let content = vector.vectorContent
  let layout = content.pointee.layout
  if content.pointee.index >= 0 {
    layout.takeUnretainedValue().freeVectorStorage(
      content.pointee.elements, index: content.pointee.index)
  }
  content.deallocate()
  vector.pointee.content = nil
  N_VFreeEmpty(vector)
  layout.release()
}
