"""simdb.IndexExact, compared with NumPy and, where it is installed, with faiss.IndexFlatIP."""

import unittest

import numpy as np

import simdb
from case import Case

try:
    import faiss
except ImportError:
    faiss = None


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


class ExactTest(Case):
    def setUp(self):
        super().setUp()
        self.vectors = unit(np.random.default_rng(1).normal(size=(5000, 16)))
        self.queries = (np.random.default_rng(2).normal(size=(50, 16))).astype(np.float32)  # of any length
        self.index = simdb.IndexExact(16)
        self.index.add(self.vectors)

    def assert_like(self, index, vectors):
        self.assertEqual((index.ntotal, len(index)), (len(vectors), len(vectors)))
        truth = self.queries @ vectors.T
        order = np.argsort(-truth, axis=1)[:, :7]
        products, labels = index.search(self.queries, 7)
        self.assertEqual((products.dtype, labels.dtype, products.shape), (np.float32, np.int64, (50, 7)))
        np.testing.assert_array_equal(labels, order)
        np.testing.assert_allclose(products, np.take_along_axis(truth, order, 1), atol=1e-5)

    def test_search(self):
        self.assert_like(self.index, self.vectors)

    def test_fewer_than_k(self):
        small = simdb.IndexExact(16)
        products, labels = small.search(self.queries[:3], 2)
        self.assertEqual(labels.tolist(), [[-1, -1]] * 3)
        small.add(self.vectors[:1])
        products, labels = small.search(self.queries[:3], 3)
        self.assertEqual(labels.tolist(), [[0, -1, -1]] * 3)
        self.assertTrue(np.all(products[:, 1:] == np.finfo(np.float32).min))
        self.assertEqual(small.search(np.empty((0, 16)), 3)[1].shape, (0, 3))

    def test_range_search(self):
        truth = self.queries @ self.vectors.T
        lims, products, labels = self.index.range_search(self.queries, 2.5)
        self.assertEqual((len(lims), lims[0], lims[-1]), (51, 0, len(labels)))
        for i in range(50):
            part = slice(lims[i], lims[i + 1])
            self.assertEqual(set(labels[part]), set(np.flatnonzero(truth[i] > 2.5)))
            np.testing.assert_allclose(products[part], truth[i][labels[part]], atol=1e-5)
        self.assertTrue(0 < len(labels) < truth.size)
        self.assertEqual(self.index.range_search(self.queries, 1e9)[0].tolist(), [0] * 51)
        self.assertEqual(len(self.index.range_search(self.queries[:1], -1e9)[2]), 5000)
        self.assertEqual([len(one) for one in self.index.range_search(np.empty((0, 16)), 0.5)], [1, 0, 0])

    def test_rows_move_up_when_others_go(self):
        self.assertEqual(self.index.remove_ids(np.array([0, 7, 8, 4999, 777777, -1])), 4)
        left = np.delete(self.vectors, [0, 7, 8, 4999], axis=0)
        self.assert_like(self.index, left)
        self.assertEqual(self.index.remove_ids([5, 5]), 1)
        self.assertEqual(self.index.remove_ids([]), 0)
        self.index.add(self.vectors[:3])
        left = np.concatenate([np.delete(left, 5, axis=0), self.vectors[:3]])
        self.assert_like(self.index, left)
        np.testing.assert_allclose(self.index.reconstruct(len(left) - 1), self.vectors[2], atol=1e-6)
        np.testing.assert_allclose(self.index.reconstruct_n(5, 3), left[5:8], atol=1e-6)
        np.testing.assert_allclose(self.index.reconstruct_n(), left, atol=1e-6)
        self.index.reset()
        self.assertEqual(self.index.ntotal, 0)
        self.index.add(self.vectors[:9])
        self.assert_like(self.index, self.vectors[:9])

    def test_wrong_input_is_told(self):
        cases = [
            (simdb.BadInput, "row 1 .* length 2, not 1", lambda: self.index.add(self.vectors[:2] * [[1], [2]])),
            (simdb.BadInput, "row 0", lambda: self.index.add(np.full((1, 16), np.nan))),
            (simdb.BadInput, "shape", lambda: self.index.add(self.vectors[0])),
            (simdb.BadInput, "shape", lambda: self.index.search(self.queries[:, :3], 1)),
            (simdb.BadInput, "vector 0", lambda: self.index.search(np.zeros((1, 16)), 1)),
            (simdb.Usage, "at least 1", lambda: self.index.search(self.queries, 0)),
            (simdb.NotFound, "no row 5000", lambda: self.index.reconstruct(5000)),
            (simdb.NotFound, "no row -1", lambda: self.index.reconstruct(-1)),
            (simdb.Usage, "", lambda: simdb.IndexExact(0)),
        ]
        for i, (kind, text, call) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                call()
        self.assertEqual(self.index.ntotal, 5000)

    @unittest.skipIf(faiss is None, "there is no faiss")
    def test_as_faiss_does(self):
        flat = faiss.IndexFlatIP(16)
        flat.add(self.vectors)
        gone = np.array([3, 4, 100], np.int64)
        for _ in range(2):
            for ours, theirs in zip(self.index.search(self.queries, 9), flat.search(self.queries, 9)):
                np.testing.assert_allclose(ours, theirs, atol=1e-5)
                self.assertEqual(ours.dtype, theirs.dtype)
            (lims, _, labels), (their_lims, _, their_labels) = (one.range_search(self.queries, 2.0) for one in (self.index, flat))
            np.testing.assert_array_equal(lims, their_lims)
            for i in range(50):
                self.assertEqual(set(labels[lims[i]:lims[i + 1]]), set(their_labels[lims[i]:lims[i + 1]]))
            np.testing.assert_allclose(self.index.reconstruct(11), flat.reconstruct(11), atol=1e-6)
            self.assertEqual(self.index.remove_ids(gone), flat.remove_ids(gone))
        self.assertEqual(self.index.is_trained, flat.is_trained)
        self.assertEqual((self.index.d, self.index.metric_type), (flat.d, flat.metric_type))
        few, their_few = simdb.IndexExact(16), faiss.IndexFlatIP(16)
        for one in (few, their_few):
            one.add(self.vectors[:1])
        for ours, theirs in zip(few.search(self.queries, 3), their_few.search(self.queries, 3)):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
