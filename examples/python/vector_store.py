#!/usr/bin/env python3
"""A vector store of the shape that LangChain and LlamaIndex programs know, over a simdb database. It needs neither of them: hand it
where a VectorStore is asked for, or derive your own class from both.

usage: vector_store.py    shows it with an embedding of counted words
"""

import tempfile
import uuid
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import simdb


class SimdbVectorStore:
    """Texts with metadata, found by their vectors, exactly. embedding: a function from texts to vectors (n, dimension).

    The text and its id lie in the item's metadata too, 64 KB at most for all. Values are numbers, words and truth values: `where` asks
    for them.
    """

    def __init__(self, path, embedding, *, space="texts", dimension=None):
        self._embedding = embedding
        if Path(path).exists():
            self._db = simdb.open(path, "w")
        else:
            self._db = simdb.create(path, space=space, dimension=dimension or len(embedding(["a"])[0]))

    @classmethod
    def from_texts(cls, texts, embedding, metadatas=None, *, path, ids=None, **options):
        store = cls(path, embedding, **options)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(self, texts, metadatas=None, *, ids=None):
        """Their ids. A text whose id is there already takes the place of the other one."""
        texts = list(texts)
        ids = list(ids) if ids else [str(uuid.uuid4()) for _ in texts]
        if not texts:
            return []
        given = metadatas or [{} for _ in texts]
        self._db.add("text", vectors=np.asarray(self._embedding(texts), np.float32), keys=ids,
                     metadata=[{**one, "_text": text, "_id": id} for one, text, id in zip(given, texts, ids, strict=True)])
        return ids

    def delete(self, ids):
        """True if all of them were there."""
        there = [item.id for id in ids for item in self._db.items(where={"_id": id})]
        self._db.remove(there)
        return len(there) == len(ids)

    def similarity_search_with_score(self, query, k=4, *, where=None):
        """[(document, cosine)], nearest first. where: a condition on metadata, "year>2020"."""
        return self.similarity_search_with_score_by_vector(self._embedding([query])[0], k, where=where)

    def similarity_search_with_score_by_vector(self, vector, k=4, *, where=None):
        near = self._db.query(vector=np.asarray(vector, np.float32), k=k, where=where).neighbors
        return [(self._document(one.metadata), one.similarity) for one in near]

    @staticmethod
    def _document(metadata):
        shown = {name: value for name, value in metadata.items() if not name.startswith("_")}
        return SimpleNamespace(id=metadata["_id"], page_content=metadata["_text"], metadata=shown)

    def similarity_search(self, query, k=4, *, where=None):
        return [document for document, _ in self.similarity_search_with_score(query, k, where=where)]

    def close(self):
        self._db.close()


def counted_words(texts, dimension=256):
    """Stands in for a network: each word counts at a place of its own."""
    vectors = np.zeros((len(texts), dimension), np.float32)
    for vector, text in zip(vectors, texts):
        for word in text.lower().split():
            vector[zlib.crc32(word.encode()) % dimension] += 1
    return vectors


def main():
    texts = ["the bolt holds the wheel", "a nut turns on the bolt", "cats sleep all day", "dogs bark at cats"]
    with tempfile.TemporaryDirectory() as folder:
        store = SimdbVectorStore.from_texts(texts, counted_words, [{"page": i} for i in range(4)], path=Path(folder, "store"))
        for document, score in store.similarity_search_with_score("which bolt holds it", k=2, where="page<3"):
            print(f"{score:.3f}  {document.page_content}  {document.metadata}")
        assert store.similarity_search("the dogs bark", k=1)[0].page_content == texts[3]
        store.close()


if __name__ == "__main__":
    main()
