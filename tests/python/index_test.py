"""simdb.Index, compared with NumPy."""

import unittest

import numpy as np

import simdb
from case import Case


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


class IndexTest(Case):
    def setUp(self):
        super().setUp()
        self.vectors = np.random.default_rng(1).normal(size=(6000, 16)).astype(np.float32)
        self.queries = np.random.default_rng(2).normal(size=(300, 16)).astype(np.float32)
        self.index = simdb.Index(16)
        self.ids = self.index.add(self.vectors)

    def test_finds_what_numpy_finds(self):
        self.assertEqual(len(self.index), 6000)
        np.testing.assert_array_equal(self.ids, np.arange(1, 6001))
        truth = unit(self.queries) @ unit(self.vectors).T
        expected = np.argsort(-truth, axis=1)[:, :5] + 1
        similarities, ids = self.index.search(self.queries, 5)
        self.assertEqual((similarities.dtype, ids.dtype, similarities.shape), (np.float32, np.int64, (300, 5)))
        np.testing.assert_array_equal(ids, expected)
        np.testing.assert_allclose(similarities, -np.sort(-truth, axis=1)[:, :5], atol=1e-6)
        one_similarities, one_ids = self.index.search(self.queries[7], k=5, threads=1)
        np.testing.assert_array_equal(one_ids, ids[7])
        np.testing.assert_array_equal(one_similarities, similarities[7])

    def test_takes_every_layout_and_type(self):
        expected = self.index.search(self.queries, 3)
        wide = np.zeros((300, 32), np.float32)
        wide[:, ::2] = self.queries
        forms = [np.asfortranarray(self.queries), self.queries.astype(np.float64), wide[:, ::2], self.queries.tolist(),
                 (self.queries * 5).astype(np.float32)]
        for form in forms:
            np.testing.assert_array_equal(self.index.search(form, 3)[1], expected[1])
        frozen = self.queries.copy()
        frozen.flags.writeable = False
        np.testing.assert_array_equal(self.index.search(frozen, 3)[1], expected[1])

    def test_range_search(self):
        truth = unit(self.vectors) @ unit(self.queries[0])
        similarities, ids = self.index.range_search(self.queries[0], 0.5)
        self.assertEqual(set(ids), set(np.flatnonzero(truth >= 0.5) + 1))
        self.assertTrue(np.all(np.diff(similarities) <= 0))
        self.assertEqual(self.index.range_search(self.queries[0], 1.0)[1].shape, (0,))

    def test_add_and_remove(self):
        self.assertEqual(self.index.remove([1, 2, 999999]), 2)
        self.assertEqual(self.index.remove(self.ids[2:]), 5998)
        similarities, ids = self.index.search(self.queries[:2], 4)
        self.assertEqual(ids.tolist(), [[-1], [-1]])
        self.assertTrue(np.all(np.isneginf(similarities)))
        self.assertEqual(self.index.add(self.vectors[:2], [7000, 8000]).tolist(), [7000, 8000])
        self.assertEqual(self.index.add(self.vectors[2]).tolist(), [8001])
        self.assertEqual(self.index.ids.tolist(), [7000, 8000, 8001])
        self.assertEqual(self.index.search(self.vectors[2], 9)[1].shape, (3,))
        np.testing.assert_allclose(self.index.vector(8001), unit(self.vectors[2]), rtol=1e-6)

    def test_save_and_load(self):
        self.index.save(self.folder / "index")
        loaded = simdb.Index.load(self.folder / "index")
        for kept, again in zip(self.index.search(self.queries, 7), loaded.search(self.queries, 7)):
            np.testing.assert_array_equal(kept, again)
        self.assertEqual(loaded.add(self.vectors[0]).tolist(), [6001])
        (self.folder / "bad").write_bytes((self.folder / "index").read_bytes()[:-100])
        with self.assertRaises(simdb.Corruption):
            simdb.Index.load(self.folder / "bad")

    def test_wrong_input_is_told(self):
        index = self.index
        cases = [
            (simdb.Usage, "", lambda: simdb.Index(0)),
            (simdb.Usage, "", lambda: simdb.Index(5000)),
            (simdb.Usage, "at least 1", lambda: index.search(self.queries, 0)),
            (simdb.BadInput, "shape", lambda: index.search(self.queries[:, :8], 1)),
            (simdb.BadInput, "vector 0", lambda: index.search(np.zeros((1, 16)), 1)),
            (simdb.BadInput, "", lambda: index.search(np.full(16, np.inf), 1)),
            (simdb.Usage, "one vector", lambda: index.range_search(self.queries, 0.5)),
            (simdb.Usage, "", lambda: index.add(self.vectors[:2], [7000])),
            (simdb.Usage, "", lambda: index.add(self.vectors[:2], [7001, 7000])),
            (simdb.Usage, "", lambda: index.add(self.vectors[:1], [5])),
            (simdb.BadInput, "no id", lambda: index.add(self.vectors[:1], [-5])),
            (simdb.BadInput, "", lambda: index.add([[1, None]])),
            (simdb.NotFound, "no vector 9999", lambda: index.vector(9999)),
            (simdb.NotFound, "", lambda: simdb.Index.load(self.folder / "none")),
            (simdb.BadInput, "", lambda: simdb.Index.load("/dev/null")),
            (simdb.Io, "", lambda: index.save("/proc/none/file")),
            (TypeError, "", lambda: index.search(self.queries, "5")),
            (TypeError, "", lambda: simdb.Index("5")),
        ]
        for i, (kind, text, call) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                call()
        self.assertEqual(len(index), 6000)
