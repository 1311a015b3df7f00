"""examples/python/vector_store.py, as programs use what they call a vector store."""

import sys
import unittest
from pathlib import Path

import numpy as np

from case import Case

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples/python"))
from vector_store import SimdbVectorStore, counted_words  # noqa: E402

TEXTS = ["the bolt holds the wheel", "a nut turns on the bolt", "cats sleep all day", "dogs bark at cats"]


class VectorStoreTest(Case):
    def store(self, **options):
        store = SimdbVectorStore.from_texts(TEXTS, counted_words, [{"page": i, "kind": "ab"[i // 2]} for i in range(4)],
                                            path=self.folder / "store", **options)
        self.addCleanup(store.close)
        return store

    def test_finds_by_likeness_with_scores(self):
        found = self.store(ids=list("wxyz")).similarity_search_with_score("a nut turns", k=3)
        unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
        truth = unit(counted_words(["a nut turns"]))[0] @ unit(counted_words(TEXTS)).T
        self.assertEqual([document.page_content for document, _ in found][:1], [TEXTS[1]])
        np.testing.assert_allclose([score for _, score in found], np.sort(truth)[::-1][:3], atol=1e-6)
        self.assertEqual((found[0][0].id, found[0][0].metadata), ("x", {"page": 1, "kind": "a"}))

    def test_conditions_leave_others_out(self):
        store = self.store()
        self.assertEqual({document.metadata["page"] for document in store.similarity_search("the bolt", where="page>=1")}, {1, 2, 3})
        self.assertEqual([document.metadata["kind"] for document in store.similarity_search("bolt", where={"kind": "b"})], ["b", "b"])

    def test_the_same_id_takes_the_place(self):
        store = self.store(ids=list("wxyz"))
        self.assertEqual(store.add_texts(["a nut on a bolt"], ids=["x"]), ["x"])
        found = store.similarity_search("nut", k=9)
        self.assertEqual(len(found), 4)
        self.assertEqual((found[0].id, found[0].page_content, found[0].metadata), ("x", "a nut on a bolt", {}))

    def test_deletes(self):
        store = self.store(ids=list("wxyz"))
        self.assertTrue(store.delete(["w", "y"]))
        self.assertFalse(store.delete(["w", "z"]))
        self.assertEqual([document.id for document in store.similarity_search("bolt")], ["x"])

    def test_makes_ids_and_is_there_again(self):
        store = self.store()
        ids = store.add_texts(["more", "and more"])
        self.assertEqual(len(set(ids)), 2)
        self.assertEqual(store.add_texts([]), [])
        with self.assertRaises(ValueError):
            store.add_texts(["a", "b"], [{}, {}, {}])
        store.close()
        again = SimdbVectorStore(self.folder / "store", counted_words)
        self.addCleanup(again.close)
        self.assertEqual(again.similarity_search("and more", k=1)[0].id, ids[1])


if __name__ == "__main__":
    unittest.main()
