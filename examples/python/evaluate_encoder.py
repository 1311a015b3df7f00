#!/usr/bin/env python3
"""How good is an encoder for a kind of pictures? recall@1 and MAP@R over labelled ones, beside bare pixels.

usage: evaluate_encoder.py [ENCODER [FOLDER]]   FOLDER has a folder of pictures per class; without it some are drawn
"""

import sys
from pathlib import Path

import numpy as np

import simdb
from few_shot_parts import drawn


def evaluate(vectors, labels):
    """(recall@1, MAP@R): is the nearest other of the same class; how well are the R others of the class ranked first?"""
    labels = np.asarray(labels)
    index = simdb.Index(vectors.shape[1])
    index.add(vectors)
    others = np.array([(labels == label).sum() - 1 for label in labels])
    _, ids = index.search(vectors, int(others.max()) + 1)
    found = [row[row != i] for i, row in enumerate(ids - 1)]  # each without itself
    recall = np.mean([labels[row[0]] == label for row, label in zip(found, labels)])
    precisions = []
    for row, label, r in zip(found, labels, others):
        same = labels[row[:r]] == label
        precisions.append((same * np.cumsum(same) / np.arange(1, r + 1)).sum() / r)
    return recall, np.mean(precisions)


def main(encoder="omniglot", folder=None):
    if folder:
        images = sorted(path for path in Path(folder).glob("*/*") if path.is_file())
        labels = [path.parent.name for path in images]
    else:
        random = np.random.default_rng(1)
        labels = [part for part in ("bolt", "washer", "nail", "clip") for _ in range(15)]
        images = [drawn(part, random) for part in labels]
    recall, map_at_r = evaluate(simdb.Encoder(encoder).encode(images), labels)
    print(f"{encoder}: recall@1 {recall:.1%}, MAP@R {map_at_r:.3f}, {len(images)} pictures of {len(set(labels))} classes")
    if not folder:
        _, by_pixels = evaluate(np.array([image.ravel() for image in images], np.float32), labels)
        print(f"pixels: MAP@R {by_pixels:.3f}")
        assert recall > 0.9 and map_at_r > by_pixels, (recall, map_at_r, by_pixels)


if __name__ == "__main__":
    main(*sys.argv[1:])
