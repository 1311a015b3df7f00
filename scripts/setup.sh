#!/usr/bin/env bash
# Installs the Debian packages that simdb needs. Does nothing, fast, when they are all there.
#   scripts/setup.sh             what build, tests and checks need
#   scripts/setup.sh --no-tests  what the programs alone need
#   scripts/setup.sh --list      print the packages' names and stop
# Made for Debian 12 and 13. Needs root or sudo only where something is missing.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache
  libssl-dev libfmt-dev                                # core
  libfaiss-dev libopenblas-dev libxxhash-dev           # index
  librocksdb-dev libprotobuf-dev protobuf-compiler     # storage
  libopencv-dev libjpeg-dev libpng-dev                 # encoder
  libonnx-dev nlohmann-json3-dev
  libtorch-dev                                         # encoder/training
  libboost-program-options-dev                         # cli
)
test_packages=(
  libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev
  python3 clang-format-19 clang-tidy-19 shellcheck     # tests/layers
  chromium chromium-driver fonts-dejavu-core           # the HTML report, seen by a browser
  python3-faiss python3-numpy                          # exported files, read by others
  strace                                               # which files the program opens
  libhnswlib-dev                                       # benchmarks: a peer in knn_bench
  clang-19 libclang-rt-19-dev llvm-19                  # tests/fuzz: libFuzzer, llvm-cov
)

fail() {
  printf 'setup.sh: %s\n' "$@" >&2
  exit 1
}

packages=("${build_packages[@]}" "${test_packages[@]}")
list_only=
for argument in "$@"; do
  case $argument in
    --no-tests) packages=("${build_packages[@]}") ;;
    --list) list_only=yes ;;
    *) fail "unknown argument '$argument'" "usage: scripts/setup.sh [--no-tests] [--list]" ;;
  esac
done
if [[ $list_only ]]; then
  printf '%s\n' "${packages[@]}"
  exit
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this is no Debian system (no dpkg-query or apt-get), so nothing can be installed here." \
       "Install what these Debian packages hold, then build with 'cmake --preset release':" \
       "${packages[*]}"
fi

# Prints those of the named packages that are not installed.
missing_of() {
  local installed package
  installed=$(dpkg-query --show --showformat '|${Package} ${db:Status-Status}|' "$@" 2>/dev/null || true)
  for package in "$@"; do
    [[ $installed == *"|$package installed|"* ]] || printf '%s\n' "$package"
  done
}

# Prints those of the named packages that apt's lists do not offer.
unknown_of() {
  local package
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || printf '%s\n' "$package"
  done
}

mapfile -t missing < <(missing_of "${packages[@]}")
if ((${#missing[@]} == 0)); then
  exit
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    fail "${#missing[@]} packages are missing and there is no sudo. Run this as root, then try again:" \
         "apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  as_root=(sudo)
fi

apt() {
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"
}

echo "setup.sh: installing ${#missing[@]} packages: ${missing[*]}"
if [[ $(unknown_of "${missing[@]}") ]]; then
  apt update
  mapfile -t unknown < <(unknown_of "${missing[@]}")
  if ((${#unknown[@]})); then
    fail "this system's package lists do not offer: ${unknown[*]}" \
         "simdb builds on Debian 12 (bookworm) and 13 (trixie), section 'main'; see /etc/apt/sources.list*."
  fi
  apt install --yes --no-install-recommends "${missing[@]}"
elif ! apt install --yes --no-install-recommends "${missing[@]}"; then
  echo "setup.sh: the package lists may be old; updating them and trying once more"
  apt update
  apt install --yes --no-install-recommends "${missing[@]}"
fi

mapfile -t missing < <(missing_of "${packages[@]}")
((${#missing[@]} == 0)) || fail "apt-get reported success, but these are not installed: ${missing[*]}"
