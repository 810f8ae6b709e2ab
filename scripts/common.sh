# Shared by scripts/demo, scripts/test and scripts/install-dependencies, which source it.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root and there is no sudo; as root, run: $*"
  fi
}

require_swift() {
  command -v swift >/dev/null \
    || die "swift was not found; install Swift 6.3 or later from https://www.swift.org/install"
}

# Installs what is missing of the C libraries. Where nothing is missing, nothing is touched.
install_dependencies() {
  case "$(uname -s)" in
    Linux) install_on_linux ;;
    Darwin) require_on_macos ;;
    *) say "unknown system $(uname -s): make sure that SUNDIALS, OpenBLAS and zlib are installed" ;;
  esac
}

install_on_linux() {
  if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is neither Debian nor Ubuntu: make sure that SUNDIALS (6 or 7), OpenBLAS and zlib" \
      "are installed with their headers"
    return
  fi
  install_packages libsundials-dev libopenblas-dev zlib1g-dev
}

# Installs the Debian packages among the arguments that are missing.
install_packages() {
  local package missing=()
  for package in "$@"; do
    # A package that was removed is still known to dpkg, but not as installed.
    dpkg -s "$package" 2>/dev/null | grep -q '^Status: .* installed$' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  say "installing ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    "${missing[@]}"
}

# Lets tests take the kernels of OpenBLAS that settle itself takes: a program that loads tests cannot choose its
# own. The folder is that of the built programs.
choose_kernels() {
  local kernels
  kernels="$("$1/settle" --version | sed -n 's/.* \([A-Za-z]*\) MAX_THREADS.*/\1/p')"
  case "$kernels" in
    Haswell | SkylakeX | Cooperlake) export OPENBLAS_CORETYPE="$kernels" ;;
  esac
}

# Installs gnuplot, which draws the figures. Everything else works without it.
install_gnuplot() {
  if command -v gnuplot >/dev/null; then return; fi
  if command -v dpkg >/dev/null && command -v apt-get >/dev/null; then
    (install_packages gnuplot-nox) || say "gnuplot could not be installed: there will be no figures"
  else
    say "gnuplot was not found, so there will be no figures (macOS: brew install gnuplot)"
  fi
}

require_on_macos() {
  local formula missing=()
  for formula in sundials openblas; do
    { command -v brew >/dev/null && brew list --versions "$formula" >/dev/null; } \
      || missing+=("$formula")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    die "missing ${missing[*]}; run: brew install sundials openblas"
  fi
}
