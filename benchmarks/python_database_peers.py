#!/usr/bin/env python3
"""simdb beside chromadb, lancedb and qdrant-client's local mode: insert, query, filtered query, reopen, size on disk.

usage: PYTHONPATH=build/release/python PYTHON benchmarks/python_database_peers.py [--n 200000] [--queries 500] [--k 10] [--rounds 3]
           [--recall 0.9999] [--systems simdb chromadb lancedb lancedb-flat qdrant] [--folder DIR] [--syncs]

PYTHON has the packages of python_peers.txt. Unit vectors of 16 floats, clustered, each with a key, a class of 50, a number
`price` (0 to 99) and a number `shop` (0 to 99). Every system has its turn in every round, in processes of its own: one inserts,
another one opens (the clock runs from the call that opens to the first answer), then, warmed up by as many others, asks one query after
another and reads key and metadata of all k. Approximate ones use the smallest effort of a ladder that reaches --recall. --folder is where the databases lie: on a
disk, if syncs are to count. --syncs counts them with strace and measures nothing else.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import python_database_systems as systems

QUERIES = ("query", "query, 1 % match", "query, half match")  # in the order of systems.FILTERS


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recall", type=float, default=0.9999)
    parser.add_argument("--systems", nargs="+", choices=list(systems.SYSTEMS), default=list(systems.SYSTEMS))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--syncs", action="store_true")
    return parser.parse_args()


def work(options, system, task, folder, efforts=(), before=()):
    """What a process of its own prints as JSON."""
    words = [sys.executable, "-B", systems.__file__, system, task, folder, options.n, options.queries, options.k,
             *(effort or 0 for effort in efforts)]
    done = subprocess.run([*before, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{system} {task}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


class Truth:
    """The k-th best similarity of each query, among all rows and among those that pass a filter, in double precision."""

    def __init__(self, options):
        self.data = systems.Data(options.n, options.queries)
        self.least = {}
        for name in systems.FILTERS:
            passes = self.data.passes(name)
            rows = self.data.rows[passes].astype(np.float64)
            parts = [np.partition(rows @ query.astype(np.float64), -options.k)[-options.k] for query in self.data.queries]
            self.least[name] = np.array(parts)

    def recall(self, name, found):
        """A row as similar as the k-th counts as found, one that the filter excludes does not."""
        passes = self.data.passes(name)
        hits = 0
        for query, least, ids in zip(self.data.queries, self.least[name], found):
            near = self.data.rows[ids].astype(np.float64) @ query.astype(np.float64) >= least - 1e-9
            hits += int(np.sum(near & passes[ids]))
        return hits / (len(found) * len(found[0]) if found else 1)


def efforts_of(options, system, folder, truth):
    """For each kind of query the smallest that suffices, or else the greatest."""
    ladder = systems.SYSTEMS[system].efforts
    chosen = [None] * len(QUERIES)
    for effort in ladder:
        answer = work(options, system, "ask", folder, [effort] * len(QUERIES))
        for i, name in enumerate(systems.FILTERS):
            if chosen[i] is None and (truth.recall(name, answer["found"][i]) >= options.recall or effort == ladder[-1]):
                chosen[i] = effort
        if None not in chosen:
            break
    return chosen


def count_syncs(options):
    for system in options.systems:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            log = Path(name, "trace")
            work(options, system, "insert", Path(name, "db"),
                 before=["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", log])
            print(f"{system}: {len(re.findall(r'(?:fsync|fdatasync|msync)[(]', log.read_text()))} syncs for {options.n} items")


def run_round(options, truth, efforts, results):
    for system in options.systems:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            folder = Path(name, "db")
            made = work(options, system, "insert", folder)
            if system not in efforts:
                efforts[system] = efforts_of(options, system, folder, truth)
            asked = work(options, system, "ask", folder, efforts[system])
            row = {"insert s": made["seconds"], "reopen ms": 1000 * asked["reopen"], "import ms": 1000 * asked["import"],
                   "MB on disk": size_of(folder) / 1e6}
            for i, (label, name) in enumerate(zip(QUERIES, systems.FILTERS)):
                row[f"{label}, ms"] = 1000 * asked["seconds"][i]
                row[f"{label}, ms of CPU time"] = 1000 * asked["cpu"][i]
                row[f"recall, {label}"] = truth.recall(name, asked["found"][i])
            results.setdefault(system, []).append(row)
            print(system, {key: round(value, 4) for key, value in row.items()}, flush=True)


def report(options, efforts, results):
    print(f"\nefforts of {', of '.join(QUERIES)}: {efforts}")
    for label in results[options.systems[0]][0]:
        print(f"\n{label}")
        for system in options.systems:
            values = [row[label] for row in results[system]]
            line = f"  {system}: {statistics.median(values):.4g} " \
                   f"({min(values):.4g} to {max(values):.4g})"
            if "simdb" in results and not label.startswith("recall"):
                ratios = [row[label] / own[label] for row, own in zip(results[system], results["simdb"])]
                line += f", {statistics.median(ratios):.3g} times simdb ({min(ratios):.3g} to {max(ratios):.3g})"
            print(line)


def main():
    options = parsed()
    if options.syncs:
        if not shutil.which("strace"):
            sys.exit("--syncs needs strace")
        return count_syncs(options)
    truth = Truth(options)
    efforts, results = {}, {}
    for _ in range(options.rounds):
        run_round(options, truth, efforts, results)
    report(options, efforts, results)


main()
