#!/usr/bin/env python3
"""What a program with faiss.IndexFlatIP over vectors of length 1 becomes with simdb.Index: the same neighbours.

usage: replace_faiss.py
"""

import numpy as np

import simdb

try:
    import faiss  # Debian: python3-faiss
except ImportError:
    faiss = None


def by_faiss(vectors, queries, k):
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index.search(queries, k)


def by_simdb(vectors, queries, k):
    index = simdb.Index(vectors.shape[1])
    index.add(vectors)  # ids count from 1, or are given
    similarities, ids = index.search(queries, k)
    return similarities, ids - 1


def by_numpy(vectors, queries, k):
    similarities = queries @ vectors.T
    ids = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(similarities, ids, axis=1), ids


def main():
    random = np.random.default_rng(1)
    rows = random.normal(size=(20100, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vectors, queries = rows[:20000], rows[20000:]
    similarities, ids = by_simdb(vectors, queries, 10)
    truth = by_faiss if faiss else by_numpy
    expected_similarities, expected_ids = truth(vectors, queries, 10)
    np.testing.assert_allclose(similarities, expected_similarities, atol=1e-5)
    same = np.mean(ids == expected_ids)  # but for neighbours that are as near as each other, to the last digit
    print(f"{same:.2%} of {ids.size} neighbours in the same place as {truth.__name__}")
    assert same > 0.999, same


if __name__ == "__main__":
    main()
