#!/usr/bin/env python3
"""How good is an encoder for a kind of pictures? recall@1 and MAP@R over labelled ones, beside bare pixels.

usage: evaluate_encoder.py [ENCODER [FOLDER]]   FOLDER has a folder of pictures per class; without it some are drawn
"""

import sys
from pathlib import Path

import numpy as np

import simdb
from few_shot_parts import drawn


def main(encoder="omniglot", folder=None):
    if folder:
        images = sorted(path for path in Path(folder).glob("*/*") if path.is_file())
        labels = [path.parent.name for path in images]
    else:
        random = np.random.default_rng(1)
        labels = [part for part in ("bolt", "washer", "nail", "clip") for _ in range(15)]
        images = [drawn(part, random) for part in labels]
    found = simdb.evaluate(simdb.Encoder(encoder).encode(images), labels)
    print(f"{encoder}: recall@1 {found.recall_at_1:.1%}, MAP@R {found.map_at_r:.3f}, {len(images)} pictures of {len(set(labels))} classes")
    if not folder:
        pixels = simdb.evaluate(np.array([image.ravel() for image in images], np.float32), labels)
        print(f"pixels: recall@1 {pixels.recall_at_1:.1%}, MAP@R {pixels.map_at_r:.3f}")
        assert found.recall_at_1 > 0.9 and found.map_at_r > pixels.map_at_r, (found, pixels)


if __name__ == "__main__":
    main(*sys.argv[1:])
