#!/bin/sh
# Settle and its peers on the same samples with the same weights, side by side in one run, judged by one
# routine. Prints a table for every set of weights and writes it, with every result, under results/.
#
#   SETTLE_DATA=/folder/with/mnist benchmarks/compare.sh [rnn|ff] [WEIGHTS ...]
#
# WEIGHTS are numbers of updates ("0 60 1000 all" unless given), made by benchmarks/weights.sh. The machine must be
# quiet. COUNT images (1024 unless set) go to every program; the slow peers get fewer, as the table says, or none
# with SLOW=no.
set -eu
cd "$(dirname "$0")"
# Every program takes the kernels that its own library chooses for the processor.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
network=${1:-rnn}
[ $# -gt 0 ] && shift
weights=${*:-0 60 1000 all}
count=${COUNT:-1024}
python=${PYTHON:-.venv/bin/python}
threads=${THREADS:-2}
results=${RESULTS:-results}
model=models/mnist-$network.yaml

# What the product has been built into serves here too.
swift build -c release --scratch-path ../.build --product settle-bench
bench=../.build/release/settle-bench
[ -x "$python" ] || peers/install.sh

peer() { # name, peer, options...
  name=$1 program=$2
  shift 2
  "$python" "peers/$program.py" "$case" --out "$case/$name" --threads "$threads" "$@" || echo "$name: skipped" >&2
}

settle() { # name, options...
  name=$1
  shift
  "$bench" run "$model" --parameters "$file" --count "$count" --threads "$threads" --output "$case/$name" "$@"
}

for updates in $weights; do
  file=weights/mnist-$network-$updates.safetensors
  case=$results/$network-$updates
  rm -rf "$case"
  mkdir -p "$case"
  "$bench" case "$model" --parameters "$file" --count "$count" --output "$case"
  settle auto
  settle auto-double --precision double
  settle bdf-joint --method bdf --criterion joint --steps 150
  settle bdf --method bdf --steps 150
  settle fixed-point --method fixed-point
  peer paper pytorch_paper --repeat 3
  peer torch-joint pytorch_tight --criterion joint --repeat 3
  peer numpy-joint numpy_tight --criterion joint --repeat 3
  peer numpy numpy_tight --criterion per-variable --repeat 3
  peer numpy-compact numpy_tight --criterion per-variable --compact --repeat 3
  if [ "${SLOW:-yes}" = yes ]; then
    peer heun diffrax_steady --solver heun --limit 128
    peer tsit5 diffrax_steady --solver tsit5 --limit 128
    peer kvaerno3 diffrax_steady --solver kvaerno3 --limit 64
    peer cvode sundae_cvode --together "$([ "$updates" = 0 ] && echo 64 || echo 1)" --limit 64
    peer scipy-bdf scipy_bdf --method BDF --limit 2
    peer scipy-lsoda scipy_bdf --method LSODA --limit 2
  fi
  "$bench" floor --threads "$threads" | tee "$case/floor.md"
  "$python" peers/judge.py "$case" "$case"/*/ | tee "$case/table.md"
done
