"""A `simdb serve` of its own on a free port, with a small drawn database, for tests."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote


class Server:
    """Serves `folder`/db, which is made on the way with the encoder `omniglot`; `images` are drawn beside it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        self.images = self.folder / "images"
        self.process = None
        self.run("sample-data", self.images, "--class-by", "shape", "--count", "10", "--colors", "2")
        self.run("init", "--encoder", "omniglot")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def run(self, command, *arguments):
        place = [] if command == "sample-data" else ["--db", self.folder / "db"]
        subprocess.run([self.program, command, *arguments, *place], check=True, capture_output=True)

    def start(self, port=0, *options, **how):
        self.process = subprocess.Popen([self.program, "serve", "--db", self.folder / "db", "--quiet", *options,
                                         "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True, **how)
        lines = dict(line.split(None, 1) for line in (self.process.stdout.readline() for _ in range(3)))
        self.link = lines["open"].strip()
        self.url = self.link.split("#")[0]
        self.port = int(re.search(r":(\d+)/", self.url)[1])
        self.token = (self.folder / "db/server.token").read_text().strip()

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None

    def ask(self, method, path, body=None, fields=None):
        """Status, fields and body of an answer."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        kind = "application/json" if isinstance(body, dict) else "image/png"
        fields = {"Authorization": f"Bearer {self.token}", "Content-Type": kind} | (fields or {})
        request = urllib.request.Request(self.url.rstrip("/") + path, data=data, method=method, headers=fields)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def add(self, name, image):
        status, _, body = self.ask("POST", "/v1/items?class=" + quote(name, safe=""), Path(image).read_bytes())
        assert status in (200, 201), body
        return json.loads(body)["id"]

    def classes(self):
        return {one["class"]: one["items"] for one in json.loads(self.ask("GET", "/v1/classes")[2])["classes"]}

    def clear(self):
        for name in self.classes():
            self.ask("POST", "/v1/classes/delete", {"class": name})

    def pictures(self, shape, count, skip=0):
        """Paths of drawn pictures of one shape."""
        return sorted((self.images / shape).iterdir())[skip:skip + count]

    def fill(self, count=6):
        for shape in ("circle", "rectangle", "triangle"):
            for picture in self.pictures(shape, count):
                self.add(shape, picture)


def wait_for(condition, seconds=15):
    """What `condition` gives as soon as that is true; None after some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    return None
