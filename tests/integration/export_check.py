#!/usr/bin/env python3
"""Reads what `simdb export` wrote with NumPy and FAISS, and compares it with simdb's own answers.

usage: export_check.py FOLDER

FOLDER holds all.faiss, all.fvecs and all.npy (with their ids), all.jsonl from `simdb export`, queries.npy from
`simdb embed` and answers.jsonl from `simdb query --json` of the same images. Prints what was compared. Exit code 1: they
differ; 77: this Python has no NumPy or no FAISS.
"""

import json
import sys
from pathlib import Path

try:
    import faiss
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)


def require(condition, what):
    if not condition:
        sys.exit(f"export_check.py: {what}")


def read_fvecs(path):
    words = np.fromfile(path, dtype="<i4")
    rows = words.reshape(-1, words[0] + 1)
    require((rows[:, 0] == words[0]).all(), f"the rows of {path} differ in length")
    return rows[:, 1:].copy().view("<f4")


def read_json_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def ranked(ids, similarities):
    """Similarity down, then id up: the order of simdb's answers."""
    order = np.lexsort((ids, -similarities))
    return ids[order], similarities[order]


def main(folder):
    items = read_json_lines(folder / "all.jsonl")[1:]
    ids = np.array([item["id"] for item in items], dtype=np.int64)
    vectors = np.array([item["vector"] for item in items], dtype=np.float32)

    for name, rows in [("all.npy", np.load(folder / "all.npy")), ("all.fvecs", read_fvecs(folder / "all.fvecs"))]:
        require(rows.dtype == np.float32 and np.array_equal(rows, vectors), f"{name} has other vectors")
        row_ids = np.load(folder / f"{name}.ids.npy")
        require(row_ids.dtype == np.int64 and np.array_equal(row_ids, ids), f"{name}.ids.npy has other ids")

    index = faiss.read_index(str(folder / "all.faiss"))
    require((index.ntotal, index.d) == vectors.shape, "the FAISS index has another size")
    require(index.metric_type == faiss.METRIC_INNER_PRODUCT, "the FAISS index has another metric")
    answers = read_json_lines(folder / "answers.jsonl")
    similarities, found = index.search(np.load(folder / "queries.npy"), index.ntotal)
    require(len(answers) == len(found) > 0, "there is not one answer per query")
    for answer, row, scores in zip(answers, found, similarities):
        row, scores = ranked(row, scores)
        expected = answer["neighbors"]
        require(row[: len(expected)].tolist() == [neighbor["id"] for neighbor in expected],
                f"FAISS finds other neighbours of {answer['path']}")
        require(np.allclose(scores[: len(expected)], [neighbor["similarity"] for neighbor in expected], atol=1e-5),
                f"FAISS finds other similarities of {answer['path']}")
    print(f"{len(ids)} items, {len(answers)} queries")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
