#ifndef CSQUAREROOT_SHIM_H
#define CSQUAREROOT_SHIM_H

// The square root as one instruction, which a compiler may make several of at once. Swift's own branches to where the C
// library sets errno for a negative number, and so takes one root at a time. The bits are the same.
static inline double settle_square_root(double x) {
  return __builtin_elementwise_sqrt(x);
}

#endif
