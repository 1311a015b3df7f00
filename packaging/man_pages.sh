#!/usr/bin/env bash
# Writes the man pages of simdb's programs, made by help2man of what their --help prints, compressed as Debian wants them.
#   packaging/man_pages.sh BIN FOLDER    BIN has the programs; pages that were in FOLDER before are replaced
set -euo pipefail
bin=$(realpath "$1")
folder=$2
sources=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
rm -f "$folder"/simdb*.[17].gz

# write_page NAME PURPOSE PROGRAM [COMMAND]: help2man calls a program with --help and --version, and knows "Usage:".
write_page() {
  local name=$1 purpose=$2
  shift 2
  {
    # shellcheck disable=SC2016
    printf '#!/bin/sh\ncase $1 in\n  --version) exec "%s" --version ;;\nesac\n' "$1"
    printf '"%s" %s --help | sed -e "s/^usage: /Usage: /" -e "/^Usage: /s/   or   /\\n   or: /g" -e "s/^options:/Options:/"\n' "$1" "${2-}"
  } > "$work/$name"
  chmod +x "$work/$name"
  help2man --no-info --version-string="$version" --name="$purpose" --include="$sources/man_sections.txt" \
           --output="$folder/$name.1" "$work/$name"
}

version=$("$bin/simdb" --version | sed 's/^simdb //')
write_page simdb "an image similarity database" "$bin/simdb"
while read -r command purpose; do
  if [[ $command == train* && ! -x $bin/simdb-train ]]; then continue; fi  # a build without LibTorch
  write_page "simdb-$command" "$purpose" "$bin/simdb" "$command"
done < <("$bin/simdb" --help | sed -n 's/^  \([a-z-]*\)  *\(.*\)$/\1 \2/p')
sed "s/@VERSION@/$version/" "$sources/simdb.7.in" > "$folder/simdb.7"
gzip --best --no-name "$folder"/simdb*.[17]
