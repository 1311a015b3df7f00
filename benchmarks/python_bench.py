#!/usr/bin/env python3
"""What the Python module costs: import, one query, encoding against `simdb embed`.

usage: PYTHONPATH=build/release/python /usr/bin/python3 benchmarks/python_bench.py build/release/bin [PARTS...]

PARTS: import, query, encode; all by default. Prints one line a figure, the best of several runs.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path


def best(times, work):
    """Seconds of the fastest run."""
    return min(seconds_of(work) for _ in range(times))


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bench_import(bin_folder, folder):
    run = lambda code: subprocess.run([sys.executable, "-c", code], check=True)
    print(f"import simdb: {1000 * (best(10, lambda: run('import simdb')) - best(10, lambda: run('pass'))):.1f} ms "
          "over an empty program")


def bench_query(bin_folder, folder):
    import numpy as np
    import simdb
    random = np.random.default_rng(1)
    vectors = random.normal(size=(10000, 16)).astype(np.float32)
    queries = random.normal(size=(2000, 16)).astype(np.float32)
    with simdb.create(folder / "db", space="s", dimension=16) as database:
        for i in range(10):
            database.add(f"class {i}", vectors=vectors[i::10])
    np.save(folder / "queries.npy", queries)
    out = subprocess.run([bin_folder / "query_cost", folder / "db", folder / "queries.npy"], check=True, capture_output=True)
    inside = float(out.stdout)
    with simdb.open(folder / "db") as database:
        rows = list(queries)
        def ask():
            for row in rows:
                database.query(vector=row)
        seconds = best(20, ask) / len(rows)
        def look():
            for row in rows:
                answer = database.query(vector=row)
                answer.class_, answer.verdict, answer.confidence
        looked = best(20, look) / len(rows)
    print(f"db.query(vector), 10,000 x 16: {1e6 * seconds:.2f} us, in C++ {1e6 * inside:.2f} us: {1e6 * (seconds - inside):.2f} us over; "
          f"with class_, verdict and confidence {1e6 * (looked - inside):.2f} us")


def bench_encode(bin_folder, folder):
    import numpy as np
    import simdb
    from PIL import Image
    paths = []
    for i in range(1000):
        paths.append(folder / f"{i}.png")
        Image.fromarray(np.random.default_rng(i).integers(0, 255, size=(64, 64, 3), dtype=np.uint8)).save(paths[-1])
    (folder / "list").write_text("\n".join(map(str, paths)))
    for name in ("omniglot", "photo"):
        embed = [bin_folder / "simdb", "embed", "--encoder", name, "--files-from", folder / "list", "-o", folder / "out.npy"]
        encode = [sys.executable, "-c", f"import simdb; simdb.Encoder({name!r}).encode(open({str(folder / 'list')!r}).read().split())"]
        seconds = [best(3, lambda: subprocess.run(words, check=True)) for words in (encode, embed)]
        print(f"1,000 files of 64 x 64, {name}: Encoder.encode {seconds[0]:.2f} s, simdb embed {seconds[1]:.2f} s, start included: "
              f"{seconds[0] / seconds[1]:.2f} times")


def main():
    parts = {"import": bench_import, "query": bench_query, "encode": bench_encode}
    for part in sys.argv[2:] or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[part](Path(sys.argv[1]), Path(folder))


main()
