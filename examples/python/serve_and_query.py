#!/usr/bin/env python3
"""Starts `simdb serve` on a database that Python made, and asks it over HTTP with the standard library alone.

usage: serve_and_query.py    SIMDB_PROGRAM names the program, if it is not the simdb on the path
"""

import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import numpy as np

import simdb

PROGRAM = os.environ.get("SIMDB_PROGRAM", "simdb")


def ask(url, token, path, body=None):
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def main():
    random = np.random.default_rng(1)
    centres = random.normal(size=(3, 16))
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "parts")
        with simdb.create(database, space="drawn", dimension=16) as db:
            for name, centre in zip(("bolt", "nut", "washer"), centres):
                db.add(name, vectors=centre + 0.2 * random.normal(size=(20, 16)))
        server = subprocess.Popen([PROGRAM, "serve", "--db", database, "--listen", "127.0.0.1:0", "--quiet"],
                                  stdout=subprocess.PIPE, text=True)  # port 0: one that is free
        try:
            url = server.stdout.readline().split()[-1].rstrip("/")  # "serving on http://127.0.0.1:PORT/"
            token = (database / "server.token").read_text().strip()
            answer = ask(url, token, "/v1/query/json", {"vector": centres[1].tolist(), "k": 5})
            print("nearest:", [(near["id"], near["class"], round(near["similarity"], 3)) for near in answer["neighbors"]])
            assert answer["class"] == "nut", answer
            assert ask(url, token, "/v1/stats")["items"] == 60
        finally:
            server.terminate()
            server.communicate(timeout=20)
    assert server.returncode == 0, server.returncode


if __name__ == "__main__":
    main()
