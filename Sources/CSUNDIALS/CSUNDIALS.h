#ifndef CSUNDIALS_SHIM_H
#define CSUNDIALS_SHIM_H

// Only the serial parts: the parallel headers would pull in <mpi.h>.
#include <sundials/sundials_config.h>
#include <sundials/sundials_types.h>
#include <sundials/sundials_context.h>
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

#endif
