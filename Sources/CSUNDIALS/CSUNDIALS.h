#ifndef CSUNDIALS_SHIM_H
#define CSUNDIALS_SHIM_H

// The whole C boundary to SUNDIALS 6 and 7: what differs between the two ends in this header.
// Only the serial parts are named: the parallel headers would pull in <mpi.h>.
//
// SUNDIALS 7 moved the generic classes to a library of their own. The module map cannot ask for the
// version, so there the link line needs `-Xlinker -lsundials_core` as well.
#include <sundials/sundials_config.h>
#include <sundials/sundials_types.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_logger.h>
#include <sundials/sundials_version.h>
#include <sundials/sundials_nvector.h>
#include <sundials/sundials_matrix.h>
#include <sundials/sundials_linearsolver.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunnonlinsol/sunnonlinsol_newton.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <kinsol/kinsol.h>
#include <kinsol/kinsol_ls.h>

#if !defined(SUNDIALS_DOUBLE_PRECISION)
#error "Settle needs SUNDIALS built for double precision (its single-precision states are its own)."
#endif

/// Where the error messages of CVODE and KINSOL go, instead of to stderr.
typedef struct csundials_reporter {
  void (*report)(const char *message, void *data);
  void *data;
} csundials_reporter;

#if SUNDIALS_VERSION_MAJOR >= 7

static inline void csundials_report(int line, const char *function, const char *file,
                                    const char *message, SUNErrCode code, void *reporter,
                                    SUNContext context) {
  (void)line, (void)function, (void)file, (void)code, (void)context;
  csundials_reporter *to = (csundials_reporter *)reporter;
  if (message) to->report(message, to->data);
}

// 7 takes a communicator instead of a pointer to one, and has its handlers on the context. Without a
// logger nothing is printed: 7 writes warnings through it past every handler.
static inline int csundials_context_create(SUNContext *context, csundials_reporter *reporter) {
  int code = SUNContext_Create(SUN_COMM_NULL, context);
  if (code) return code;
  code = SUNContext_ClearErrHandlers(*context);
  if (code) return code;
  code = SUNContext_PushErrHandler(*context, csundials_report, reporter);
  if (code) return code;
  return SUNContext_SetLogger(*context, NULL);
}
static inline int csundials_cvode_report(void *cvode, csundials_reporter *reporter) {
  (void)cvode, (void)reporter;
  return 0;
}
static inline int csundials_kinsol_report(void *kinsol, csundials_reporter *reporter) {
  (void)kinsol, (void)reporter;
  return 0;
}

#else

static inline void csundials_report(int code, const char *module, const char *function,
                                    char *message, void *reporter) {
  (void)code, (void)module, (void)function;
  csundials_reporter *to = (csundials_reporter *)reporter;
  if (message) to->report(message, to->data);
}

static inline int csundials_context_create(SUNContext *context, csundials_reporter *reporter) {
  (void)reporter;
  int code = SUNContext_Create(NULL, context);
  return code ? code : SUNContext_SetLogger(*context, NULL);
}
static inline int csundials_cvode_report(void *cvode, csundials_reporter *reporter) {
  return CVodeSetErrHandlerFn(cvode, csundials_report, reporter);
}
static inline int csundials_kinsol_report(void *kinsol, csundials_reporter *reporter) {
  return KINSetErrHandlerFn(kinsol, csundials_report, reporter);
}

#endif

#endif
