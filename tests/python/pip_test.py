"""`pip install .` into a fresh virtual environment, the module in it, and its removal.

usage: pip_test.py SOURCES BUILD VERSION [NAME=VALUE...]    NAME=VALUE: for CMake

Exit code 77: skipped, where scripts/setup.sh had no PyPI to fetch the build backend from, or no module is built.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WHEELS = "build/build_backend"

# What is asked in the new environment. The last argument is the folder of pictures.
USE = """
import importlib.metadata, pathlib, shutil, sys
import numpy as np
import simdb

environment, version, pictures, has_photo = sys.argv[1:]
assert pathlib.Path(simdb.__file__).is_relative_to(environment), simdb.__file__
assert simdb.__version__ == importlib.metadata.version("simdb") == version, (simdb.__version__, version)
index = simdb.Index(4)
index.add(np.eye(4))
assert index.search(np.eye(4), 1)[1].tolist() == [[1], [2], [3], [4]]

picture = np.zeros((40, 40), np.uint8)
assert simdb.Encoder("omniglot").encode(picture).shape == (1, 16)
inside = pathlib.Path(simdb.__file__).parent / "share/simdb/models/omniglot.onnx"
shutil.copy(inside, "own.onnx")
assert simdb.Encoder("own.onnx").encode(picture).shape == (1, 16)  # tried out by simdb-try-model
if has_photo == "True":
    assert simdb.Encoder("photo").encode(picture).shape == (1, 128)
else:
    try:
        simdb.Encoder("photo")
        sys.exit("an encoder 'photo' out of nothing")
    except simdb.NotFound as error:
        assert "setup.sh" in str(error), error
if (inside.parents[3] / "bin/simdb-decode-heif").exists():
    for file in sorted(pathlib.Path(pictures).glob("*.heic"))[:1]:
        simdb.Encoder("omniglot").encode(file)
"""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(sources, build, version, *definitions):
    if not list((build / "python/simdb").glob("_simdb*.so")):
        print("skipped: the Python module was not built; it needs pybind11-dev and python3-dev")
        return 77
    if not (sources / WHEELS / "done.txt").exists():
        print(f"skipped: no build backend in {WHEELS}; scripts/setup.sh fetches it from PyPI")
        return 77
    with tempfile.TemporaryDirectory(prefix="simdb-pip-") as name:
        folder = Path(name)
        # NumPy is Debian's; nothing is fetched.
        run(sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", folder / "new")
        python = folder / "new/bin/python"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "SIMDB_"))}
        environment.update(PIP_CONFIG_FILE="/dev/null", PIP_DISABLE_PIP_VERSION_CHECK="1")
        pip = lambda *words: run(sys.executable, "-m", "pip", "--python", python, *words, cwd=folder, env=environment)
        begin = time.monotonic()
        # Beside the build, as deep as it: ccache takes paths for the same that are relative to base_dir.
        pip("install", "--no-index", "--find-links", sources / WHEELS, f"--config-settings=build-dir={build}-wheel",
            *(f"--config-settings=cmake.define.{each}" for each in definitions), sources)
        print(f"installed in {time.monotonic() - begin:.0f} s")
        (folder / "use.py").write_text(USE)
        has_photo = (sources / "build/models/photo.onnx").exists()
        print(run(python, "-B", "use.py", folder / "new", version, sources / "tests/data/heif", has_photo, cwd=folder,
                  env={**environment, "PATH": "/usr/bin:/bin"}))
        pip("uninstall", "--yes", "simdb")
        left = [path for path in (folder / "new").rglob("*simdb*")]
        if left:
            sys.exit(f"these stayed after the removal: {left}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
