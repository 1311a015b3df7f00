"""simdb.create, simdb.open and what is asked of a Database of vectors."""

import gc
import json
import unittest

import numpy as np

import simdb
from case import Case, DIMENSION, clusters, run_simdb


def rows(vectors, file):
    np.save(file, vectors)
    return file


class DatabaseTest(Case):
    def assert_equal_to_json(self, answer, text):
        json_answer = json.loads(text)
        self.assertEqual(answer.class_, json_answer["class"])
        self.assertEqual(answer.confidence, json_answer["confidence"])
        self.assertEqual(answer.verdict, json_answer["decision"])
        self.assertEqual(answer.accepted, json_answer["accepted"])
        self.assertEqual(answer.unknown, json_answer["decision"] == "unknown")
        self.assertEqual(answer.approximate, json_answer.get("approximate", False))
        self.assertEqual(answer.alpha, json_answer.get("alpha"))
        self.assertEqual(answer.familiarity, json_answer.get("familiarity"))
        self.assertEqual([one._asdict() for one in answer.candidates],
                         [{"class_": one.pop("class"), **one} for one in json_answer.get("possible", [])])
        self.assertEqual(answer.ranking, [(one["class"], one["score"]) for one in json_answer["ranking"]])
        self.assertEqual(answer.neighbors,
                         [(one["id"], one["class"], float(np.float32(one["similarity"])), one["source"], one.get("key"),
                           one.get("metadata", {})) for one in json_answer["neighbors"]])

    def test_answers_as_the_command_line_does(self):
        queries = np.concatenate([clusters(each=5, seed=3), np.eye(DIMENSION, dtype=np.float32)])
        self.vector_database().close()
        file = rows(queries, self.folder / "queries.npy")
        for calibrated in (False, True):
            if calibrated:
                run_simdb("calibrate", "--db", self.folder / "vectors")
            for options, words in (({}, ()), ({"k": 3}, ("-k", 3)), ({"alpha": 0.2}, ("--alpha", 0.2)),
                                   ({"classes": ["a", "b"], "where": "number<9"},
                                    ("--class", "a", "--class", "b", "--where", "number<9"))):
                lines = run_simdb("query", "--db", self.folder / "vectors", "--json", "--vectors", file, *words).splitlines()
                with simdb.open(self.folder / "vectors") as database:
                    answers = database.query_batch(vectors=queries, **options)
                    self.assertEqual(len(answers), len(queries))
                    for i, (answer, line) in enumerate(zip(answers, lines)):
                        self.assert_equal_to_json(answer, line)
                        self.assert_equal_to_json(database.query(vector=queries[i], **options), line)
                    verdicts = {answer.verdict for answer in answers}
                    if calibrated and not options:
                        self.assertLessEqual({"known", "unknown"}, verdicts)
                    self.assertIn("Answer(class_=", repr(answers[0]))

    def test_a_calibration_follows_what_is_added(self):
        self.vector_database().close()
        run_simdb("calibrate", "--db", self.folder / "vectors")
        far = -clusters(each=40, seed=4)[:40]
        file = rows(far[:5], self.folder / "queries.npy")
        with simdb.open(self.folder / "vectors", "w") as database:
            self.assertEqual(database.query(vector=far[0]).verdict, "unknown")
            database.add("far", vectors=far[5:])
            answers = database.query_batch(vectors=far[:5])
            self.assertEqual(answers[0].class_, "far")
            self.assertEqual(answers[0].verdict, "known")
        lines = run_simdb("query", "--db", self.folder / "vectors", "--json", "--vectors", file).splitlines()
        for answer, line in zip(answers, lines):
            self.assert_equal_to_json(answer, line)

    def test_an_empty_database_answers(self):
        with simdb.create(self.folder / "empty", space="s", dimension=2) as database:
            answer = database.query(vector=[1, 0])
            self.assertIsNone(answer.class_)
            self.assertEqual((answer.neighbors, answer.ranking, answer.candidates), ([], [], []))
            self.assertEqual(database.query_batch(vectors=np.empty((0, 2))), [])
            self.assertEqual(list(database.items()), [])

    def test_items(self):
        database = self.vector_database()
        items = list(database.items())
        self.assertEqual([item.id for item in items], list(range(1, 91)))
        self.assertEqual(items[31].metadata, {"number": 1.0, "even": False})
        self.assertIs(items[31].metadata["even"], False)
        self.assertIsNone(items[0].key)
        self.assertIsNone(items[0].digest)
        self.assertGreater(items[0].added, 1.7e9)
        self.assertEqual([item.id for item in database.items(after=88)], [89, 90])
        self.assertEqual([item.id for item in database.items(classes="b", where={"number": 4})], [35])
        self.assertEqual(len(list(database.items(where=["number>=10", "even=true"]))), 30)
        vectors = database.vectors([2, 1])
        self.assertEqual((vectors.shape, vectors.dtype), ((2, DIMENSION), np.float32))
        expected = clusters()[[1, 0]]
        np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), rtol=1e-6)

    def test_items_outlive_a_variable_of_their_database(self):
        items = self.vector_database().items()
        gc.collect()
        self.assertEqual(next(items).id, 1)

    def test_changes(self):
        database = self.vector_database()
        added = database.add("a", vectors=clusters(seed=9)[:2], keys=["x", "ü"])
        self.assertEqual([(one.id, one.added, one.updated, one.duplicate_of) for one in added],
                         [(91, True, False, None), (92, True, False, None)])
        self.assertEqual(database.update([91, 4000], class_="d", metadata={"n": 1, "s": "t"}, source="/p"), 1)
        item = next(database.items(classes="d"))
        self.assertEqual((item.key, item.metadata, item.source), ("x", {"n": 1.0, "s": "t"}, "/p"))
        self.assertEqual(database.update(91, unset="n", key=""), 1)
        item = next(database.items(classes="d"))
        self.assertEqual((item.key, item.metadata), (None, {"s": "t"}))
        self.assertEqual(database.move("d", "c"), 1)
        self.assertEqual(database.classes(), {"a": 31, "b": 30, "c": 31})
        self.assertEqual(database.remove(np.array([1, 2, 2000])), 2)
        self.assertEqual(database.remove(class_="b"), 30)
        self.assertEqual(database.remove(class_="b"), 0)
        self.assertEqual(database.classes(), {"a": 29, "c": 31})
        self.assertEqual(database.add("a", vectors=clusters()[0], keys="x")[0].added, True)

    def test_stats_and_backup(self):
        database = self.vector_database()
        self.assertEqual(database.stats(), json.loads(run_simdb("stats", "--json", "--db", self.folder / "vectors")))
        self.assertEqual((database.dimension, database.path), (DIMENSION, str(self.folder / "vectors")))
        items, size = database.backup(self.folder / "backup")
        self.assertEqual((items, size), (90, (self.folder / "backup").stat().st_size))
        run_simdb("restore", self.folder / "backup", "--db", self.folder / "copy")
        with simdb.open(self.folder / "copy") as copy:
            self.assertEqual(list(copy.items()), list(database.items()))

    def test_a_reader_sees_what_refresh_brings(self):
        writer = self.vector_database()
        with simdb.open(self.folder / "vectors") as reader:
            writer.add("d", vectors=clusters(seed=5)[:1])
            self.assertNotIn("d", reader.classes())
            self.assertTrue(reader.refresh())
            self.assertIn("d", reader.classes())
            self.assertFalse(reader.refresh())

    def test_open_and_close(self):
        database = self.vector_database()
        with self.assertRaises(simdb.Busy):
            simdb.open(self.folder / "vectors", "w")
        with database as same:
            self.assertIs(same, database)
            self.assertFalse(database.closed)
        self.assertTrue(database.closed)
        database.close()
        for call in (database.stats, database.items, lambda: database.query(vector=[1] * DIMENSION)):
            with self.assertRaisesRegex(simdb.Usage, "vectors: it is closed"):
                call()
        with self.assertRaises(ZeroDivisionError), simdb.open(self.folder / "vectors") as database:
            1 / 0
        self.assertTrue(database.closed)

    def test_wrong_input_is_told(self):
        database = self.vector_database()
        one = np.ones(DIMENSION, dtype=np.float32)
        bad = np.ones((3, DIMENSION))
        bad[1, 2] = np.nan
        cases = [
            (simdb.NotFound, "no database", lambda: simdb.open(self.folder / "none")),
            (simdb.Usage, "'r' or 'w'", lambda: simdb.open(self.folder / "vectors", "a")),
            (simdb.Usage, "not both", lambda: simdb.create(self.folder / "x")),
            (simdb.Usage, "not both", lambda: simdb.create(self.folder / "x", encoder="photo", space="s", dimension=2)),
            (simdb.Usage, "dimension=", lambda: simdb.create(self.folder / "x", space="s")),
            (simdb.Usage, "", lambda: simdb.create(self.folder / "x", space="s", dimension=5000)),
            (simdb.BadInput, "", lambda: simdb.create(self.folder / "x", space="", dimension=5)),
            (simdb.NotFound, "no encoder 'nothing'", lambda: simdb.create(self.folder / "x", encoder="nothing")),
            (simdb.Usage, "", lambda: simdb.create(self.folder / "vectors", space="s", dimension=2)),
            (simdb.Usage, "not both", lambda: database.query()),
            (simdb.Usage, "not both", lambda: database.query(b"", vector=one)),
            (simdb.Usage, "query_batch", lambda: database.query(vector=bad)),
            (simdb.BadInput, r"shape \(15,\); it is \(n, 16\)", lambda: database.query(vector=one[:15])),
            (simdb.BadInput, "shape", lambda: database.query(vector=one.reshape(2, 2, 4))),
            (simdb.BadInput, "vectors are numbers", lambda: database.query(vector=["a"] * DIMENSION)),
            (simdb.BadInput, "vectors are numbers", lambda: database.query(vector=one.astype(complex))),
            (simdb.BadInput, "shape", lambda: database.query(vector=3)),
            (simdb.BadInput, "", lambda: database.query(vector=0 * one)),
            (simdb.BadInput, "vector 1: ", lambda: database.query_batch(vectors=bad)),
            (simdb.BadInput, "vector 1: ", lambda: database.add("a", vectors=bad)),
            (simdb.Usage, "at least 1", lambda: database.query(vector=one, k=0)),
            (simdb.Usage, "alpha", lambda: database.query(vector=one, alpha=1)),
            (simdb.Usage, "alpha", lambda: database.query(vector=one, alpha=float("nan"))),
            (simdb.NotFound, "no class 'z'", lambda: database.query(vector=one, classes="z")),
            (simdb.Usage, "", lambda: database.query(vector=one, where="price")),
            (simdb.Usage, "not both", lambda: database.add("a")),
            (simdb.Usage, "2 keys for 3", lambda: database.add("a", vectors=np.ones((3, 16)), keys=["k", "l"])),
            (simdb.Usage, "one for each", lambda: database.add("a", vectors=np.ones((3, 16)), metadata=[{}, {}])),
            (simdb.Usage, "", lambda: database.add("a", vectors=np.ones((2, 16)), keys=["k", "k"])),
            (simdb.BadInput, "", lambda: database.add("", vectors=one)),
            (simdb.BadInput, "", lambda: database.add("a", vectors=one, metadata={"": 1})),
            (simdb.BadInput, "", lambda: database.add("a", vectors=one, metadata={"x": float("inf")})),
            (simdb.Usage, "no encoder", lambda: database.query(b"x")),
            (simdb.Usage, "no encoder", lambda: database.add("a", [b"x"])),
            (simdb.BadInput, "0 is no id", lambda: database.remove([0])),
            (simdb.BadInput, "no id", lambda: database.remove(2 ** 70)),
            (simdb.Usage, "not both", lambda: database.remove()),
            (simdb.NotFound, "no item 77777", lambda: database.vectors([77777])),
            (simdb.Io, "", lambda: database.backup("/proc/none/file")),
            (TypeError, "", lambda: database.query(vector=one, k="x")),
            (TypeError, "", lambda: database.query(vector=one, k=-1)),
            (TypeError, "", lambda: database.query(vector=one, classes=[3])),
            (TypeError, "", lambda: database.add(7, vectors=one)),
            (TypeError, "no bool, number or str", lambda: database.add("a", vectors=one, metadata={"x": []})),
            (TypeError, "an id is an int", lambda: database.remove(["x"])),
            (TypeError, "", lambda: database.remove(1.5)),
            (TypeError, "", lambda: simdb.open(3)),
            (ValueError, "", lambda: simdb.open("a\0b")),
        ]
        for i, (kind, text, call) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                call()
        self.assertEqual(database.stats()["items"], 90)
        with simdb.open(self.folder / "vectors") as reader, self.assertRaises(simdb.Usage):
            reader.add("a", vectors=one)

    def test_errors_are_of_pythons_kinds(self):
        for kind, base in ((simdb.NotFound, KeyError), (simdb.BadInput, ValueError), (simdb.Usage, ValueError),
                           (simdb.Io, OSError), (simdb.Busy, Exception), (simdb.Corruption, Exception),
                           (simdb.AddFailed, simdb.BadInput)):
            self.assertTrue(issubclass(kind, base) and issubclass(kind, simdb.Error), kind)
        with self.assertRaises(KeyError) as raised:
            simdb.open(self.folder / "none")
        self.assertEqual(str(raised.exception), f"there is no database in {self.folder / 'none'}")

    def test_damage_is_corruption(self):
        self.vector_database().close()
        for file in (self.folder / "vectors" / "store").glob("CURRENT"):
            file.write_bytes(b"MANIFEST-999999\n")
        with self.assertRaises(simdb.Corruption):
            simdb.open(self.folder / "vectors", "w")
