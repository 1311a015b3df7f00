#!/usr/bin/env python3
"""`simdb serve` against its own OpenAPI document: every operation is asked, and every answer is what the document says.

usage: openapi_test.py SIMDB HTTP_CLIENT [unittest options]
"""

import base64
import http.client
import json
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import zlib
from pathlib import Path

import jsonschema

SIMDB = None
HTTP_CLIENT = None  # examples/http_client.cpp
METHODS = ("get", "post", "put", "patch", "delete")


def png(side, rows):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# Like no drawn shape.
STRIPES = png(28, b"".join(b"\0" + bytes([255 * (row % 2)] * 28) for row in range(28)))


class Server:
    """`simdb serve` on a drawn database, until close()."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.database = self.folder / "database"
        shapes = self.folder / "shapes"
        simdb = lambda *words: subprocess.run([SIMDB, *map(str, words)], check=True, capture_output=True)
        simdb("sample-data", shapes, "--count", "6")
        simdb("init", "--db", self.database, "--encoder", "omniglot", "--keep-images")
        simdb("add", "--db", self.database, "--by-folder", shapes, "--meta", "set=drawn")
        simdb("calibrate", "--db", self.database)
        self.picture = next(iter(sorted(shapes.rglob("*.png")))).read_bytes()
        self.process = subprocess.Popen([SIMDB, "serve", "--db", self.database, "--listen", "127.0.0.1:0", "--read-token-file",
                                         self.folder / "read", "--quiet"], stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _ in range(3)]
        self.port = int(re.search(r"http://127.0.0.1:(\d+)/", lines[0]).group(1))
        self.code = lines[2].strip().partition("#")[2]
        self.token = (self.database / "server.token").read_text().strip()
        self.reading = (self.folder / "read").read_text().strip()

    def close(self):
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        assert code == 0, f"simdb serve ended with {code}"

    def ask(self, method, target, body=None, content_type="application/json", token=None):
        """(status, content type, body) of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {}
        if token != "":
            headers["Authorization"] = "Bearer " + (token or self.token)
        if body is not None:
            headers["Content-Type"] = content_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        kind = response.headers.get_content_type() if response.headers["Content-Type"] else None
        if kind == "text/event-stream":
            read = response.readline() + response.readline() + response.readline()
        else:
            read = response.read()
        connection.close()
        return response.status, kind, read


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="simdb-openapi-")
        cls.addClassCleanup(folder.cleanup)
        cls.server = Server(folder.name)
        cls.addClassCleanup(cls.server.close)
        cls.document = json.loads(cls.server.ask("GET", "/v1/openapi.json", token="")[2])
        jsonschema.Draft202012Validator.check_schema({"$defs": cls.document["components"]["schemas"]})

    def resolved(self, part):
        while "$ref" in part:
            at = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            part = at
        return part

    def check(self, operation, answer, expected):
        """Whether an answer has the status, and is what the document says of it."""
        status, kind, body = answer
        self.assertEqual(status, expected, body[:500])
        responses = self.document_of(operation)["responses"]
        self.assertIn(str(status), responses, f"{operation} does not say that it answers {status}")
        content = self.resolved(responses[str(status)]).get("content", {})
        if not content:
            self.assertEqual(body, b"")
            return None
        group = kind.partition("/")[0] + "/*"
        self.assertTrue(kind in content or group in content, f"{operation} answered {kind}")
        if "json" not in kind or "ndjson" in kind:
            return body
        value = json.loads(body)
        schema = {"$ref": "#/wanted", "components": self.document["components"], "wanted": content[kind]["schema"]}
        jsonschema.Draft202012Validator(schema).validate(value)
        return value

    def ended(self, id, check):
        for _ in range(1000):
            job = check("GET /v1/jobs/{id}", f"/v1/jobs/{id}")
            if job["state"] != "running":
                return job
            time.sleep(0.02)
        self.fail(f"the job does not end: {job}")

    def document_of(self, operation):
        method, path = operation.split(" ")
        return self.document["paths"][path][method.lower()]

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", path, item[method]

    def test_every_operation_answers_as_it_says(self):
        ask = self.server.ask
        picture = {"body": self.server.picture, "content_type": "image/png"}
        asked = set()

        def check(operation, target=None, status=200, **request):
            asked.add(operation)
            method, path = operation.split(" ")
            return self.check(operation, ask(method, target or path, **request), status)

        for path in ("/livez", "/healthz", "/readyz", "/v1/openapi.json"):
            check(f"GET {path}", token="")
        self.assertIn(b"simdb_requests_total{", check("GET /metrics"))
        self.assertEqual(check("GET /v1/stats")["items"], 54)
        self.assertIn(b"event: change", check("GET /v1/events", "/v1/events?since=0"))
        self.assertEqual(check("POST /v1/session", body={"code": self.server.code}, token="")["token"], self.server.token)
        check("POST /v1/session", body={"code": self.server.code}, token="", status=401)

        answer = check("POST /v1/query", "/v1/query?k=5&why=true&name=a%20b.png", **picture)
        self.assertEqual((answer["path"], len(answer["neighbors"])), ("a b.png", 5))
        first = answer["neighbors"][0]["id"]
        check("POST /v1/query/json", body={"id": first, "k": 3, "alpha": 0.2})
        batch = check("POST /v1/query/batch", body={"vectors": [[1] + [0] * 15, [0] * 15 + [-1]], "k": 2})
        self.assertEqual([a["path"] for a in batch["answers"]], ["image:0", "image:1"])

        added = check("POST /v1/items", "/v1/items?class=new&key=mine&meta=size=3&on-duplicate=warn", 201, **picture)
        self.assertEqual((added["duplicate_of"]["id"], added["duplicate_of"]["same"]), (first, "file"))
        again = check("POST /v1/items", "/v1/items?class=new&key=mine", **picture)
        self.assertEqual((again["id"], again["added"]), (added["id"], False))
        id = added["id"]
        self.assertEqual(check("GET /v1/items/{id}", f"/v1/items/{id}")["key"], "mine")
        check("PATCH /v1/items/{id}", f"/v1/items/{id}", body={"class": "newer", "set": {"n": 1}, "unset": ["size"]})
        page = check("GET /v1/items", "/v1/items?class=newer&where=n%3E0")
        self.assertEqual(([item["metadata"] for item in page["items"]], page["next"]), ([{"n": 1}], None))
        self.assertEqual(check("GET /v1/items", "/v1/items?limit=1")["next"], 1)
        self.assertEqual(check("POST /v1/items/change", body={"ids": [id], "set": {"m": 2}})["changed"], 1)
        self.assertIn({"value": 2, "items": 1}, check("GET /v1/classes", "/v1/classes?by=m&class=newer")["values"])
        head, item = check("GET /v1/items/export", "/v1/items/export?class=newer").splitlines()
        self.assertEqual((json.loads(head)["dimension"], json.loads(item)["id"], len(json.loads(item)["vector"])), (16, id, 16))
        end = json.loads(check("GET /v1/changes"))
        self.assertEqual(set(end), {"change", "end"})
        lines = check("GET /v1/changes", f"/v1/changes?since={end['change'] - 1}&class=newer").splitlines()
        self.assertEqual([json.loads(line).get("op") for line in lines], ["update", None])
        check("GET /v1/changes", "/v1/changes?since=999999", status=404)
        check("GET /v1/items/{id}/thumbnail", f"/v1/items/{id}/thumbnail")
        self.assertEqual(check("GET /v1/items/{id}/image", f"/v1/items/{id}/image"), self.server.picture)
        near = check("GET /v1/items/{id}/neighbors", f"/v1/items/{id}/neighbors?k=4")["neighbors"]
        self.assertEqual((near[0]["id"], len(near)), (first, 4))
        exported = subprocess.run([SIMDB, "export", "--db", self.server.database, "--limit", "2"], check=True, capture_output=True).stdout
        lines = {"body": exported, "content_type": "application/x-ndjson"}
        self.assertEqual(check("POST /v1/items/import", **lines), {"imported": 0, "existing": 2})
        lines["body"] = re.sub(rb'"class": ?"[^"]*"', b'"class":"imported"', exported)
        self.assertEqual(check("POST /v1/items/import", **lines), {"imported": 2, "existing": 0})
        lines["body"] = lines["body"].replace(b"imported", b"more") + b"{}\n"
        self.assertIn("line 4", check("POST /v1/items/import", status=422, **lines)["detail"])
        self.assertEqual(check("POST /v1/classes/delete", body={"class": "more"}, status=404)["code"], "not_found")
        check("POST /v1/classes/delete", body={"class": "imported"})
        check("POST /v1/items/move", body={"ids": [id], "class": "new"})
        check("POST /v1/classes/rename", body={"from": "new", "to": "old"})
        check("POST /v1/classes/rename", body={"from": "old", "to": "red"}, status=409)
        self.assertIn({"class": "old", "items": 1}, check("GET /v1/classes")["classes"])
        doubles = check("GET /v1/duplicates", "/v1/duplicates?limit=1&class=old")
        self.assertEqual([item["id"] for item in doubles["groups"][0]["items"]], [first, id])
        check("GET /v1/review", "/v1/review?k=5&limit=2")
        confusion = check("GET /v1/confusion", "/v1/confusion?k=5&alpha=0.1")
        self.assertEqual((confusion["of"], confusion["unknown"]["alpha"]), (55, 0.1))
        length = int.from_bytes(check("GET /v1/map", "/v1/map?dims=2")[:4], "little")
        self.assertEqual((4 + length) % 8, 0)
        uri = "data:image/png;base64," + base64.b64encode(self.server.picture).decode()
        alike = check("POST /v1/compare", body={"a": uri, "b": {"id": first}})
        self.assertEqual((alike["a"], alike["b"]), ("image", str(first)))
        self.assertGreater(alike["similarity"], 0.9999)
        vectors = check("POST /v1/embeddings", body={"input": [uri, uri], "model": "omniglot"})
        self.assertEqual(vectors["data"][0]["embedding"], vectors["data"][1]["embedding"])
        self.assertEqual(check("POST /v1/review/keep", body={"ids": [id]}), {"kept": 1})
        job = lambda **body: check("POST /v1/jobs", status=202, body=body)["id"]
        verified = self.ended(job(kind="verify", deep=True), check)
        self.assertEqual(verified["result"], {"items": 55, "sound": True, "problems": []}, verified)
        calibrated = self.ended(job(kind="calibrate", alpha=0.2, **{"group-by": "set"}), check)
        self.assertEqual(calibrated["state"], "done", calibrated)
        self.assertEqual(check("DELETE /v1/jobs/{id}", f"/v1/jobs/{verified['id']}"), verified)
        self.assertEqual(check("GET /v1/jobs")["jobs"], [verified, calibrated])
        self.assertEqual(self.ended(job(kind="calibrate"), check)["state"], "done")

        unknown = check("POST /v1/query", "/v1/query?keep-unknown=true&accept=1&class=old", body=STRIPES, content_type="image/png")
        self.assertEqual(unknown["decision"], "unknown")
        check("POST /v1/query", "/v1/query?keep-unknown=1", status=403, token=self.server.reading, **picture)
        waiting = check("GET /v1/unknowns", "/v1/unknowns?limit=5&after=1")
        self.assertEqual((waiting["total"], waiting["next"]), (1, None))
        waiting = waiting["unknowns"][0]["id"]
        self.assertEqual(check("GET /v1/unknowns/{id}/image", f"/v1/unknowns/{waiting}/image"), STRIPES)
        check("POST /v1/unknowns/{id}/name", f"/v1/unknowns/{waiting}/name", 201, body={"class": "old"})
        self.assertEqual(check("POST /v1/unknowns/delete", body={"ids": [waiting]}), {"deleted": 0})
        copy = self.server.folder / "copy"
        copy.write_bytes(check("GET /v1/backup"))
        restored = subprocess.run([SIMDB, "restore", copy, "--db", self.server.folder / "restored", "--json"], check=True, capture_output=True)
        self.assertEqual(json.loads(restored.stdout)["items"], 56)
        check("POST /v1/classes/delete", body={"class": "old"})
        check("DELETE /v1/items/{id}", "/v1/items/1")
        check("POST /v1/items/delete", body={"ids": [2, 3]})
        self.assertEqual(check("GET /v1/stats")["items"], 51)

        self.assertEqual({operation for operation, _, _ in self.operations()} - asked, set())

    def test_what_is_wrong_is_refused_as_it_says(self):
        for operation, path, described in self.operations():
            method = operation.split(" ")[0]
            target = path.replace("{id}", "999999")
            with self.subTest(operation):
                is_open = described.get("security") == []
                writes = described.get("security") == [{"token": ["write"]}]
                body = {"body": b"{}" if "json" in str(described.get("requestBody")) else self.server.picture}
                if "ndjson" in str(described.get("requestBody")):
                    body["content_type"] = "application/x-ndjson"
                if "requestBody" not in described:
                    body = {}
                elif body["body"] != b"{}":
                    body["content_type"] = "image/png"
                if not is_open:
                    self.check(operation, self.server.ask(method, target, token="wrong", **body), 401)
                    self.check(operation, self.server.ask(method, target, token="", **body), 401)
                if writes:
                    self.check(operation, self.server.ask(method, target, token=self.server.reading, **body), 403)
                self.check(operation, self.server.ask(method, target + "?nonsense=1", **body), 400)
                if body:
                    self.check(operation, self.server.ask(method, target, **{**body, "content_type": "text/plain"}), 415)
                if "{id}" in path and not body:
                    self.check(operation, self.server.ask(method, target), 404)

    def test_parameters_are_those_of_the_document(self):
        """Each that it names is known, and takes no value that it excludes."""
        for operation, path, described in self.operations():
            method = operation.split(" ")[0]
            for part in described.get("parameters", []):
                parameter = self.resolved(part)
                schema = parameter["schema"].get("items", parameter["schema"])
                bad = {"integer": "-1", "number": "x", "boolean": "maybe"}.get(schema.get("type"), "no" if "enum" in schema else None)
                if bad is None:
                    continue
                values = {parameter["name"]: bad}
                if method == "POST" and path == "/v1/items":
                    values["class"] = "c"
                target = path.replace("{id}", "1") + "?" + urllib.parse.urlencode(values)
                with self.subTest(target):
                    body = {"body": self.server.picture, "content_type": "image/png"} if method == "POST" else {}
                    self.check(operation, self.server.ask(method, target, **body), 400)
                    self.assertIn(parameter["name"], json.loads(self.server.ask(method, target, **body)[2])["detail"])

    def test_the_example_client_asks_and_adds(self):
        example = Path(__file__).resolve().parents[2] / "examples" / "http_client.py"
        picture = self.server.folder / "a+b c.png"
        picture.write_bytes(self.server.picture)
        words = [sys.executable, "-B", example, f"http://127.0.0.1:{self.server.port}", self.server.database / "server.token"]
        run = lambda *more: subprocess.run([*words, *more], capture_output=True, text=True)
        self.assertRegex(run(picture).stdout, r"a\+b c\.png: (known|ambiguous), ")
        added = run("--add", "x + y", picture)
        self.assertRegex(added.stdout, r"item \d+ of x \+ y\n")
        counts = json.loads(self.server.ask("GET", "/v1/classes")[2])["classes"]
        self.assertIn({"class": "x + y", "items": 1}, counts)
        self.server.ask("POST", "/v1/classes/delete", {"class": "x + y"})
        self.assertIn("no PNG", run(example).stderr)

    def test_the_example_client_in_cpp_asks_and_adds(self):
        picture = self.server.folder / "a+b c.png"
        picture.write_bytes(self.server.picture)
        words = [HTTP_CLIENT, f"http://127.0.0.1:{self.server.port}", self.server.database / "server.token"]
        run = lambda *more: subprocess.run([*words, *more], capture_output=True, text=True)
        answers = [json.loads(line) for line in run(picture, picture).stdout.splitlines()]
        self.assertEqual([answer["path"] for answer in answers], [str(picture)] * 2)
        added = json.loads(run("--add", "x + y", picture).stdout)
        self.assertEqual((added["class"], added["added"]), ("x + y", True))
        self.server.ask("POST", "/v1/classes/delete", {"class": "x + y"})
        refused = run(__file__)
        self.assertEqual((refused.returncode, "no PNG" in refused.stderr), (1, True))

    def test_answers_are_those_of_the_command_line(self):
        def lines(*words):
            done = subprocess.run([SIMDB, *words, "--db", self.server.database, "--json"], check=True, capture_output=True)
            return done.stdout

        picture = self.server.folder / "asked.png"
        picture.write_bytes(self.server.picture)
        for options in ("", "k=3", "why=true", "alpha=0.2&class=red", "accept=0.9", "within=0.5&where=set%3Ddrawn"):
            words = []
            for name, value in urllib.parse.parse_qsl(options):
                dashes = "-" if name == "k" else "--"
                words += [dashes + name] if name == "why" else [dashes + name, value]
            target = "/v1/query?name=" + urllib.parse.quote(str(picture), safe="") + "&" * bool(options) + options
            with self.subTest(options):
                served = self.server.ask("POST", target, self.server.picture, "image/png")[2]
                self.assertEqual(served, lines("query", picture, *words))
        self.assertEqual(self.server.ask("GET", "/v1/items/9")[2], lines("ls", "--after", "8", "--limit", "1"))
        self.server.ask("POST", "/v1/items?class=wrong", self.server.picture, "image/png")
        for command, field in ("duplicates", "groups"), ("review", "items"):
            printed = lines(command).decode().splitlines()
            served = self.server.ask("GET", f"/v1/{command}?limit=1000")[2].decode()
            self.assertGreater(len(printed), 0)
            self.assertIn(f'"{field}":[{",".join(printed)}],"total":{len(printed)}', served)
        self.server.ask("POST", "/v1/classes/delete", {"class": "wrong"})
        pair = [self.server.folder / "image", next(self.server.folder.rglob("*.png"))]
        pair[0].write_bytes(self.server.picture)
        printed = subprocess.run([SIMDB, "compare", *pair, "--encoder", "omniglot", "--json"], check=True, capture_output=True).stdout
        a, b = ("data:image/png;base64," + base64.b64encode(path.read_bytes()).decode() for path in pair)
        served = self.server.ask("POST", "/v1/compare", {"a": a, "b": b})[2]
        self.assertEqual(served, re.sub(rb'"(a|b)":"[^"]*"', rb'"\1":"image"', printed))
        shown = json.loads(lines("stats"))
        self.assertTrue(shown.pop("database"))
        self.assertEqual(json.loads(self.server.ask("GET", "/v1/stats")[2]), shown)


if __name__ == "__main__":
    SIMDB = sys.argv.pop(1)
    HTTP_CLIENT = sys.argv.pop(1)
    unittest.main(verbosity=2)
