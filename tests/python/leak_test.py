"""Calls leave nothing behind: neither objects of Python nor memory of the process."""

import gc
import os
import sys

import simdb
from case import Case, DIMENSION, clusters, picture

CALLS = 10000


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


class LeakTest(Case):
    PARENT = "/dev/shm" if os.path.isdir("/dev/shm") else None  # where nothing waits for a disk

    def assert_no_leak(self, call, calls=CALLS, megabytes=4, warm_up=2000):
        """call(i) is called `calls` times."""
        for i in range(warm_up):
            call(i)
        gc.collect()
        before, blocks = resident(), sys.getallocatedblocks()
        for i in range(calls):
            call(i)
        gc.collect()
        self.assertLess(sys.getallocatedblocks() - blocks, 500)
        self.assertLess(resident() - before, megabytes << 20)

    def test_query(self):
        database = self.vector_database()
        vector = clusters()[0]

        def call(i):
            answer = database.query(vector=vector)
            answer.neighbors, answer.ranking, answer.candidates
            if i % 50 == 0:
                database.query_batch(vectors=clusters())
                list(database.items(after=80))
                database.vectors([1, 2])
                database.review(limit=3)
                database.duplicates(threshold=0.9)
                for wrong in (lambda: database.query(vector=vector, classes="z"), lambda: database.remove([0])):
                    self.assertRaises(simdb.Error, wrong)

        self.assert_no_leak(call)

    def test_encode(self):
        encoder = simdb.Encoder("omniglot")
        image = picture(1, side=28)
        self.assert_no_leak(lambda i: encoder.encode(image), megabytes=8, warm_up=1000)

    def test_search(self):
        index = simdb.IndexExact(DIMENSION)
        vectors = clusters()
        vectors /= (vectors ** 2).sum(axis=1, keepdims=True) ** 0.5
        index.add(vectors)

        def call(i):
            index.search(vectors[:1], 5)
            if i % 50 == 0:
                index.range_search(vectors, 0.5)
                index.reconstruct(3)
                self.assertRaises(simdb.Error, lambda: index.reconstruct(999))

        self.assert_no_leak(call)

    def test_add(self):
        database = self.vector_database()
        vector = clusters()[0]

        def call(i):
            database.add("d", vectors=vector, metadata={"i": i})
            if i % 50 == 0:
                database.remove(class_="d")

        # RocksDB collects what was written in memory before it makes a file of it.
        self.assert_no_leak(call, warm_up=500, megabytes=40)

    def test_calibrate_and_evaluate(self):
        database = self.vector_database()
        vectors = clusters()
        labels = ["a", "b", "c"] * 30

        def call(i):
            database.calibrate()
            database.calibration()
            simdb.evaluate(vectors, labels, ways=2, episodes=5)

        self.assert_no_leak(call, calls=200, warm_up=50)
