#!/usr/bin/env python3
"""Classes by three drawn pictures each, and one more class later, without training.

usage: few_shot_parts.py
"""

import tempfile
from pathlib import Path

import numpy as np

import simdb


def drawn(part, random, side=64):
    """uint8 (side, side), dark on light: an outline that is bolt (hexagon), washer (ring), nail (line) or clip (cross)."""
    y, x = np.mgrid[:side, :side] - side / 2 + random.uniform(-4, 4, size=(2, 1, 1))
    turn = random.uniform(-0.2, 0.2)
    x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    radius = random.uniform(16, 22)
    far = {
        "bolt": np.maximum(abs(x), abs(x) / 2 + abs(y) * np.sqrt(3) / 2),
        "washer": np.minimum(np.hypot(x, y), np.hypot(x, y) * 2),
        "nail": np.where(abs(y) < radius, abs(x) + radius, 0),
        "clip": np.where(np.maximum(abs(x), abs(y)) < radius, np.minimum(abs(x), abs(y)) + radius, 0),
    }[part]
    return np.where(abs(far - radius) < 2, 20, 235).astype(np.uint8)


def main():
    random = np.random.default_rng(1)
    pictures = lambda part, count: [drawn(part, random) for _ in range(count)]
    with tempfile.TemporaryDirectory() as folder, simdb.create(Path(folder, "parts"), encoder="omniglot") as db:
        for part in ("bolt", "washer", "nail"):
            db.add(part, pictures(part, 3))
        db.add("clip", pictures("clip", 3))  # from here on it is known
        asked = [(part, picture) for part in ("bolt", "washer", "nail", "clip") for picture in pictures(part, 20)]
        answers = db.query_batch([picture for _, picture in asked])
        right = np.mean([answer.class_ == part for (part, _), answer in zip(asked, answers)])
    print(f"{right:.0%} of {len(asked)} right, by three pictures per class")
    assert right > 0.85, right


if __name__ == "__main__":
    main()
