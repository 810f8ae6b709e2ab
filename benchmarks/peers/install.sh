#!/usr/bin/env bash
# Makes a virtual environment with the programs that Settle is measured against.
#
#   peers/install.sh [VENV]        default: benchmarks/.venv; PYTHON names the interpreter (default python3)
#
# What cannot be installed is reported, and its peer skipped. Exit status 1 if NumPy and SciPy are missing,
# which the judge needs.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${1:-$here/../.venv}"
python="${PYTHON:-python3}"
skipped=()

"$python" -m venv "$venv" || exit 1
echo '*' > "$venv/.gitignore"
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)

# try PEERS PACKAGE...: installs the packages, or notes that the peers are skipped
try() {
  local peers="$1"
  shift
  if "${pip[@]}" "$@"; then
    echo "installed: $*"
  else
    skipped+=("$peers (could not install: $*)")
    return 1
  fi
}

if ! try "judge.py and all peers" numpy==2.4.6 scipy==1.17.1; then
  echo "error: ${skipped[0]}" >&2
  exit 1
fi
try "figures.py" matplotlib
try "sundae_cvode.py" scikit-sundae==1.2.0
try "diffrax_steady.py" "jax[cpu]==0.10.2" diffrax==0.7.2

# PyPI's wheels for Linux depend on gigabytes of CUDA. The CPU wheels are in an index of PyTorch's own, which
# pip must have been told of (PIP_EXTRA_INDEX_URL or PIP_FIND_LINKS); else Debian's package will do.
torch="torch==2.13.0+cpu"
[[ "$(uname)" == Darwin ]] && torch="torch==2.13.0"
if "${pip[@]}" "$torch"; then
  echo "installed: $torch"
elif /usr/bin/python3 -c 'import numpy, torch' 2> /dev/null; then
  echo "$torch is not to be had: run pytorch_paper.py and pytorch_tight.py with /usr/bin/python3, which has" \
    "PyTorch $(/usr/bin/python3 -c 'import torch; print(torch.__version__)')"
else
  skipped+=("pytorch_paper.py and pytorch_tight.py (no $torch; Debian: apt-get install python3-torch)")
fi

for peer in ${skipped[@]+"${skipped[@]}"}; do
  echo "skipped: $peer" >&2
done
echo "run the peers with $venv/bin/python"
