"""The databases of python_database_peers.py, each behind the same few calls; as a program, one task on one of them.

usage: python_database_systems.py SYSTEM insert|ask FOLDER N QUERIES K EFFORT EFFORT EFFORT
"""

import json
import sys
import time

import numpy as np

CLASSES, CENTRES, SPREAD, DIMENSION = 50, 2000, 0.35, 16
SHOP, MOST = 7, 50
MOST_SECONDS = 20  # for the queries of one kind; slow systems are asked fewer
FILTERS = (None, "shop", "price")  # none; shop = SHOP; price < MOST


def unit(rows):
    return np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Data:
    """The same on every call."""

    def __init__(self, n, queries):
        random = np.random.default_rng(1)
        centres = random.normal(size=(CENTRES, DIMENSION))
        drawn = unit(centres[random.integers(CENTRES, size=2 * queries)] + SPREAD * random.normal(size=(2 * queries, DIMENSION)))
        self.queries, self.others = drawn[:queries], drawn[queries:]  # the others are for warming up
        centre = random.integers(CENTRES, size=n)
        self.rows = unit(centres[centre] + SPREAD * random.normal(size=(n, DIMENSION)))
        self.classes = centre % CLASSES
        self.shop = random.integers(100, size=n)
        self.price = random.integers(100, size=n).astype(np.float64)

    def metadata(self, i):
        return {"class": f"class {self.classes[i]}", "price": float(self.price[i]), "shop": int(self.shop[i])}

    def passes(self, name):
        if name is None:
            return np.ones(len(self.rows), bool)
        return self.shop == SHOP if name == "shop" else self.price < MOST


class Simdb:
    """Each add is one synced batch. The class is a class, not metadata."""

    efforts = (None,)
    module = "simdb"

    def insert(self, folder, data):
        import simdb
        with simdb.create(folder, space="bench", dimension=DIMENSION) as database:
            for each in range(CLASSES):
                places = np.flatnonzero(data.classes == each)
                database.add(f"class {each}", vectors=data.rows[places], keys=list(map(str, places)),
                             metadata=[{"price": float(data.price[i]), "shop": int(data.shop[i])} for i in places])

    def open(self, folder):
        import simdb
        self.database = simdb.open(folder)

    def use(self, effort):
        pass

    def ask(self, query, k, filter_name):
        where = {None: None, "shop": f"shop={SHOP}", "price": f"price<{MOST}"}[filter_name]
        return [(near.key, near.metadata) for near in self.database.query(vector=query, k=k, where=where).neighbors]


class Chromadb:
    efforts = (16, 32, 64, 128, 256, 512, 1024)
    module = "chromadb"

    def insert(self, folder, data):
        import chromadb
        client = chromadb.PersistentClient(str(folder))
        items = client.create_collection("items", embedding_function=None, configuration={
            "hnsw": {"space": "ip", "ef_construction": 200, "max_neighbors": 16}})
        most = client.get_max_batch_size()
        for first in range(0, len(data.rows), most):
            places = range(first, min(first + most, len(data.rows)))
            items.add(ids=list(map(str, places)), embeddings=data.rows[places.start:places.stop], metadatas=list(map(data.metadata, places)))

    def open(self, folder):
        import chromadb
        self.folder = folder
        self.items = chromadb.PersistentClient(str(folder)).get_collection("items", embedding_function=None)

    def use(self, effort):
        from chromadb.api.shared_system_client import SharedSystemClient
        if self.items.configuration["hnsw"]["ef_search"] != effort:  # kept with the collection, and read when that is opened
            self.items.modify(configuration={"hnsw": {"ef_search": effort}})
            SharedSystemClient.clear_system_cache()
            self.open(self.folder)

    def ask(self, query, k, filter_name):
        where = {None: None, "shop": {"shop": SHOP}, "price": {"price": {"$lt": MOST}}}[filter_name]
        found = self.items.query(query_embeddings=[query], n_results=k, where=where, include=["metadatas"])
        return list(zip(found["ids"][0], found["metadatas"][0]))


class LancedbFlat:
    """A table without an index of its vectors: every query reads them all."""

    efforts = (None,)
    module = "lancedb"

    def insert(self, folder, data):
        import lancedb
        import pyarrow
        every = range(len(data.rows))
        self.table = lancedb.connect(folder).create_table("items", data=pyarrow.table({
            "vector": pyarrow.FixedSizeListArray.from_arrays(data.rows.ravel(), DIMENSION), "key": list(map(str, every)),
            "class": [f"class {each}" for each in data.classes], "price": data.price, "shop": data.shop}))
        self.index()

    def index(self):
        from lancedb.index import Bitmap, BTree
        self.table.create_index("shop", config=Bitmap())
        self.table.create_index("price", config=BTree())

    effort = None

    def open(self, folder):
        import lancedb
        self.table = lancedb.connect(folder).open_table("items")

    def use(self, effort):
        self.effort = effort

    def ask(self, query, k, filter_name):
        search = self.table.search(query).distance_type("dot").limit(k).select(["key", "class", "price", "shop", "_distance"])
        if filter_name:
            search = search.where({"shop": f"shop = {SHOP}", "price": f"price < {MOST}"}[filter_name], prefilter=True)
        if self.effort:
            search = search.nprobes(self.effort)
        return [(row.pop("key"), row) for row in search.to_list()]


class Lancedb(LancedbFlat):
    """With IVF_FLAT."""

    efforts = (4, 8, 16, 32, 64, 128, 256, 448)

    def index(self):
        from lancedb.index import IvfFlat
        super().index()
        self.table.create_index("vector", config=IvfFlat(distance_type="dot", num_partitions=448))  # the root of 200,000


class Qdrant:
    """Local mode compares with every row. SQLite holds the points, and each is a transaction of its own, synced: so some are timed,
    and the time is scaled to all; the others are inserted without syncs."""

    efforts = (None,)
    module = "qdrant_client"
    timed = 3000

    def insert(self, folder, data):
        from qdrant_client import QdrantClient, models
        client = QdrantClient(path=str(folder))
        client.create_collection("items", vectors_config=models.VectorParams(size=DIMENSION, distance=models.Distance.DOT))
        timed = min(self.timed, len(data.rows))

        def upsert(first, last):
            client.upsert("items", points=models.Batch(ids=list(range(first, last)), vectors=data.rows[first:last].tolist(),
                                                       payloads=list(map(data.metadata, range(first, last)))))
        start = time.perf_counter()
        upsert(0, timed)
        seconds = (time.perf_counter() - start) * len(data.rows) / timed
        client._client.collections["items"].storage.storage.execute("PRAGMA synchronous = OFF")
        for first in range(timed, len(data.rows), 1000):
            upsert(first, min(first + 1000, len(data.rows)))
        client.close()
        return seconds

    def open(self, folder):
        import warnings
        from qdrant_client import QdrantClient
        warnings.simplefilter("ignore")  # that many points are slow
        self.client = QdrantClient(path=str(folder))

    def use(self, effort):
        pass

    def ask(self, query, k, filter_name):
        from qdrant_client import models
        condition = {None: None, "shop": models.FieldCondition(key="shop", match=models.MatchValue(value=SHOP)),
                     "price": models.FieldCondition(key="price", range=models.Range(lt=MOST))}[filter_name]
        found = self.client.query_points("items", query=query.tolist(), limit=k,
                                         query_filter=condition and models.Filter(must=[condition]))
        return [(point.id, point.payload) for point in found.points]


SYSTEMS = {"simdb": Simdb, "chromadb": Chromadb, "lancedb": Lancedb, "lancedb-flat": LancedbFlat, "qdrant": Qdrant}


def imported(system):
    start = time.perf_counter()
    __import__(system.module)
    return time.perf_counter() - start


def insert(system, folder, data, k, efforts):
    imported(system)
    start = time.perf_counter()
    scaled = system.insert(folder, data)
    return {"seconds": scaled or time.perf_counter() - start}


def answers_to(system, queries, k, filter_name, seconds):
    end = time.perf_counter() + seconds
    found = []
    while len(found) < len(queries) and time.perf_counter() < end:
        found.append(system.ask(queries[len(found)], k, filter_name))
    return found


def ask(system, folder, data, k, efforts):
    """`efforts` are those of the three kinds of query."""
    result = {"import": imported(system), "seconds": [], "cpu": [], "found": []}
    start = time.perf_counter()
    system.open(folder)
    system.ask(data.queries[0], k, None)
    result["reopen"] = time.perf_counter() - start
    for name, effort in zip(FILTERS, efforts):
        system.use(effort)
        answers_to(system, data.others, k, name, MOST_SECONDS / 4)
        start, cpu = time.perf_counter(), time.process_time()
        found = answers_to(system, data.queries, k, name, MOST_SECONDS)
        result["seconds"].append((time.perf_counter() - start) / len(found))
        result["cpu"].append((time.process_time() - cpu) / len(found))
        result["found"].append([[int(key) for key, _ in near] for near in found])
    return result


if __name__ == "__main__":
    made = SYSTEMS[sys.argv[1]]()
    n, queries, most, *chosen = map(int, sys.argv[4:])
    print(json.dumps({"insert": insert, "ask": ask}[sys.argv[2]](made, sys.argv[3], Data(n, queries), most, chosen)))
