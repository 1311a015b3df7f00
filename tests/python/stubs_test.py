"""Compares the stubs with the module: names by mypy's stubtest, parameters, which it can't see in C++, by pybind11's docstrings.

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
try:
    import sklearn  # noqa: F401
    WITHOUT = ""
except ImportError:
    WITHOUT = r"simdb\.sklearn"  # its types are in its source, and can't be compared with what can't be imported
sys.path.insert(0, str(packages))
import simdb  # noqa: E402

# pybind11 gives its classes a metaclass, and what can't be made in Python a constructor that says so.
ALLOWED = r"""
simdb\._.*
simdb\.(Answer|Database|Encoder|Index|Items)
simdb\.(Answer|Database|Items)\.__init__
"""


def parameters(function):
    """Names of a stub's parameters, with the * that stands before those by name only."""
    names = [one.arg for one in function.args.args]
    by_name = [one.arg for one in function.args.kwonlyargs]
    return names + (["*", *by_name] if by_name else [])


def told(documented):
    """The same of pybind11's docstring."""
    signature = re.match(r"\w+\((.*)\)( -> .*)?$", documented.splitlines()[0])[1]
    return re.findall(r"(?:^|, )(\*|\w+)(?=:|,|$)", re.sub(r"\[[^\]]*\]", "", signature))


def differences():
    tree = ast.parse((packages / "simdb" / "__init__.pyi").read_text())
    functions = [(simdb, one) for one in tree.body if isinstance(one, ast.FunctionDef)]
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
    allowed = Path(folder, "allowed")
    allowed.write_text(ALLOWED + WITHOUT)
    code = subprocess.run([sys.executable, "-m", "mypy.stubtest", "simdb", "--allowlist", allowed],
                          cwd=folder, env={**os.environ, "PYTHONPATH": str(packages), "MYPYPATH": str(packages)}).returncode
sys.exit(code or bool(found))
