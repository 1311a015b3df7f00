#!/usr/bin/env bash
# Makes PostgreSQL's extension pgvector in build/pgvector, of Debian 13's source package, for the tests on Debian 12, which has no
# package of it. The server's headers are unpacked beside it: their package would install a compiler of its own. Nothing is
# installed; tests/support/postgres_server.py shows the files to a server of its own. Fails where it can't be had.
set -euo pipefail

version=0.8.0
source_sha256=867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0
target=$(dirname "${BASH_SOURCE[0]}")/../build/pgvector

server=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -n 1)
if [[ ! $server || -f /usr/share/postgresql/$server/extension/vector.control ]]; then
  exit  # no server to extend, or Debian's own package
fi
if [[ -f $target/vector.so && $(cat "$target/made_for") == "$version $server" ]]; then
  exit
fi
echo "build_pgvector.sh: making pgvector $version for PostgreSQL $server (10 s)"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"  # apt fetches as a user of its own
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$PWD/build/pgvector
cd "$folder"
# shellcheck disable=SC2016  # apt expands it
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > sources.list
mkdir -p lists/partial
apt=(apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
     -o Dir::State::Lists="$folder/lists")
"${apt[@]}" update
"${apt[@]}" source --download-only "pgvector=$version-1"
echo "$source_sha256  pgvector_$version.orig.tar.gz" | sha256sum --check --quiet
tar xzf "pgvector_$version.orig.tar.gz" --one-top-level=source --strip-components=1
apt-get -qq -o APT::Sandbox::User=root download "postgresql-server-dev-$server"
dpkg -x postgresql-server-dev-*.deb headers
# As its Makefile with OPTFLAGS="": for any processor of the kind.
gcc -O2 -fPIC -shared -ftree-vectorize -fassociative-math -fno-signed-zeros -fno-trapping-math \
    -I"headers/usr/include/postgresql/$server/server" -I/usr/include/postgresql source/src/*.c -o vector.so
mkdir -p "$target"
cp vector.so source/vector.control "$target"
cp source/sql/vector.sql "$target/vector--$version.sql"
echo "$version $server" > "$target/made_for"
