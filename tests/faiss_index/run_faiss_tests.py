#!/usr/bin/env python3
"""FAISS's own Python tests with simdb::FaissIndex wherever they make a flat index.

usage: cmake --build build/release --target faiss_tests_index
       /usr/bin/python3 tests/faiss_index/run_faiss_tests.py FAISS/tests build/release [MODULE...]

FAISS is the source of the version that python3-faiss has (`apt-get source faiss` brings it); MODULEs are all those that name
a flat index if nothing is said. The tests' data are scaled to length 1 first. Counted are the tests that made at least one
FaissIndex; those that fail run again with FAISS's own flat index on the same data. Ends with 1 if a test fails with ours alone
for a reason that is not in EXPECTED.
"""

import ctypes
import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np

# What FaissIndex is not: the first that is found in a failure's text names it.
EXPECTED = {
    "not less than or equal to 3.0": "the test's float32 reference misplaces more rows than the test allows FaissIndex to differ in",
    "has not length 1": "the rows are not of unit length",
    "write_index": "faiss::write_index knows FAISS's own types alone",
    "has no attribute": "asks for fields of IndexFlat",
}
METRICS = ("METRIC_INNER_PRODUCT", "METRIC_L2")


class Substitute:
    """Takes the place of FAISS's flat indexes in the module `faiss`."""

    def __init__(self, faiss, library):
        self.faiss, self.flat, self.factory = faiss, faiss.IndexFlat, faiss.index_factory
        self.put = ctypes.CDLL(library).simdb_put_faiss_index
        self.put.restype, self.put.argtypes = ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int]
        self.made = 0
        faiss.IndexFlat = self.make
        faiss.IndexFlatL2 = lambda d: self.make(d, faiss.METRIC_L2)
        faiss.IndexFlatIP = lambda d: self.make(d, faiss.METRIC_INNER_PRODUCT)
        faiss.index_factory = self.make_by_name

    def make(self, d, metric=None):
        metric = self.faiss.METRIC_L2 if metric is None else metric
        if metric not in (getattr(self.faiss, name) for name in METRICS):
            return self.flat(d, metric)
        holder = self.faiss.IndexIDMap(self.flat(d, metric))
        error = self.put(int(holder.this), d, metric)
        if error:
            raise RuntimeError(error.decode())
        self.made += 1
        return holder.index

    def make_by_name(self, d, name, metric=None):
        metric = self.faiss.METRIC_L2 if metric is None else metric
        if name == "Flat":
            return self.make(d, metric)
        if name in ("IDMap,Flat", "IDMap2,Flat"):
            return getattr(self.faiss, "Index" + name.split(",", maxsplit=1)[0])(self.make(d, metric))
        return self.factory(d, name, metric)


class UnitRandom(np.random.RandomState):
    """Draws matrices whose rows have length 1."""

    def scaled(self, drawn):
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True) if getattr(drawn, "ndim", 0) == 2 else drawn

    def rand(self, *sizes):
        return self.scaled(super().rand(*sizes))

    def randn(self, *sizes):
        return self.scaled(super().randn(*sizes))

    def uniform(self, *bounds, **options):
        return self.scaled(super().uniform(*bounds, **options))

    def normal(self, *bounds, **options):
        return self.scaled(super().normal(*bounds, **options))


def scale_data(faiss):
    """The data sets that the tests share, and what they draw, get length 1."""
    import common_faiss_tests
    from faiss.contrib import datasets

    np.random.RandomState = UnitRandom
    shared = UnitRandom(1)
    for name in ("rand", "randn", "uniform", "normal", "seed"):
        setattr(np.random, name, getattr(shared, name))

    def scaled(arrays):
        for array in arrays:
            faiss.normalize_L2(array)
        return arrays

    for name in ("get_dataset", "get_dataset_2"):
        draw = getattr(common_faiss_tests, name)
        setattr(common_faiss_tests, name, lambda *sizes, draw=draw: tuple(scaled([np.ascontiguousarray(x) for x in draw(*sizes)])))
    make = datasets.SyntheticDataset.__init__

    def make_scaled(self, *sizes, **options):
        make(self, *sizes, **options)
        scaled([self.xt, self.xb, self.xq])
    datasets.SyntheticDataset.__init__ = make_scaled


class Result(unittest.TestResult):
    """Notes for each test how often a FaissIndex was made, and its failure."""

    def __init__(self, substitute):
        super().__init__()
        self.substitute, self.notes = substitute, {}

    def startTest(self, test):
        super().startTest(test)
        if self.substitute:
            self.substitute.made = 0
        self.notes[test.id()] = [0, ""]

    def stopTest(self, test):
        super().stopTest(test)
        self.notes[test.id()][0] = self.substitute.made if self.substitute else 0

    def addError(self, test, err):
        super().addError(test, err)
        self.notes.setdefault(test.id(), [0, ""])[1] = self.errors[-1][1]

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.notes[test.id()][1] = self.failures[-1][1]


def run_module(tests, library, names):
    """In a process of its own: the notes as the last line."""
    sys.path.insert(0, tests)
    import faiss
    scale_data(faiss)
    substitute = Substitute(faiss, library) if library else None
    result = Result(substitute)
    unittest.defaultTestLoader.loadTestsFromNames(names).run(result)
    print("\n" + json.dumps(result.notes))


def notes_of(tests, library, names):
    done = subprocess.run([sys.executable, "-B", __file__, "--module", tests, library, *names], capture_output=True, text=True, check=False)
    if done.returncode:
        return {name: [1, f"the process ended with {done.returncode}: {done.stderr[-2000:]}"] for name in names}
    return json.loads(done.stdout.splitlines()[-1])


def reason_of(text):
    return next((reason for word, reason in EXPECTED.items() if word in text), None)


def main(tests, build, modules):
    library = str(next(Path(build).rglob("libfaiss_tests_index.so")))
    modules = modules or sorted(file.stem for file in Path(tests).glob("test_*.py") if re.search(r"IndexFlat|[\"']Flat", file.read_text()))
    counts = {}
    wrong = 0
    for module in modules:
        notes = {name: note for name, note in notes_of(tests, library, [module]).items() if note[0]}
        failed = [name for name, note in notes.items() if note[1]]
        own = notes_of(tests, "", failed) if failed else {}
        for name, (_, text) in notes.items():
            verdict = "passed"
            if text:
                verdict = "fails with IndexFlat too" if own[name][1] else reason_of(text)
                last = text.strip().splitlines()[-1]
                wrong += verdict is None
                print(f"{name}: {verdict or 'WRONG'}: {last[:200]}", flush=True)
            counts[verdict or "WRONG"] = counts.get(verdict or "WRONG", 0) + 1
        print(f"{module}: {len(notes) - len(failed)} of {len(notes)} passed", flush=True)
    print(counts)
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--module"]:
        run_module(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif len(sys.argv) < 3:
        sys.exit(__doc__)
    else:
        sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
