#!/usr/bin/env python3
"""What fine-tuning brings: `simdb train` on some images of some classes, against the encoder as it is.

usage: fine_tune.py DATA [--classes N] [--images N] [--asked N] [--draws N] [--encoder NAME|FILE]
                         [--bin DIR] [--options "..."]

DATA has a folder per class. Each draw takes N classes (all if nothing is said) and trains on some
images of each. Then the training images are added to a database, and others of the same classes
are asked ("own"); and 5 images of each class that was not drawn are added, and others asked
("unseen"). The database answers, so this is what a user gets. Standard library only.
"""
import argparse
import json
import random
import shlex
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--classes", type=int, default=0)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--asked", type=int, default=10)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--encoder", default="photo")
    parser.add_argument("--bin", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--options", default="", help="more options of simdb train")
    return parser.parse_args()


def link(files, folder):
    folder.mkdir(parents=True)
    for file in files:
        (folder / file.name).symlink_to(file.resolve())


def draw(options, seed, folder):
    """Lays out train/, own/, added/ and asked/ in folder."""
    chance = random.Random(seed)
    classes = sorted(each for each in options.data.iterdir() if each.is_dir())
    chance.shuffle(classes)
    drawn = options.classes or len(classes)
    for place, each in enumerate(classes):
        files = sorted(file for file in each.iterdir() if file.is_file())
        chance.shuffle(files)
        first = options.images if place < drawn else 5
        names = ("train", "own") if place < drawn else ("added", "asked")
        link(files[:first], folder / names[0] / each.name)
        link(files[first:first + options.asked], folder / names[1] / each.name)


def simdb(options, *words):
    done = subprocess.run([options.bin / "simdb", *map(str, words)], check=True,
                          capture_output=True, text=True)
    return done.stdout


def accuracy(options, encoder, gallery, asked, database):
    simdb(options, "init", "--db", database, "--encoder", encoder)
    simdb(options, "add", "--by-folder", gallery, "--db", database)
    return 100 * json.loads(simdb(options, "eval", asked, "--db", database, "--json"))["accuracy"]


def main():
    options = arguments()
    scores = {}
    for seed in range(1, options.draws + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            draw(options, seed, folder)
            begin = time.monotonic()
            simdb(options, "train", folder / "train", "-o", folder / "tuned.onnx",
                  *shlex.split(options.options))
            scores.setdefault("seconds of training", []).append(time.monotonic() - begin)
            for title, encoder in (("as it is", options.encoder), ("tuned", folder / "tuned.onnx")):
                for what, gallery, asked in (("own", "train", "own"), ("unseen", "added", "asked")):
                    if (folder / gallery).exists():
                        database = folder / f"{what} {title}"
                        scores.setdefault(f"{what}, {title}", []).append(
                            accuracy(options, encoder, folder / gallery, folder / asked, database))
    for title, values in sorted(scores.items()):
        spread = statistics.stdev(values) if len(values) > 1 else 0
        print(f"{title:<20} {statistics.mean(values):6.1f} ± {spread:.1f}")


if __name__ == "__main__":
    main()
