"""Runs a test file, or an example, against the module of a build.

usage: run_test.py PACKAGES PROGRAM FILE [unittest's options]

PACKAGES is the folder that holds the package simdb, PROGRAM the command line. Exit code 77: skipped, for there is no module.
"""

import os
import runpy
import sys
import unittest
from pathlib import Path

packages, program, file = sys.argv[1:4]
if not list(Path(packages, "simdb").glob("_simdb*.so")):
    print("skipped: the Python module was not built; it needs pybind11-dev and python3-dev")
    sys.exit(77)
try:
    import numpy  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
os.environ["SIMDB_PROGRAM"] = program
os.environ["PYTHONPATH"] = packages
sys.argv[1:4] = []
sys.path[:0] = [packages, str(Path(file).parent)]
if file.endswith("_test.py"):
    unittest.main(module=Path(file).stem, argv=[file, *sys.argv[1:]])
else:
    runpy.run_path(file, run_name="__main__")
