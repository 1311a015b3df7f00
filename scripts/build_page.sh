#!/bin/bash
# Builds the page of `simdb serve` from server/page/source: index.html, app.js, map.js, app.css and icon.svg. They are in git, so
# that only who changes the page needs npm.
#
# usage: scripts/build_page.sh [FOLDER]    into FOLDER (default: server/page/built)
# Exits with 3 where there is no npm or what it needs can't be had.
set -euo pipefail

page=$(cd "$(dirname "${BASH_SOURCE[0]}")/../server/page" && pwd)
built=${1:-$page/built}

if ! command -v npm >/dev/null; then
  echo "build_page.sh: no npm, so the page can't be built. Remedy: apt-get install npm" >&2
  exit 3
fi
mkdir -p "$built"
built=$(cd "$built" && pwd)
cd "$page"

# Anew only when the lock file has changed: npm keeps a copy of it in node_modules. No script of a package is run.
if ! cmp -s package-lock.json node_modules/.lock; then
  npm ci --ignore-scripts --no-audit --no-fund --silent --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=20000 ||
    { echo "build_page.sh: npm can't get the packages of package-lock.json" >&2; exit 3; }
  cp package-lock.json node_modules/.lock
fi
npm run --silent check
bundle() {  # SOURCE FILE WHAT-IT-HOLDS
  node_modules/.bin/esbuild "source/$1" --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
    --banner:js="/* Built by scripts/build_page.sh. Holds $3. */" --log-level=warning --outfile="$built/$2"
}
bundle main.ts app.js 'Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others'
bundle cloud.ts map.js 'three.js (MIT), by its authors'
node_modules/.bin/esbuild source/app.css --minify --target=chrome111,firefox113,safari16.4 --charset=utf8 --log-level=warning \
  --outfile="$built/app.css"
cp source/index.html source/icon.svg "$built"
