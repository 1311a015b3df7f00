"""Threads, fork and Ctrl-C; what an import loads."""

import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import numpy as np

import simdb
from case import Case, DIMENSION, clusters, picture


def in_child(work, limit=20):
    """The exit code of a forked process that runs work(); -9: it hung."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class ProcessTest(Case):
    def test_threads_ask_beside_changes(self):
        database = self.vector_database()
        index = simdb.Index(DIMENSION)
        index.add(clusters())
        queries = clusters(seed=2)
        failures = []

        def ask():
            try:
                for _ in range(20):
                    answers = database.query_batch(vectors=queries)
                    assert [answer.class_ for answer in answers[:5]] == ["a"] * 5, answers
                    assert database.query(vector=queries[-1]).class_ == "c"
                    assert index.search(queries, 1)[1].shape == (len(queries), 1)
                    assert sum(1 for _ in database.items(classes="b")) == 30
            except BaseException as error:
                failures.append(error)

        def change():
            try:
                for i in range(10):
                    (added,) = database.add("d", vectors=-queries[i])
                    index.remove(index.add(-queries[i]))
                    database.remove(added.id)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for work in (ask, ask, ask, change, change)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(database.classes(), {"a": 30, "b": 30, "c": 30})

    def test_others_run_while_a_call_works(self):
        index = simdb.Index(256)
        index.add(np.random.default_rng(1).normal(size=(20000, 256)))
        queries = np.random.default_rng(2).normal(size=(3000, 256)).astype(np.float32)
        counted = 0
        done = threading.Event()

        def search():
            index.search(queries, 10, threads=1)
            done.set()

        thread = threading.Thread(target=search)
        thread.start()
        while not done.is_set():
            counted += 1
            time.sleep(0.001)
        thread.join()
        self.assertGreater(counted, 20)

    def test_closing_beside_calls_is_told_or_done(self):
        database = self.vector_database()
        queries = clusters(seed=2)
        outcomes = set()

        def ask():
            try:
                while True:
                    database.query_batch(vectors=queries)
            except simdb.Usage as error:
                outcomes.add("it is closed" in str(error))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        database.close()
        for thread in threads:
            thread.join()
        self.assertEqual(outcomes, {True})
        with simdb.open(self.folder / "vectors", "w") as again:
            self.assertEqual(again.stats()["items"], 90)

    def test_a_forked_child_is_told(self):
        database = self.vector_database()
        encoder = simdb.Encoder("omniglot")
        encoder.encode(picture(1))
        index = simdb.Index(2)
        items = database.items()
        next(items)

        def work():
            calls = (database.stats, lambda: database.query(vector=clusters()[0]), lambda: encoder.encode(picture(1)),
                     lambda: next(items), lambda: index.search([1, 0], 1), lambda: database.closed)
            for i, call in enumerate(calls):
                try:
                    call()
                    return 10 + i
                except simdb.Usage as error:
                    if f"belongs to process {os.getppid()}" not in str(error):
                        return 20 + i
            database.close()
            return 0

        self.assertEqual(in_child(work), 0)
        self.assertEqual(database.query(vector=clusters()[0]).class_, "a")

        def end():
            nonlocal database, encoder, index, items
            del database, encoder, index, items
            return 0

        self.assertEqual(in_child(end), 0)

    def test_a_forked_child_may_read(self):
        database = self.vector_database()
        simdb.Encoder("omniglot").encode(picture(1))

        def work():
            with simdb.open(self.folder / "vectors") as own:
                own.query_batch(vectors=clusters())
            simdb.Encoder("omniglot").encode([picture(i) for i in range(5)])
            for call in (lambda: simdb.create(self.folder / "child", space="s", dimension=2),
                         lambda: simdb.open(self.folder / "vectors", "w")):
                try:
                    call()
                    return 1
                except simdb.Usage as error:
                    if "spawn" not in str(error):
                        return 2
            return 0

        self.assertEqual(in_child(work), 0)
        self.assertEqual(database.stats()["items"], 90)

    def interrupted(self, call):
        """Seconds from the signal to KeyboardInterrupt."""
        sent = []

        def interrupt():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.3, interrupt)
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            call()
        heard = time.monotonic()
        timer.join()
        return heard - sent[0]

    def test_ctrl_c_is_heard(self):
        index = simdb.Index(256)
        index.add(np.random.default_rng(1).normal(size=(20000, 256)))
        queries = np.random.default_rng(2).normal(size=(200000, 256)).astype(np.float32)
        encoder = simdb.Encoder("omniglot")
        database = self.image_database()
        pixels = [picture(i) for i in range(20)] * 500
        seconds = {"search": self.interrupted(lambda: index.search(queries, 50)),
                   "encode": self.interrupted(lambda: encoder.encode(pixels)),
                   "add": self.interrupted(lambda: database.add("a", pixels)),
                   "query_batch": self.interrupted(lambda: database.query_batch(pixels))}
        # 0.2 s on a machine with nothing else to do; it is not refused for being busy.
        self.assertLess(max(seconds.values()), 2, seconds)
        self.assertEqual(len(database.query_batch(pixels[:3])), 3)
        if os.environ.get("SIMDB_TELL"):
            print(seconds)

    def test_an_import_is_light(self):
        code = ("import sys, simdb; maps = open('/proc/self/maps').read();"
                "print([name for name in ('torch', 'imgcodecs', 'highgui', 'libtiff') if name in maps], 'numpy' in sys.modules)")
        out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        self.assertEqual(out, "[] False\n")

    def test_at_the_end_nothing_needs_closing(self):
        code = f"""if True:
            import simdb
            database = simdb.create({str(self.folder / 'open')!r}, space='s', dimension=2)
            database.add('a', vectors=[1, 0])
            index = simdb.Index(2)
            encoder = simdb.Encoder('omniglot')
            items = database.items()"""
        subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", code], check=True)
        with simdb.open(self.folder / "open") as database:
            self.assertEqual(database.classes(), {"a": 1})
