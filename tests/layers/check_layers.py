#!/usr/bin/env python3
"""Fails on what the architecture forbids: wrong includes, unbuilt sources, unplanned folders, long files.

usage: check_layers.py [ROOT]

Prints one line an offence, `file:line: reason`. Debian keeps every library's headers in /usr/include and our own
includes start at the root, so the compiler would accept any arrow; this script does not.
"""

import fnmatch
import re
import sys
from pathlib import Path

# Our own folders: which headers may they include (beside their own)? A file belongs to the deepest folder that
# is listed. tests/X may include what X may, so a module's tests link no more than the module.
ARROWS = {
    "core": [],
    "index": ["core"],
    "faiss_index": ["core", "index"],
    "storage": ["core"],
    "measures": ["core", "index"],
    "encoder": ["core"],
    "encoder/image": ["core", "encoder"],
    "encoder/model": ["core", "encoder", "encoder/image"],
    "encoder/training": ["core", "measures", "encoder", "encoder/image", "encoder/model"],
    "database": ["core", "index", "storage"],
    "postgres": ["core", "database"],
    "decisions": ["core", "index", "measures", "database"],
    "pipeline/formats": ["core", "database", "decisions", "encoder/image", "encoder/model"],
    "pipeline": ["core", "database", "postgres", "decisions", "encoder/image", "encoder/model", "measures", "pipeline/formats"],
    "server": ["core", "index", "storage", "database", "decisions", "encoder/image", "encoder/model", "measures", "pipeline",
               "pipeline/formats"],
    "python": ["core", "index", "database", "decisions", "encoder/image", "encoder/model", "measures", "pipeline",
               "pipeline/formats"],
    "client": ["core"],
    "cli": ["client", "core", "database", "decisions", "encoder/image", "encoder/model", "measures", "pipeline",
            "pipeline/formats", "server"],
    "cli/train": ["core", "encoder/image", "encoder/model", "encoder/training", "measures", "cli"],
}

# Folders outside the arrows: they sit on top and may include every module.
ON_TOP = ["benchmarks", "models", "tests/benchmarks", "tests/faults", "tests/fuzz", "tests/integration", "tests/support"]

# Third parties: what their includes start with, and the files that may have them. A pattern for X/ holds for
# tests/X/ and tests/fuzz/X/ too. Never in a public header of a library (see PUBLIC).
THIRD_PARTIES = {
    "torch/ ATen/ c10/": ["encoder/training/*", "cli/train/*", "benchmarks/*"],
    "opencv2/": ["encoder/*", "benchmarks/*", "tests/support/model_probe.cpp"],
    "png.h": ["encoder/image/*"],
    "jpeglib.h": ["encoder/image/*", "tests/support/jpeg_compressor.h"],
    "jerror.h": ["encoder/image/*"],
    "gif_lib.h": ["encoder/image/*"],
    "tiffio.h": ["encoder/image/*"],
    "libheif/": ["encoder/image/decode_heif.cpp"],
    "lcms2.h lcms2_plugin.h": ["encoder/image/*"],
    "webp/": ["encoder/image/*", "tests/support/images.cpp"],
    "onnx/": ["encoder/model/onnx_model*", "tests/support/backbones.cpp", "tests/support/hostile_models.cpp",
              "tests/support/model_sketch.h"],
    "onnxruntime_": ["encoder/model/onnx_runtime_engine.cpp"],
    "google/protobuf/": ["encoder/model/onnx_model*", "storage/*"],
    "nlohmann/": ["encoder/model/onnx_model*", "cli/*", "client/http_client.cpp", "pipeline/*", "postgres/*", "server/*", "benchmarks/*", "tests/fuzz/fuzzer_run.cpp", "tests/integration/*",
                  "tests/faults/*"],
    "simdjson.h": ["pipeline/formats/*", "cli/meta_file.cpp", "server/*", "benchmarks/server_peers.cpp"],
    "faiss/": ["index/*", "faiss_index/*", "include/simdb/faiss_index.h", "examples/faiss_index.cpp", "benchmarks/*"],
    "xxhash.h": ["index/*"],
    "hnswlib/ usearch/": ["benchmarks/*"],
    "omp.h": ["benchmarks/*"],
    "pybind11/": ["python/*"],
    "libpq-fe.h": ["postgres/*", "benchmarks/knn_methods_pgvector.cpp", "benchmarks/postgres_bench.cpp"],
    "rocksdb/": ["storage/*", "benchmarks/*", "tests/faults/*", "tests/support/fault_fs*"],
    "openssl/": ["core/*", "server/access.cpp"],
    "zlib.h": ["benchmarks/idx_file.cpp", "tests/support/images.cpp", "tests/support/hostile_images.cpp"],
    "boost/program_options": ["cli/*", "benchmarks/*"],
    "boost/asio/": ["server/*", "client/response_reader.cpp", "benchmarks/beast_server.cpp", "examples/http_client.cpp"],
    "boost/beast/": ["client/response_reader.cpp", "benchmarks/beast_server.cpp", "examples/http_client.cpp"],
    "boost/optional.hpp": ["client/response_reader.cpp"],
    "boost/math/": ["decisions/encoder_change.cpp", "decisions/estimate.cpp"],
    "fmt/": ["*"],
    "gtest/ gmock/": ["tests/*"],
    "benchmark/": ["benchmarks/*"],
    "simdb/": ["examples/*", "tests/install/*"],  # the installed headers
}

# <name> or <folder/name> that belongs to the system: C++ headers have no ".h", and these have.
SYSTEM = re.compile(r"[a-z_0-9]+|(sys|linux|netinet|arpa|asm)/\w+\.h|"
                    r"(arm_neon|cerrno|cpuid|cxxabi|dirent|dlfcn|fcntl|immintrin|link|malloc|netdb|poll|pthread|pwd|sched|signal|"
                    r"spawn|stdlib|termios|unistd|x86intrin)\.h")

# What may run code that a file holds. Models are read as ONNX, checkpoints as plain data.
LOADERS = re.compile(r"torch::(load|pickle_load|jit::|serialize::)|\bjit::(load|pickle|unpickle|script::)|InputArchive|"
                     r"torch/script\.h")

# What programs outside include, <simdb/NAME.h>, lies in include/simdb; the folder in whose layer each header is.
PUBLIC_HEADERS = {
    "core": "byte_stream digest embedding error grouped_items id_filter image image_encoder item metadata vector_space vote_rule",
    "database": "backup classifier database gallery repair",
    "decisions": "calibration class_effect duplicates review why",
    "encoder/image": "class_folders image_codec",
    "encoder/model": "image_decoder model_trial onnx_encoder shipped_encoders",
    "pipeline": "database_place encode_images image_paths ingest",
    "faiss_index": "faiss_index",
}

LAYER_OF = {f"simdb/{name}.h": layer for layer, names in PUBLIC_HEADERS.items() for name in names.split()}

# Folders whose headers, but for *_internal.h, are free of third parties.
PUBLIC = ["include/simdb", "core", "index", "storage", "database", "postgres", "decisions", "encoder/image", "encoder/model",
          "measures", "pipeline"]

# Folders at the top. A new one must earn its place, and then a word here and in docs/architecture.md.
TOP_FOLDERS = {".ci", "benchmarks", "cli", "client", "cmake", "core", "database", "decisions", "docs", "encoder", "examples", "faiss_index",
               "include", "index", "measures", "models", "packaging", "pipeline", "postgres", "python", "scripts", "server", "storage", "tests"}

# Files that may be longer than the rest, each with its reason.
MAX_LINES = 400
LONG_FILES = {}

CODE = {".h", ".cpp"}
COUNTED = CODE | {".py", ".sh", ".cmake"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def ignored_folders(root):
    """Folder names that .gitignore lists as `name/` or `/name/`; git itself may be absent."""
    path = root / ".gitignore"
    lines = path.read_text().split() if path.exists() else []
    return {".git", "__pycache__"} | {line.strip("/") for line in lines if line.endswith("/")}


def files_below(folder, ignored):
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if path.name not in ignored:
                yield from files_below(path, ignored)
        elif path.is_file():
            yield path


def home_of(folder, homes):
    """The deepest of `homes` that holds `folder`, or None."""
    holders = [home for home in homes if folder == home or folder.startswith(home + "/")]
    return max(holders, key=len, default=None)


def untested(path):
    """tests/X/y and tests/fuzz/X/y -> X/y; other paths as they are."""
    return path.removeprefix("tests/").removeprefix("fuzz/")


class Checker:
    def __init__(self, root):
        self.root = root
        ignored = ignored_folders(root)
        self.files = [path.relative_to(root).as_posix() for path in files_below(root, ignored)]
        self.known = set(self.files)
        self.offences = []

    def report(self, path, line, reason):
        self.offences.append(f"{path}:{line}: {reason}")

    def run(self):
        for path in self.files:
            self.check_top_folder(path)
            suffix = Path(path).suffix
            if suffix not in COUNTED:
                continue
            lines = (self.root / path).read_text(errors="replace").splitlines()
            if len(lines) > MAX_LINES and path not in LONG_FILES:
                self.report(path, len(lines), f"{len(lines)} lines; split the file (cap {MAX_LINES}) or give a reason "
                                              "in LONG_FILES of tests/layers/check_layers.py")
            if suffix in CODE:
                self.check_code(path, lines)
            if suffix == ".cpp":
                self.check_is_built(path)
        for path in sorted(set(LONG_FILES) - self.known):
            self.report(path, 0, "is on the list LONG_FILES but does not exist")
        return self.offences

    def check_top_folder(self, path):
        top = path.split("/")[0]
        if "/" in path and top not in TOP_FOLDERS:
            self.report(path, 1, f"'{top}/' is no planned folder at the top; see TOP_FOLDERS of "
                                 "tests/layers/check_layers.py")

    def check_code(self, path, lines):
        if path.endswith(".h") and "#pragma once" not in lines:
            self.report(path, 1, "a header without '#pragma once'")
        for number, line in enumerate(lines, 1):
            if found := LOADERS.search(line):
                self.report(path, number, f"'{found[0]}': may run code that is in the file; read plain data instead")
            if found := INCLUDE.match(line):
                quoted, name = found[1] == '"', found[2]
                reason = self.own_include(path, name) if quoted else self.foreign_include(path, name)
                if reason:
                    self.report(path, number, reason)

    def own_include(self, path, name):
        """Why may `path` not have `#include "name"`? None if it may."""
        if ".." in name.split("/"):
            return f'"{name}": includes start at the root, without ".."'
        folder, target = path.rpartition("/")[0], name.rpartition("/")[0]
        if folder == "include/simdb":
            folder = LAYER_OF.get(path.removeprefix("include/"), folder)
            if not name.startswith("simdb/"):
                return f'"{name}": a public header includes public headers only'
        if target == "simdb":
            if name not in LAYER_OF:
                return f'"{name}": no public header; see PUBLIC_HEADERS of tests/layers/check_layers.py'
            target, name = LAYER_OF[name], f"include/{name}"
        if name.endswith(".pb.h") and f"{folder}/{Path(name).stem[:-3]}.proto" in self.known:
            return None  # generated by protoc from a file in this folder
        if name not in self.known:
            return f'"{name}": no such file; includes start at the root, third parties go in <>'
        if name.endswith("_internal.h") and not (untested(folder) + "/").startswith(target + "/"):
            return f'"{name}": an internal header of {target}/'
        if home_of(folder, ON_TOP) or folder.startswith("tests/") and target.startswith("tests/"):
            return None
        home, target_home = home_of(untested(folder), ARROWS), home_of(target, ARROWS)
        if home is None:
            return f'"{name}": {folder or "the root"}/ is in neither ARROWS nor ON_TOP of tests/layers/check_layers.py'
        if target_home != home and target_home not in ARROWS[home]:
            return f'"{name}": {home} must not include {target_home or target}'
        return None

    def foreign_include(self, path, name):
        """Why may `path` not have `#include <name>`? None if it may."""
        if SYSTEM.fullmatch(name):
            return None
        for starts, places in THIRD_PARTIES.items():
            if not name.startswith(tuple(starts.split())):
                continue
            paths = path, untested(path)
            if not any(fnmatch.fnmatchcase(tried, place) for tried in paths for place in places):
                return f"<{name}>: {starts} only in {', '.join(places)}"
            if self.is_public_header(path) and path != "include/simdb/faiss_index.h":  # a class of FAISS
                return f"<{name}>: third parties stay out of public headers; use a *_internal.h or the .cpp"
            return None
        return f"<{name}>: neither ours nor known; a new third party needs a line in tests/layers/check_layers.py"

    @staticmethod
    def is_public_header(path):
        return path.endswith(".h") and not path.endswith("_internal.h") and path.rpartition("/")[0] in PUBLIC

    def check_is_built(self, path):
        """A source must be named in the CMakeLists.txt of its folder or of a folder above it."""
        for parent in Path(path).parents:
            lists = self.root / parent / "CMakeLists.txt"
            if lists.exists():
                text = re.sub(r"#.*", "", lists.read_text())
                if Path(path).relative_to(parent).as_posix() in re.split(r'[\s()"]+', text):
                    return
        what = "a test" if path.endswith("_test.cpp") else "a source"
        self.report(path, 1, f"{what} that no CMakeLists.txt names, so nothing builds it")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    checker = Checker(root)
    offences = checker.run()
    for offence in offences:
        print(offence)
    print(f"check_layers: {len(checker.files)} files, {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
