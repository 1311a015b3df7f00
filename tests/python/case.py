"""What the tests of the Python module share: a folder of their own, and drawn vectors and pictures."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np

import simdb

# The command line of the same build; run_test.py sets it.
PROGRAM = os.environ.get("SIMDB_PROGRAM", "simdb")
DIMENSION = 16


def clusters(classes=3, each=30, seed=1, spread=0.25):
    """float32 (classes * each, DIMENSION), class by class."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(7).normal(size=(classes, DIMENSION))
    return np.concatenate([c + spread * random.normal(size=(each, DIMENSION)) for c in centres]).astype(np.float32)


def picture(seed, side=32):
    """uint8 (side, side, 3): a disc of some colour on noise."""
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 60, size=(side, side, 3), dtype=np.uint8)
    y, x = np.mgrid[:side, :side]
    inside = (x - random.integers(8, side - 8)) ** 2 + (y - random.integers(8, side - 8)) ** 2 < 49
    pixels[inside] = random.integers(100, 255, size=3, dtype=np.uint8)
    return pixels


def png(pixels):
    """The bytes of a PNG file."""
    import struct
    import zlib
    height, width = pixels.shape[:2]
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def run_simdb(*words):
    """What the command line prints."""
    return subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True, text=True).stdout


class Case(unittest.TestCase):
    PARENT = None  # where it has its folder; None: where temporary ones are

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="simdb_python_", dir=self.PARENT))
        self.addCleanup(shutil.rmtree, self.folder)

    def vector_database(self, name="vectors", **options):
        """A database of three classes of 30 vectors, open for writing."""
        database = simdb.create(self.folder / name, space="drawn", dimension=DIMENSION)
        self.addCleanup(database.close)
        vectors = clusters(**options)
        each = len(vectors) // 3
        for i, class_ in enumerate(("a", "b", "c")):
            database.add(class_, vectors=vectors[i * each:(i + 1) * each],
                         metadata=[{"number": n, "even": n % 2 == 0} for n in range(each)])
        return database

    def image_database(self, name="images"):
        database = simdb.create(self.folder / name, encoder="omniglot")
        self.addCleanup(database.close)
        return database
