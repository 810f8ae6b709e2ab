#!/bin/sh
# What share of `auto`'s time is matrix products, factorisations and activations, by Linux's perf: one thread, many
# repetitions of one batch, so that reading data is nothing beside it.
#
#   SETTLE_DATA=/folder/with/mnist benchmarks/profile.sh MODEL [--parameters FILE ...]
#
# REPETITIONS (2400 unless set) of the batch: the fewer evaluations it takes, the more are needed.
set -eu
cd "$(dirname "$0")"
command -v perf > /dev/null || { echo "perf was not found (Debian: apt-get install linux-perf)" >&2; exit 1; }
swift build -c release --scratch-path ../.build --product settle-bench > /dev/null
record=$(mktemp)
trap 'rm -f "$record"' EXIT
perf record --quiet -F 1500 -o "$record" ../.build/release/settle-bench batch "$@" --methods auto --precision single \
  --threads 1 --repetitions "${REPETITIONS:-2400}" | tail -1
perf report -i "$record" --no-children --sort dso,symbol --stdio 2> /dev/null | awk '
  /^ *[0-9.]+%/ {
    share = $1 + 0; name = $0
    if (name ~ /lib(z|_Foundation)/ || name ~ /crc32|inflate/) { skipped += share; next }
    if (name ~ /openblas/) {
      # Loops over vectors are no products of matrices, whoever wrote them.
      if (name ~ /potrf|trsm|dgemm|dsyrk|dtrsv|lauum/) factor += share
      else if (name ~ /(dot|axpy|scal|copy|nrm2|asum|swap)_k/) rest += share
      else products += share
    } else if (name ~ /hyperbolicTangent|exponential|logistic|softplus|rectif/) activations += share
    else rest += share
  }
  END {
    total = products + factor + activations + rest
    printf "products %.1f %%, factorisations %.1f %%, activations %.1f %%, everything else %.1f %%\n",
      100 * products / total, 100 * factor / total, 100 * activations / total, 100 * rest / total
  }'
