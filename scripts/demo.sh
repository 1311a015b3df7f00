#!/usr/bin/env bash
# Shows simdb's main job on images that it draws itself: train an encoder, fill a database, classify images that were held
# out, add classes that the encoder never saw, write a report. Installs and builds what is missing first.
#   scripts/demo.sh [FOLDER]    what it makes lands in FOLDER (default: build/demo)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-build/demo}

scripts/setup.sh --no-tests
if [[ ! -f build/release/build.ninja ]]; then
  cmake --preset release -DSIMDB_BUILD_TESTS=OFF -DSIMDB_BUILD_BENCHMARKS=OFF
fi
cmake --build build/release --target simdb simdb-train --parallel "$(nproc)"
PATH=$PWD/build/release/bin:$PATH
SECONDS=0

if [[ -e $folder && ! -e $folder/made-by-demo.sh ]]; then
  echo "demo.sh: $folder is there already and was not made by this script; name another folder" >&2
  exit 2
fi
rm -rf "$folder"
mkdir -p "$folder"
touch "$folder/made-by-demo.sh"
cd "$folder"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}

say "1. Draw coloured shapes: 7 colours are the classes, circles, rectangles and triangles in each."
run simdb sample-data shapes --colors 7 --count 10 --seed 1
run simdb sample-data held_out --colors 7 --count 40 --seed 2
mkdir unseen
mv shapes/cyan shapes/orange unseen/

say "2. Train an encoder on five of them: $(cd shapes && echo *). It never sees $(cd unseen && echo * | sed 's/ / or /')."
run simdb train shapes -o colours.onnx --seed 1 --epochs 20

say "3. Make a database around the encoder and fill it with the five classes."
run simdb init --encoder colours.onnx
run simdb add --by-folder shapes
run simdb classes

say "4. Classify an image that was held out: the answer is a vote of its nearest neighbours."
run simdb query held_out/green/triangle_green_7.png -k 5

say "5. Add the two classes that the encoder never saw, 5 images each. Nothing is trained again."
for class in cyan orange; do
  run simdb add "$class" unseen/$class/{circle,rectangle}_*_[01].png unseen/$class/triangle_*_0.png
done
run simdb query held_out/orange/circle_orange_3.png -k 5

say "6. Measure: 840 held-out images of all seven classes, two of them unseen in training."
run simdb eval held_out --report report.html

say "7. Check that everything is safe on disk."
run simdb verify
run simdb stats

say "Done in $SECONDS seconds. Open $PWD/report.html in a browser: confusion matrix, similarities, a 3-D view of the features."
