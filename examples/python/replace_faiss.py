#!/usr/bin/env python3
"""What a program with faiss.IndexFlatIP over vectors of length 1 becomes with simdb.IndexExact: the same calls,
and the same neighbours.

usage: replace_faiss.py
"""

import numpy as np

import simdb

try:
    import faiss  # Debian: python3-faiss
except ImportError:
    faiss = None


def searched(index, vectors, queries, k):
    index.add(vectors)
    return index.search(queries, k)


def by_numpy(vectors, queries, k):
    similarities = queries @ vectors.T
    ids = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(similarities, ids, axis=1), ids


def main():
    random = np.random.default_rng(1)
    rows = random.normal(size=(20100, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vectors, queries = rows[:20000], rows[20000:]
    similarities, ids = searched(simdb.IndexExact(64), vectors, queries, 10)
    if faiss:
        expected_similarities, expected_ids = searched(faiss.IndexFlatIP(64), vectors, queries, 10)
    else:
        expected_similarities, expected_ids = by_numpy(vectors, queries, 10)
    np.testing.assert_allclose(similarities, expected_similarities, atol=1e-5)
    same = np.mean(ids == expected_ids)  # but for neighbours that are as near as each other, to the last digit
    print(f"{same:.2%} of {ids.size} neighbours in the same place as by {'FAISS' if faiss else 'NumPy'}")
    assert same > 0.999, same


if __name__ == "__main__":
    main()
