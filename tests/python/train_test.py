"""simdb.train, which runs simdb-train."""

import gc
import os
import signal
import threading
import time
import unittest
from unittest import mock

import simdb
from simdb import _train
from case import Case, run_simdb

try:
    _train._program()
    MISSING = None
except simdb.NotFound as error:
    MISSING = str(error)


class TrainWithoutTest(Case):
    def test_a_missing_program_is_told(self):
        with mock.patch.object(_train._simdb, "_program_folder", lambda: str(self.folder)), \
                mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            with self.assertRaisesRegex(simdb.NotFound, f"simdb-train in {self.folder}.*Debian's package simdb-train"):
                simdb.train(self.folder, "x.onnx")
            program = self.folder / "simdb-train"
            program.write_text("#!/bin/sh\necho 'simdb train: it is \"busy\"' >&2\nexit 7\n")
            program.chmod(0o755)
            with self.assertRaisesRegex(simdb.Busy, '^it is "busy"$'):
                simdb.train(self.folder, "x.onnx").result()
            program.write_text("#!/bin/sh\nkill -9 $$\n")
            with self.assertRaisesRegex(simdb.Error, "signal 9; no model was written"):
                simdb.train(self.folder, "x.onnx").result()

    def test_options_are_words(self):
        self.assertEqual(_train._words_of({"epochs": 3, "from_": "photo", "batch_norm": True, "made_classes": False, "resume": True,
                                           "soft_margin": False, "channels": [64, 128], "margin": -0.5, "time_limit": 90, "seed": None,
                                           "image_limit": ["pixels=9", "cpu=2"], "backbone": ["photo", self.folder / "b.onnx"], "report": self.folder / "page"}),
                         ["--epochs=3", "--from=photo", "--batch-norm=on", "--made-classes=off", "--resume", "--channels=64,128",
                          "--margin=-0.5", "--time-limit=90s", "--image-limit=pixels=9", "--image-limit=cpu=2",
                          "--backbone=photo", f"--backbone={self.folder}/b.onnx", f"--report={self.folder}/page"])
        self.assertEqual(_train._words_of({"backbone": "photo", "image_limit": "cpu=2"}), ["--backbone=photo", "--image-limit=cpu=2"])
        with self.assertRaisesRegex(simdb.Usage, "log"):
            simdb.train("x", "y", log="z")


@unittest.skipIf(MISSING, MISSING)
class TrainTest(Case):
    def setUp(self):
        super().setUp()
        self.shapes = self.folder / "shapes"
        run_simdb("sample-data", self.shapes, "--colors", 3, "--count", 6)
        self.model = self.folder / "model.onnx"

    def train(self, **options):
        return simdb.train(self.shapes, self.model, **{"epochs": 3, "from_": "scratch", "threads": 2, **options})

    def assert_gone(self, training):
        self.assertIsNotNone(training._process.poll())
        with self.assertRaises(ProcessLookupError):
            os.kill(training._process.pid, 0)

    def test_trains_and_tells_of_it(self):
        training = self.train()
        epochs = list(training)
        self.assertEqual([epoch.epoch for epoch in epochs], [1, 2, 3])
        self.assertEqual(training.plan["epochs"], 3)
        result = training.result()
        self.assertEqual((result.path, result.epochs, result.classes, result.stopped), (str(self.model), 3, 3, False))
        self.assertEqual(result.recall_at_1, epochs[result.best_epoch - 1].recall_at_1)
        self.assertEqual(list(training), [])
        self.assertEqual(training.result(), result)
        self.assertEqual(simdb.Encoder(result.path).dimension, result.dimension)
        self.assert_gone(training)

    def test_what_is_skipped_is_warned_of(self):
        (next(self.shapes.iterdir()) / "bad.png").write_bytes(b"no picture")
        with self.assertWarnsRegex(RuntimeWarning, "1 images could not be used; the first: skipped .*bad.png"):
            result = self.train(epochs=1).result()
        self.assertEqual(result.skipped, 1)
        self.assertTrue(self.model.exists())

    def test_leaving_the_loop_ends_it_and_keeps_the_best(self):
        training = self.train(epochs=50)
        for epoch in training:
            break
        self.assert_gone(training)
        result = training.result()
        self.assertTrue(result.stopped)
        self.assertLess(result.epochs, 50)
        self.assertTrue(self.model.exists())

    def test_ctrl_c_ends_it(self):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell starts tests in the background
        self.addCleanup(signal.signal, signal.SIGINT, before)
        training = self.train(epochs=50)
        timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
        started = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            for epoch in training:
                if epoch.epoch == 1:
                    timer.start()
        self.assert_gone(training)
        self.assertTrue(training.result().stopped)
        self.assertLess(time.monotonic() - started, 60)

    def test_it_ends_with_its_object(self):
        training = self.train(epochs=100000)
        process = training._process
        self.assertIsNone(process.poll())
        del training
        gc.collect()
        self.assertIsNotNone(process.poll())
        with self.train(epochs=100000) as training:
            pass
        self.assert_gone(training)
        with self.assertRaisesRegex(simdb.Error, "no model was written"):
            training.result()

    def test_wrong_input_is_told(self):
        (self.folder / "empty").mkdir()
        for kind, text, training in (
                (simdb.Usage, "epoch", self.train(epochs="many")),
                (simdb.Usage, "unlikely", self.train(unlikely=1)),
                (simdb.NotFound, "none", simdb.train(self.folder / "none", self.model)),
                (simdb.BadInput, "", simdb.train(self.folder / "empty", self.model)),
                (simdb.Io, "nowhere", simdb.train(self.shapes, self.folder / "nowhere" / "model.onnx"))):
            with self.subTest(text=text), self.assertRaisesRegex(kind, text):
                training.result()
