#!/usr/bin/env bash
# Shows simdb's main jobs. First photographs, without any training: places on wallpapers of a Debian package, or pictures of
# your own. Then training, on images that it draws itself: train an encoder, fill a database, classify images that were held
# out, add classes that the encoder never saw, write a report. Installs and builds what is missing first.
#   scripts/demo.sh [--photos DIR] [FOLDER]    what it makes lands in FOLDER (default: build/demo); DIR has a folder per class
set -euo pipefail
usage='usage: scripts/demo.sh [--photos DIR] [FOLDER]'
photos=
folder=
while (($#)); do
  case $1 in
    --photos)
      photos=$(realpath -- "${2:?$usage}")
      shift
      ;;
    -*)
      echo "demo.sh: unknown argument '$1'; $usage" >&2
      exit 2
      ;;
    *) folder=$(realpath -m -- "$1") ;;
  esac
  shift
done
if [[ $photos && ! -d $photos ]]; then
  echo "demo.sh: there is no folder $photos" >&2
  exit 3
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${folder:-$PWD/build/demo}

scripts/setup.sh --no-tests
if [[ ! $photos ]] && ! scripts/setup.sh --demo; then
  echo "demo.sh: goes on without photographs" >&2
fi
if [[ ! -f build/release/build.ninja ]]; then
  cmake --preset release -DSIMDB_BUILD_TESTS=OFF -DSIMDB_BUILD_BENCHMARKS=OFF
fi
# simdb-train comes later: LibTorch's headers take most of the time, and photographs don't need it.
build() { cmake --build "$root/build/release" --target "$1" --parallel "$(nproc)"; }
root=$PWD
build simdb
PATH=$PWD/build/release/bin:$PATH

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

# The corners of each wallpaper become the images of a place; its middle is what is asked.
cut_wallpapers() {
  local file name size width height x y
  for file in /usr/share/backgrounds/*_by_*.jpg; do
    name=$(basename "${file%%_by_*}")
    size=$(rdjpgcom -verbose "$file" | sed -n 's/^JPEG image is \([0-9]*\)w \* \([0-9]*\)h.*/\1 \2/p')
    read -r width height <<< "$size"
    mkdir -p "places/$name" asked
    cut() { jpegtran -crop "$((width / 2))x$((height / 2))+$1+$2" -outfile "$3" "$file"; }
    for x in 0 $((width / 2)); do
      for y in 0 $((height / 2)); do
        cut "$x" "$y" "places/$name/$x-$y.jpg"
      done
    done
    mkdir -p "asked/$name"
    cut $((width / 4)) $((height / 4)) "asked/$name/middle.jpg"
  done
}

# The first picture of each class is asked, the others are added.
link_photos() {
  local class file first
  for class in "$1"/*/; do
    class=${class%/}
    mkdir -p "places/${class##*/}" "asked/${class##*/}"
    first=asked
    for file in "$class"/*; do
      ln -s "$file" "$first/${class##*/}/"
      first=places
    done
  done
}

if [[ $photos ]]; then
  link_photos "$photos"
elif [[ $(command -v jpegtran) ]] && compgen -G '/usr/share/backgrounds/*_by_*.jpg' >/dev/null; then
  say "Photographs: the four corners of each wallpaper are images of a place."
  cut_wallpapers
fi
if [[ ! -d places ]]; then
  say "No photographs here: the first part is left out. scripts/demo.sh --photos DIR takes your own, a folder per class."
elif ! photo=$(simdb encoders --json | grep '"name":"photo"') || [[ $photo != *'"available":true'* ]]; then
  say "The encoder 'photo' is not here (scripts/setup.sh says why), so the part with photographs is left out."
else
  say "A. Three commands, no training: make a database, add photographs, ask."
  export SIMDB_DB=photos.simdb
  run simdb init
  run simdb add --by-folder places
  mapfile -t asked < <(find asked -mindepth 2 | sort)
  run simdb query "${asked[0]}" -k 5

  say "B. Measure: ${#asked[@]} photographs that were not added."
  run simdb eval asked --report photos.html
  unset SIMDB_DB
fi

say "Training comes next: building simdb-train."
build simdb-train

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

say "Done. Open $PWD/report.html in a browser: confusion matrix, similarities, a 3-D view of the features.
To ask about pictures in a browser, and to let classes grow: cd $PWD && $(command -v simdb) serve --open"
