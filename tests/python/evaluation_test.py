"""simdb.evaluate, compared with `simdb eval` and with NumPy."""

import json
import unittest

import numpy as np

import simdb
from case import Case, clusters, picture, png, run_simdb


class EvaluationTest(Case):
    def test_measures_what_the_command_line_does(self):
        labels, paths = [], []
        for class_ in ("x/a", "x/b", "y/a", "y/b", "y/c", "y/single"):
            folder = self.folder / "files" / class_
            folder.mkdir(parents=True)
            for number in range(1 if "single" in class_ else 6):
                path = folder / f"{number}.png"
                path.write_bytes(png(picture(len(paths))))
                labels.append(class_)
                paths.append(path)
        foreign = [self.folder / "foreign" / f"{number}.png" for number in range(5)]
        foreign[0].parent.mkdir()
        for number, path in enumerate(foreign):
            path.write_bytes(png(picture(700 + number)))
        encoder = simdb.Encoder("omniglot")
        vectors, strangers = encoder.encode(paths), encoder.encode(foreign)
        command = ("eval", self.folder / "files", "--encoder", "omniglot", "--json", "--classes", "leaf")
        for options, words in (({}, ()), ({"k": 3}, ("-k", 3)),
                               ({"ways": 3, "shots": 2, "episodes": 70, "seed": 5},
                                ("--ways", 3, "--shots", 2, "--episodes", 70, "--seed", 5)),
                               ({"ways": 2, "within_parents": True, "open_set": strangers},
                                ("--ways", 2, "--within-parents", "--open-set", foreign[0].parent))):
            found = simdb.evaluate(vectors, labels, **options)
            expected = json.loads(run_simdb(*command, *words))
            self.assertEqual(found.images, 30)
            for name, value in expected.items():
                ours = getattr(found, name)
                if isinstance(value, float):
                    self.assertAlmostEqual(ours, value, places=5, msg=name)
                elif name == "episodes":
                    self.assertEqual({key: one for key, one in ours._asdict().items() if one is not None}, value)
                elif name in ("reliability", "risk_coverage"):
                    np.testing.assert_allclose(ours, [list(one.values()) for one in value], atol=1e-5)
                else:
                    self.assertEqual(ours, value, name)
        self.assertEqual(found.episodes.parents, 2)
        self.assertLess(found.accuracy, 1)
        self.assertGreater(found.accuracy, 0)

    def test_recall_and_map_agree_with_numpy(self):
        vectors = clusters(spread=1.5)
        labels = np.repeat([-3, 10, 2], 30)
        found = simdb.evaluate(vectors, labels, recall_at=(1, 3, 40))
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        similarities = unit @ unit.T
        np.fill_diagonal(similarities, -2)
        hits = labels[np.argsort(-similarities, axis=1)[:, :-1]] == labels[:, None]
        for k in (1, 3, 40):
            self.assertAlmostEqual(found.recall_at[k], hits[:, :k].any(axis=1).mean(), places=9)
        self.assertAlmostEqual(found.recall_at_1, found.recall_at[1], places=9)
        precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
        self.assertAlmostEqual(found.map_at_r, (precision * hits)[:, :29].sum(axis=1).mean() / 29, places=9)
        self.assertEqual(found.classes, [-3, 2, 10])
        self.assertEqual(sum(found.confusion[-3].values()), 30)
        self.assertEqual(set(found.confusion), {-3, 2, 10})
        self.assertIsNone(found.auroc)
        self.assertIsNone(found.episodes)
        doubled = simdb.evaluate(vectors.astype(float) * 7, labels.tolist(), recall_at=[])
        self.assertEqual(doubled.confusion, found.confusion)
        self.assertEqual(doubled.recall_at, {})

    def test_wrong_input_is_told(self):
        vectors = clusters()
        labels = ["a", "b", "c"] * 30
        cases = [
            (TypeError, "float, str", lambda: simdb.evaluate(vectors, [1.5] + labels[1:])),
            (TypeError, "int, str", lambda: simdb.evaluate(vectors, [1] + labels[1:])),
            (TypeError, "", lambda: simdb.evaluate(vectors, 7)),
            (simdb.Usage, "90 embeddings but 89 labels", lambda: simdb.evaluate(vectors, labels[1:])),
            (simdb.BadInput, "no class has two", lambda: simdb.evaluate(vectors[:3], labels[:3])),
            (simdb.BadInput, r"\(16,\); it is \(n, d\)", lambda: simdb.evaluate(vectors[0], labels[:1])),
            (simdb.BadInput, "vector 0", lambda: simdb.evaluate(np.zeros((2, 4)), ["a", "a"])),
            (simdb.BadInput, "open_set", lambda: simdb.evaluate(vectors, labels, open_set=vectors[:, :3])),
            (simdb.Usage, "", lambda: simdb.evaluate(np.ones((2, 5000)), ["a", "a"])),
            (simdb.Usage, "neighbour", lambda: simdb.evaluate(vectors, labels, k=0)),
            (simdb.Usage, "1 and more", lambda: simdb.evaluate(vectors, labels, recall_at=(0, 1))),
            (simdb.Usage, "ways", lambda: simdb.evaluate(vectors, labels, within_parents=True)),
            (simdb.Usage, "", lambda: simdb.evaluate(vectors, labels, ways=1)),
            (simdb.BadInput, "", lambda: simdb.evaluate(vectors, labels, ways=4)),
            (simdb.BadInput, "parents", lambda: simdb.evaluate(vectors, labels, ways=2, within_parents=True)),
        ]
        for i, (kind, text, call) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                call()
