"""Calibration, duplicates, labels in doubt: what the command line prints of the same database."""

import json
import unittest

import numpy as np

import simdb
from case import Case, DIMENSION, clusters, picture, png, run_simdb


def named(value):
    """What JSON is to a NamedTuple: its fields, `class` as class_."""
    if hasattr(value, "_asdict"):
        return {name: named(one) for name, one in value._asdict().items() if one is not None}
    return [named(one) for one in value] if isinstance(value, list) else value


def of_json(text):
    return json.loads(text, object_hook=lambda one: {("class_" if name == "class" else name): value
                                                     for name, value in one.items() if value is not None})


class AnalysisTest(Case):
    def assert_equal_to(self, found, expected):
        """Floats of 32 bits are printed short."""
        if isinstance(expected, dict):
            self.assertEqual(found.keys(), expected.keys())
            for name in expected:
                self.assert_equal_to(found[name], expected[name])
        elif isinstance(expected, list):
            self.assertEqual(len(found), len(expected))
            for one, other in zip(found, expected):
                self.assert_equal_to(one, other)
        elif isinstance(expected, float):
            self.assertEqual(np.float32(found), np.float32(expected))
        else:
            self.assertEqual(found, expected)

    def test_calibrates_as_the_command_line_does(self):
        database = self.vector_database(spread=0.6)
        self.assertIsNone(database.calibration())
        for options, words in (({}, ()), ({"alpha": 0.2}, ("--alpha", 0.2)), ({"group_by": "even"}, ("--group-by", "even")),
                               ({"group_by_folder": True}, ("--group-by-folder",))):
            made = database.calibrate(**options)
            self.assertEqual(database.calibration(), made)
            self.assertEqual(named(made), database.stats()["calibration"])
            database.close()
            text = run_simdb("calibrate", "--json", "--db", self.folder / "vectors", *words)
            self.assertEqual(named(made), json.loads(text), options)
            database = simdb.open(self.folder / "vectors", "w")
            self.addCleanup(database.close)
            self.assertEqual(database.calibration(), made)
        self.assertIsNone(made.held_out_rejected)
        self.assertEqual(database.query(vector=-clusters(seed=4)[0]).verdict, "unknown")

    def test_held_out_vectors_calibrate(self):
        database = self.vector_database(spread=0.6)
        images = clusters(seed=5, spread=0.6)
        held_out = {"a": images[:30], "b": images[30:60], "c": images[60:]}
        made = database.calibrate(held_out=held_out)
        self.assertEqual(made.classes.by_held_out, 3)
        self.assertEqual(made.held_out_rejected.of, 90)
        with self.assertWarnsRegex(RuntimeWarning, "left out 2 images of classes that the database does not have"):
            database.calibrate(held_out={**held_out, "other": images[:2]})
        with self.assertRaisesRegex(simdb.BadInput, "none of the held-out images"), self.assertWarns(RuntimeWarning):
            database.calibrate(held_out={"other": images[:2]})
        with self.assertRaisesRegex(simdb.BadInput, "shape"):
            database.calibrate(held_out={"a": images[:, :4]})

    def test_held_out_images_calibrate_as_a_folder_does(self):
        database = self.image_database()
        files = {}
        for number in range(50):
            class_ = "ab"[number % 2]
            path = self.folder / "files" / class_ / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(picture(number)))
            files.setdefault(class_, []).append(path)
        for class_, paths in files.items():
            database.add(class_, paths[:4])
        with self.assertWarnsRegex(RuntimeWarning, "left out 8 images that the database has as items"):
            made = database.calibrate(held_out=files)
        self.assertEqual(made.classes.by_held_out, 2)
        database.close()
        text = run_simdb("calibrate", self.folder / "files", "--json", "--db", self.folder / "images")
        self.assertEqual(named(made), json.loads(text))

    def test_a_calibration_needs_items_and_a_writer(self):
        with simdb.create(self.folder / "empty", space="s", dimension=2) as empty:
            with self.assertRaisesRegex(simdb.BadInput, "empty"):
                empty.calibrate()
        self.vector_database().close()
        with simdb.open(self.folder / "vectors") as reader:
            self.assertIsNone(reader.calibration())
            for call in (reader.calibrate, lambda: reader.keep_labels([1])):
                with self.assertRaisesRegex(simdb.Usage, "open it with 'w'"):
                    call()

    def assert_duplicates(self, database, folder, cases):
        for options, words in cases:
            found = database.duplicates(**options)
            lines = run_simdb("duplicates", "--json", "--db", folder, *words).splitlines()
            self.assert_equal_to(named(found.groups), [of_json(line) for line in lines])
            self.assertEqual(found.items, sum(len(group.items) for group in found.groups))
            self.assertEqual(found.conflicts, sum(group.conflict for group in found.groups))
            yield found

    def test_duplicates_of_vectors(self):
        database = self.vector_database()
        twins = clusters()[[3, 40]]
        database.add("b", vectors=twins[0])
        database.add("b", vectors=twins[1])
        exact, near, few = self.assert_duplicates(database, self.folder / "vectors", (
            ({"exact": True}, ("--exact",)), ({"threshold": 0.97}, ("--threshold", 0.97)), ({"classes": "a"}, ("--class", "a"))))
        self.assertEqual(exact, ([], 0, 0, None, None))  # without a thumbnail nobody knows
        self.assertEqual(near.vector_threshold, np.float32(0.97))
        self.assertIn(True, [group.conflict for group in near.groups])
        self.assertLess(len(few.groups), len(near.groups))

    def test_duplicates_of_pictures(self):
        database = self.image_database()
        files = [png(picture(number)) for number in range(8)]
        database.add("a", files)
        database.add("b", [files[0], files[1] + b"\0"])
        (found,) = self.assert_duplicates(database, self.folder / "images", (({}, ()),))
        self.assertEqual([(group.conflict, group.same, [item.id for item in group.items]) for group in found.groups],
                         [(True, "file", [1, 9]), (True, "pixels", [2, 10])])
        self.assertIsNotNone(found.look_threshold)

    def test_review_lists_and_keeps(self):
        database = self.vector_database()
        database.update([1, 2], class_="b")
        database.add("rare", vectors=clusters(seed=8)[:2])
        for options, words in (({}, ()), ({"k": 5}, ("-k", 5)), ({"limit": 1}, ("--limit", 1)),
                               ({"classes": ["b", "rare"]}, ("--class", "b", "--class", "rare"))):
            found = database.review(**options)
            lines = run_simdb("review", "--json", "--db", self.folder / "vectors", *words).splitlines()
            self.assert_equal_to(named(found.items), [of_json(line) for line in lines])
            self.assertGreaterEqual(len(found.items), 1)
        self.assertEqual([item.id for item in database.review().items], [1, 2])
        self.assertEqual((found.total, found.judged, found.kept, found.small_classes), (2, 90, 0, {"rare": 2}))
        self.assertEqual(found.items[0].other, "a")
        self.assertEqual(database.keep_labels(2), 1)
        found = database.review()
        self.assertEqual(([item.id for item in found.items], found.kept), ([1], 1))
        with self.assertRaisesRegex(simdb.NotFound, "nothing was changed"):
            database.keep_labels([1, 777])
        self.assertEqual(len(database.review().items), 1)
        database.close()
        run_simdb("review", "--keep", 1, "--db", self.folder / "vectors")
        with simdb.open(self.folder / "vectors") as again:
            self.assertEqual(again.review().items, [])

    def test_accept_and_within_answer_as_the_command_line_does(self):
        queries = np.concatenate([clusters(each=5, seed=3, spread=0.8), np.eye(DIMENSION, dtype=np.float32)])
        np.save(self.folder / "queries.npy", queries)
        self.vector_database().close()
        run_simdb("calibrate", "--db", self.folder / "vectors")
        verdicts = set()
        with simdb.open(self.folder / "vectors") as database:
            for options, words in (({"accept": 0.8}, ("--accept", 0.8)), ({"within": 0.7}, ("--within", 0.7)),
                                   ({"accept": -1, "within": 0.9}, ("--accept", -1, "--within", 0.9))):
                lines = run_simdb("query", "--db", self.folder / "vectors", "--json", "--vectors", self.folder / "queries.npy",
                                  *words).splitlines()
                answers = database.query_batch(vectors=queries, **options)
                for i, line in enumerate(map(json.loads, lines)):
                    for answer in (answers[i], database.query(vector=queries[i], **options)):
                        self.assertEqual((answer.class_, answer.verdict, answer.accepted, answer.alpha, answer.confidence),
                                         (line["class"], line["decision"], line["accepted"], line.get("alpha"), line["confidence"]))
                        self.assertEqual([one.id for one in answer.neighbors], [one["id"] for one in line["neighbors"]])
                    if "accept" in options:
                        verdicts.add(answer.verdict)
            self.assertEqual(verdicts, {"known", "unknown"})

    def test_wrong_input_is_told(self):
        database = self.vector_database()
        one = clusters()[0]
        cases = [
            (simdb.Usage, "alpha", lambda: database.calibrate(alpha=0)),
            (simdb.Usage, "exclude each other", lambda: database.duplicates(exact=True, threshold=0.9)),
            (simdb.Usage, "", lambda: database.duplicates(threshold=2)),
            (simdb.NotFound, "no class 'z'", lambda: database.duplicates(classes="z")),
            (simdb.NotFound, "no class 'z'", lambda: database.review(classes=["a", "z"])),
            (simdb.Usage, "", lambda: database.review(k=0)),
            (simdb.Usage, "accept is a similarity", lambda: database.query(vector=one, accept=2)),
            (simdb.Usage, "within is a similarity", lambda: database.query_batch(vectors=[one], within=float("nan"))),
            (TypeError, "a class is a str", lambda: database.calibrate(held_out={3: [one]})),
            (TypeError, "", lambda: database.calibrate(held_out=[one])),
            (TypeError, "", lambda: database.review(limit=-1)),
        ]
        for i, (kind, text, call) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                call()
