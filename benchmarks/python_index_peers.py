#!/usr/bin/env python3
"""`simdb.Index.search` beside faiss-cpu's IndexFlatIP, hnswlib and usearch: one process, one thread, the same rows and queries.

usage: PYTHONPATH=build/release/python PYTHON benchmarks/python_index_peers.py [--data clustered|uniform] [--n 1000000]
           [--queries 10000] [--k 10] [--rounds 5] [--recall 0.9999] [--vectors FILE.fvecs --asked FILE.fvecs]

PYTHON has the packages of python_peers.txt; a peer that is missing is left out. Each graph is asked with the smallest effort
of a ladder that reaches --recall. In every round each method answers all queries once, in one call; printed are medians
and ranges of CPU time.
"""

import argparse
import os
import statistics
import time

# One thread; what OpenBLAS is told about the processor for other programs' sake would slow NumPy and FAISS.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import simdb  # noqa: E402

LADDER = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
CENTRES, SPREAD = 2000, 0.35  # as knn_bench draws them


def unit(rows):
    return np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def read_fvecs(path):
    values = np.fromfile(path, dtype=np.int32)
    return unit(values.reshape(-1, values[0] + 1)[:, 1:].view(np.float32))


def drawn(options):
    """Rows and queries."""
    random = np.random.default_rng(1)
    centres = random.normal(size=(CENTRES, options.dimension))

    def draw(count):
        noise = random.normal(size=(count, options.dimension))
        return unit(noise if options.data == "uniform" else centres[random.integers(CENTRES, size=count)] + SPREAD * noise)
    return draw(options.n), draw(options.queries)


class Simdb:
    name, efforts = "simdb.Index", (None,)

    def __init__(self, rows):
        self.index = simdb.Index(rows.shape[1])
        self.index.add(rows)

    def search(self, queries, k, effort):
        return self.index.search(queries, k, threads=1)[1] - 1  # ids begin with 1


class Flat:
    name, efforts = "faiss.IndexFlatIP", (None,)

    def __init__(self, rows):
        import faiss
        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexFlatIP(rows.shape[1])
        self.index.add(rows)

    def search(self, queries, k, effort):
        return self.index.search(queries, k)[1]


class Hnswlib:
    name, efforts = "hnswlib", LADDER

    def __init__(self, rows):
        import hnswlib
        self.index = hnswlib.Index("ip", rows.shape[1])
        self.index.init_index(len(rows), M=16, ef_construction=100)
        self.index.add_items(rows)

    def search(self, queries, k, effort):
        self.index.set_ef(max(effort, k))
        return self.index.knn_query(queries, k, num_threads=1)[0].astype(np.int64)


class Usearch:
    name, efforts = "usearch", LADDER

    def __init__(self, rows):
        from usearch.index import Index
        self.index = Index(ndim=rows.shape[1], metric="ip", dtype="f32", connectivity=16, expansion_add=100)
        self.index.add(np.arange(len(rows)), rows)

    def search(self, queries, k, effort):
        self.index.expansion_search = max(effort, k)
        return self.index.search(queries, k, threads=1).keys.astype(np.int64)


def seconds_of(work):
    """Of the processor, which other programs disturb less than those of the clock: the same where one thread has a core of its own."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def similarities(rows, queries, found):
    """Of the found rows, in double precision: (n, k)."""
    return np.stack([rows[ids].astype(np.float64) @ query.astype(np.float64) for query, ids in zip(queries, found)])


class Truth:
    """What the k nearest are: of what both exact methods found, the better one in double precision."""

    def __init__(self, rows, queries, k, answers):
        self.rows, self.queries = rows, queries
        self.least = np.max([np.sort(similarities(rows, queries, found))[:, -k] for found in answers], axis=0)

    def recall(self, found):
        """A row as similar as the k-th true one counts: a tie may be broken in any way."""
        return float(np.mean(similarities(self.rows, self.queries, found) >= self.least[:, None] - 1e-12))


def built(rows):
    methods = []
    for kind in (Simdb, Flat, Hnswlib, Usearch):
        try:
            seconds, method = seconds_of(lambda kind=kind: kind(rows))
        except ImportError as error:
            print(f"{kind.name} is left out: {error}")
            continue
        print(f"{method.name}: built in {seconds:.1f} s of CPU time", flush=True)
        methods.append(method)
    return methods


def chosen(method, truth, queries, options):
    """(effort, recall): the smallest that suffices, or else the greatest."""
    for effort in method.efforts:
        recall = truth.recall(method.search(queries, options.k, effort))
        if recall >= options.recall:
            break
    return effort, recall


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", choices=("clustered", "uniform"), default="clustered")
    parser.add_argument("--vectors", help="fvecs file of rows, instead of --data")
    parser.add_argument("--asked", help="fvecs file of queries")
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=16)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recall", type=float, default=0.9999)
    return parser.parse_args()


def main():
    options = parsed()
    rows, queries = (read_fvecs(options.vectors), read_fvecs(options.asked)) if options.vectors else drawn(options)
    print(f"{len(queries)} queries, {len(rows)} x {rows.shape[1]}, {options.vectors or options.data}, k = {options.k}, one thread")
    methods = built(rows)
    exact = [method.search(queries, options.k, None) for method in methods if method.efforts == (None,)]
    truth = Truth(rows, queries, options.k, exact)
    settings = [chosen(method, truth, queries, options) for method in methods]
    seconds = [[seconds_of(lambda m=method, e=effort: m.search(queries, options.k, e))[0]
                for method, (effort, _) in zip(methods, settings)] for _ in range(options.rounds)]
    for place, (method, (effort, recall)) in enumerate(zip(methods, settings)):
        own = [1e6 * each[place] / len(queries) for each in seconds]
        ratios = [each[place] / each[0] for each in seconds]
        print(f"{method.name}{f' ef={effort}' if effort else ''}: recall {recall:.5f}, {statistics.median(own):.1f} us per query "
              f"({min(own):.1f} to {max(own):.1f}), {statistics.median(ratios):.2f} times simdb "
              f"({min(ratios):.2f} to {max(ratios):.2f})")


main()
