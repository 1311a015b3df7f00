#!/usr/bin/env python3
"""Runs a checking tool over every source of ours and fails on its first complaint.

usage: check_tools.py format               clang-format in dry-run mode
       check_tools.py tidy BUILD_FOLDER    clang-tidy, with the compile commands of a build, but for its static analyzer
       check_tools.py analyze BUILD_FOLDER the static analyzer, which takes as long as all other checks
       check_tools.py shell                shellcheck

One version of clang's tools for everybody, because each version formats and finds a little differently.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check_layers import INCLUDE, files_below, ignored_folders

ROOT = Path(__file__).resolve().parents[2]
CLANG_FORMAT = "clang-format-19"
CLANG_TIDY = "clang-tidy-19"


def require_tool(name):
    if not shutil.which(name):
        sys.exit(f"{name} is not installed. Remedy: run scripts/setup.sh, or 'apt-get install {name}'.")


def our_files(is_wanted):
    files = [path for path in files_below(ROOT, ignored_folders(ROOT)) if is_wanted(path)]
    if not files:
        sys.exit(f"found no file to check below {ROOT}")
    return files


def check_format():
    require_tool(CLANG_FORMAT)
    files = our_files(lambda path: path.suffix in (".h", ".cpp"))
    done = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", *files], check=False)
    print(f"{CLANG_FORMAT}: {len(files)} files; to mend: {CLANG_FORMAT} -i FILE...")
    return done.returncode


def check_shell():
    require_tool("shellcheck")
    files = our_files(lambda path: path.suffix in (".sh", ".bash") or path.parent.name == ".ci")
    done = subprocess.run(["shellcheck", *files], check=False)
    print(f"shellcheck: {len(files)} files")
    return done.returncode


def own_headers(path, seen):
    """Adds to `seen` a source and every header of ours that it includes, at any depth."""
    if path in seen:
        return seen
    seen.add(path)
    for _, name in INCLUDE.findall(path.read_text()):
        for header in (ROOT / name, ROOT / "include" / name, path.parent / name):
            if header.exists():
                own_headers(header, seen)
                break
    return seen


def includes_torch(path):
    """True if `path` or one of our headers that it includes, at any depth, includes LibTorch."""
    return any(name.startswith(("torch/", "ATen/", "c10/"))
               for file in own_headers(path, set()) for _, name in INCLUDE.findall(file.read_text()))


class Silent:
    """Remembers in the user's cache what clang-tidy had nothing to say of: all that it reads has to be the same again, the
    installed packages among it."""

    def __init__(self, checks):
        self.folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "simdb/clang-tidy"
        self.folder.mkdir(parents=True, exist_ok=True)
        packages = Path("/var/lib/dpkg/status")
        version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True).stdout
        shared = [version, checks, (ROOT / ".clang-tidy").read_text(), packages.read_text() if packages.exists() else ""]
        shared += [proto.read_text() for proto in sorted(ROOT.glob("*/*.proto"))]
        self.shared = "\0".join(shared)

    def mark(self, path, command):
        digest = hashlib.sha256(self.shared.encode())
        digest.update(command.replace(str(ROOT), "").encode())
        for file in sorted(own_headers(path, set())):
            digest.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
        return self.folder / digest.hexdigest()


def check_tidy(build, checks):
    require_tool(CLANG_TIDY)
    database = build / "compile_commands.json"
    if not database.exists():
        sys.exit(f"{database} does not exist. Remedy: cmake --preset release")
    commands = {Path(entry["directory"], entry["file"]): entry["command"] for entry in json.loads(database.read_text())}
    # Tests and benchmarks are left out: they cost as much time as all the rest.
    left_out = {ROOT / "tests", ROOT / "benchmarks"}
    wanted = our_files(lambda path: path.suffix == ".cpp" and not left_out.intersection(path.parents))
    # clang can't parse the headers of LibTorch 1.13 as C++20.
    ours = sorted(path for path in commands.keys() & set(wanted) if not includes_torch(path))
    if not ours:
        sys.exit(f"{database} names no source of ours")

    silent = Silent(checks)
    marks = {path: silent.mark(path, commands[path]) for path in ours}
    new = [path for path in ours if not marks[path].exists()]

    def tidy(path):
        # The commands were written for g++; clang knows fewer warnings.
        command = [CLANG_TIDY, "-p", build, f"--checks={checks}", "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                   "--extra-arg=-Wno-deprecated-declarations", path]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    failed = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for path, done in zip(new, pool.map(tidy, new)):
            if done.returncode:
                failed += 1
                print(f"{path.relative_to(ROOT)}:\n{done.stdout}{done.stderr}", flush=True)
            else:
                marks[path].touch()
    print(f"{CLANG_TIDY}: {len(ours)} files, {len(ours) - len(new)} of them as they were when they were silent, {failed} with findings")
    return 1 if failed else 0


def main():
    match sys.argv[1:]:
        case ["format"]:
            return check_format()
        case ["shell"]:
            return check_shell()
        case ["tidy", build]:
            return check_tidy(Path(build).resolve(), "-clang-analyzer-*")
        case ["analyze", build]:
            return check_tidy(Path(build).resolve(), "-*,clang-analyzer-*")
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
