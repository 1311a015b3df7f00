"""Compares the stubs of what is in C++ with it: names by mypy's stubtest, parameters and their defaults, which it can't see there, by
pybind11's docstrings. What is in Python has its types in place; mypy checks those, and what a program sees of all.

usage: stubs_test.py PACKAGES

Exit code 77: skipped, for there is no module or no mypy.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

packages = Path(sys.argv[1]).resolve()
if not list((packages / "simdb").glob("_simdb*.so")):
    print("skipped: the Python module was not built; it needs pybind11-dev and python3-dev")
    sys.exit(77)
try:
    import mypy  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
sys.path.insert(0, str(packages))
import simdb  # noqa: E402

# pybind11 gives its classes a metaclass, and what can't be made in Python a constructor that says so.
ALLOWED = r"""
simdb\._simdb\.(Answer|Database|Encoder|Index|Items|_Episodes)
simdb\._simdb\.(Answer|Database|Items)\.__init__
"""

# What a program sees: mypy tells where it is of another type, or has none.
PROGRAM = """
from typing import Any, Optional, assert_type
import numpy as np
import simdb

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
with simdb.open("parts", "w") as db:
    assert_type(db.query("a.png", accept=0.5).candidates[0].p, Optional[float])
    assert_type(db.calibrate().foreign_accepted, Optional[simdb.EstimatedShare])
    assert_type(db.duplicates().groups[0].items[0].same, str)
    assert_type(db.review().items[0].neighbors[0].class_, str)
floats: Floats = simdb.Index(3).search(np.zeros((1, 3)))[0]
floats = simdb.IndexExact(3).search([[1, 0, 0]], 2)[0]
assert_type(simdb.evaluate(np.zeros((2, 3)), ["a", "b"]).recall_at[1], float)
for epoch in (training := simdb.train("a", "b", epochs=3)):
    assert_type(epoch.loss, float)
assert_type(training.result().path, str)
try:
    pass
except simdb.AddFailed as error:
    assert_type(error.added[0].id, Optional[int])
"""


def parameters(function):
    """A stub's parameters, each with its default, and the * that stands before those by name only."""
    given = function.args
    places = given.args
    defaults = [None] * (len(places) - len(given.defaults)) + given.defaults
    pairs = [*zip(places, defaults), *([("*", None)] if given.kwonlyargs else []), *zip(given.kwonlyargs, given.kw_defaults)]
    return [getattr(one, "arg", one) + (f" = {ast.unparse(default)}" if default else "") for one, default in pairs]


def told(documented):
    """The same of pybind11's docstring."""
    signature = re.match(r"\w+\((.*)\)( -> .*)?$", documented.splitlines()[0])[1]
    found = re.findall(r"(?:^|, )(\*|\w+)(?:: [\w.]+)?( = [^,]*)?(?=,|$)", re.sub(r"\[[^\]]*\]", "", signature))
    return [name + default for name, default in found]


def differences():
    tree = ast.parse((packages / "simdb" / "_simdb.pyi").read_text())
    functions = [(simdb, one) for one in tree.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")]
    for one in tree.body:
        if isinstance(one, ast.ClassDef) and one.name in ("Database", "Encoder", "Index"):
            functions += [(getattr(simdb, one.name), each) for each in one.body
                          if isinstance(each, ast.FunctionDef) and not each.name.startswith("__e")]
    for owner, function in functions:
        documented = getattr(owner, function.name).__doc__
        if isinstance(getattr(owner, function.name), property):
            continue
        if parameters(function)[-1:] != ["self"] and parameters(function) != told(documented):
            yield f"{owner.__name__}.{function.name}: {parameters(function)} in the stub, {told(documented)} in the module"


found = list(differences())
print(*found, sep="\n")
with tempfile.TemporaryDirectory() as folder:
    allowed, program = Path(folder, "allowed"), Path(folder, "program.py")
    # scikit-learn has no types.
    Path(folder, "mypy.ini").write_text("[mypy]\n[mypy-simdb.sklearn]\ndisallow_subclassing_any = False\nwarn_return_any = False\n")
    allowed.write_text(ALLOWED)
    program.write_text(PROGRAM)
    codes = [subprocess.run([sys.executable, "-m", *words], cwd=folder,
                            env={**os.environ, "PYTHONPATH": str(packages), "MYPYPATH": str(packages)}).returncode
             for words in (("mypy.stubtest", "simdb._simdb", "--allowlist", allowed), ("mypy", "--strict", "-p", "simdb"),
                           ("mypy", "--strict", program))]
sys.exit(any(codes) or bool(found))
