#!/usr/bin/env python3
"""Vectors of another network, here drawn ones like CLIP's (768 floats): kept with metadata, asked by picture and by text.

usage: clip_vectors.py
"""

import tempfile
from pathlib import Path

import numpy as np

import simdb

THINGS = ["cat", "dog", "tractor", "boat", "teapot"]
DIMENSION = 768


def like_clip(meanings, noise, offset, random):
    """CLIP's vectors of pictures and of texts lie apart from each other (offset); what they mean shows in what is left."""
    return (meanings + noise * random.normal(size=meanings.shape) / np.sqrt(DIMENSION) + offset).astype(np.float32)


def main():
    random = np.random.default_rng(1)
    meanings = random.normal(size=(len(THINGS), DIMENSION)) / np.sqrt(DIMENSION)
    of_pictures, of_texts = 2 * random.normal(size=(2, DIMENSION)) / np.sqrt(DIMENSION)
    labels = random.integers(len(THINGS), size=2000)
    pictures = like_clip(meanings[labels], 1.5, of_pictures, random)
    texts = like_clip(meanings, 0.3, of_texts, random)  # "a photo of a cat", ...
    with tempfile.TemporaryDirectory() as folder, simdb.create(Path(folder, "clip"), space="clip-vit-l-14", dimension=DIMENSION) as db:
        for number, thing in enumerate(THINGS):
            mine = np.flatnonzero(labels == number)
            db.add(thing, vectors=pictures[mine], keys=[f"picture-{i}" for i in mine], metadata=[{"year": 2000 + int(i) % 25} for i in mine])

        new = like_clip(meanings[labels[:200]], 1.5, of_pictures, random)
        right = np.mean([answer.class_ == THINGS[label] for label, answer in zip(labels, db.query_batch(vectors=new, k=5))])
        print(f"{right:.1%} of 200 new pictures right, by their 5 neighbours")
        assert right > 0.95, right

        for thing, text in zip(THINGS, texts):  # all pictures are alike far from a text, so their order is what counts
            near = db.query(vector=text, k=5, where="year>=2020").neighbors
            print(f"a photo of a {thing}, since 2020:", ", ".join(f"{one.key} ({one.class_})" for one in near))
            assert {one.class_ for one in near} == {thing} and all(one.metadata["year"] >= 2020 for one in near)


if __name__ == "__main__":
    main()
