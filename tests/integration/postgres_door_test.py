#!/usr/bin/env python3
"""What simdb prints of a database in a folder it prints of the same one in PostgreSQL; copies, a server, Python's address.

usage: postgres_door_test.py SIMDB POSTGRES_SERVER PYTHON_FOLDER
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

SIMDB, SERVER, PYTHON = sys.argv[1:4]
VOLATILE = re.compile(r'"(added_ms|changed_ms|disk_bytes|database|added|changed|seconds)":\s*("[^"]*"|[\d.]+),?\s*')
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FLOAT = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def run(*words, code=0, stdin=None, env=None):
    done = subprocess.run([SIMDB, *map(str, words)], capture_output=True, text=True, input=stdin, timeout=120, env=env, check=False)
    if done.returncode != code:
        raise AssertionError(f"simdb {' '.join(map(str, words))}: code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


def words_and_floats(text):
    text = TIME.sub("TIME", VOLATILE.sub("", text))
    return FLOAT.sub("#", text), FLOAT.findall(text)


def is_close(a, b):
    """Encoders round by what they encode together, which chance decides."""
    digits = min(4, len(a.partition(".")[2]), len(b.partition(".")[2]))
    return abs(float(a) - float(b)) <= 1.01 * 10 ** -digits


class Door(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen([sys.executable, "-B", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop_server)
        first = cls.server.stdout.readline().strip()
        if first.startswith("skipped: "):
            raise unittest.SkipTest(first)
        words = dict(word.split("=", 1) for word in first.split())
        cls.socket = f"postgresql://{words['user']}@/{words['dbname']}?host={words['host']}&port={words['port']}"
        cls.server.stdout.readline()
        cls.folder = Path(tempfile.mkdtemp(prefix="simdb-door-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        run("sample-data", cls.folder / "shapes", "--count", 8, "--class-by", "both")
        cls.place = cls.address("door")
        cls.plain = cls.folder / "plain.simdb"
        for place in (cls.plain, cls.place):
            run("init", "--encoder", "omniglot", "--db", place)

    @classmethod
    def stop_server(cls):
        cls.server.stdin.close()
        cls.server.wait()
        cls.server.stdout.close()

    @classmethod
    def address(cls, schema):
        return f"{cls.socket}&schema={schema}"

    def both(self, *words, code=0, stdin=None):
        texts = []
        for place in (self.plain, self.place):
            done = run(*words, "--db", place, code=code, stdin=stdin)
            texts.append((*words_and_floats(done.stdout), done.stderr.replace(str(place), "DB")))
        (text, floats, errors), (other, others, other_errors) = texts
        self.assertEqual((text, errors), (other, other_errors), words)
        self.assertTrue(all(map(is_close, floats, others)), (words, floats, others))

    def test_1_every_command_prints_the_same(self):
        shapes = self.folder / "shapes"
        images = sorted(str(path) for path in shapes.rglob("*.png"))
        held = images[::9]
        for path in sorted(shapes.iterdir()):
            mine = [str(file) for file in sorted(path.iterdir()) if str(file) not in held]
            self.both("add", path.name, *mine, "--json")
        self.both("set", "1", "colour=red", "--key", "first")
        self.both("add", "again", images[1], "--json")
        self.both("mv", "2", "moved")
        self.both("rm", "3")
        for command in (["classes"], ["ls", "--json"], ["ls", "--where", "colour=red"], ["query", *held, "--json"],
                        ["query", held[0]], ["query", held[0], "--within", "0.9", "--json"], ["stats", "--json"], ["export"],
                        ["verify", "--deep"], ["duplicates", "--json"], ["review", "--json"], ["calibrate", "--json"],
                        ["query", *held, "--json"], ["why", held[0], "--json"], ["add", "moved", held[1], "--dry-run"],
                        ["eval", shapes, "--json"], ["tune", "--json"], ["stats", "--json"], ["rm", "--class", "again"],
                        ["query", *held, "--json"], ["verify"]):
            self.both(*command)
        self.assertIn('"decision"', run("query", held[0], "--json", "--db", self.place).stdout)

    def test_2_the_address_comes_from_the_environment_and_keeps_its_password(self):
        env = dict(os.environ, SIMDB_DB=self.place)
        self.assertEqual(run("classes", env=env).stdout, run("classes", "--db", self.place).stdout)
        secret = "postgresql://nobody:hush@localhost:1/none?sslpassword=hush2"
        failed = run("classes", "--db", secret, code=6)
        self.assertIn("localhost", failed.stderr)
        self.assertNotIn("hush", failed.stderr + failed.stdout)
        missing = run("classes", "--db", self.address("absent"), code=3)
        self.assertIn("simdb init", missing.stderr)

    def test_3_what_works_on_a_folder_only_says_what_to_do(self):
        for words, remedy in ((["backup", self.folder / "b"], "simdb copy"), (["reembed", "--encoder", "omniglot"], "simdb copy"),
                              (["verify", "--repair"], "dump")):
            self.assertIn(remedy, run(*words, "--db", self.place, code=2).stderr)
        for words in (["serve", "--index", "memory"], ["serve", "--state", self.folder]):
            self.assertIn("is a folder", run(*words, "--db", self.plain, code=2).stderr)

    def test_4_copies_go_both_ways(self):
        there = self.address("copied")
        back = self.folder / "back.simdb"
        self.assertIn("compared", run("copy", "--from", self.plain, "--to", there).stdout)
        run("copy", "--from", there, "--to", back)
        export = [run("export", "--db", place).stdout for place in (self.plain, there, back)]
        self.assertEqual(export[0], export[1])
        self.assertEqual(export[0], export[2])
        self.assertEqual(run("stats", "--json", "--db", there).stdout.count("calibration"), 1)
        for place in (there, back):
            run("verify", "--db", place)
            self.assertIn("already", run("copy", "--from", self.plain, "--to", place, code=2).stderr)

    def test_5_a_server_answers_from_a_copy_that_follows(self):
        image = next((self.folder / "shapes").rglob("*.png"))
        wanted = json.loads(run("query", image, "--json", "--db", self.place).stdout)
        for index in ("memory", "server"):
            state = self.folder / f"state-{index}"
            server = subprocess.Popen([SIMDB, "serve", "--db", self.place, "--index", index, "--state", str(state), "--listen",
                                       "localhost:0", "--quiet"], stdout=subprocess.PIPE, text=True)
            try:
                url = re.search(r"http://\S+", server.stdout.readline()).group()
                token = (state / "server.token").read_text().strip()

                def ask(path, body=None, kind="application/json"):
                    request = urllib.request.Request(url + path, data=body,
                                                     headers={"Authorization": f"Bearer {token}", "Content-Type": kind})
                    return json.load(urllib.request.urlopen(request, timeout=30))

                answer = ask("v1/query", image.read_bytes(), "image/png")
                self.assertEqual([n["id"] for n in answer["neighbors"]], [n["id"] for n in wanted["neighbors"]])
                self.assertEqual(answer["confidence"], wanted["confidence"])
                # What another process adds is seen here.
                before = ask("v1/stats")["items"]
                name = f"late-{index}"
                run("add", name, image, "--db", self.place)
                end = time.monotonic() + 20
                while ask("v1/stats")["items"] == before and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertEqual(ask("v1/stats")["items"], before + 1)
                # And the other way round.
                added = ask(f"v1/items?class=here-{index}", image.read_bytes(), "image/png")
                self.assertTrue(added)
                self.assertIn(f"here-{index}", run("classes", "--db", self.place).stdout)
                run("rm", "--class", name, "--db", self.place)
                run("rm", "--class", f"here-{index}", "--db", self.place)
            finally:
                server.terminate()
                self.assertEqual(server.wait(30), 0)
                server.stdout.close()

    def test_6_approximate_answers_say_so(self):
        image = next((self.folder / "shapes").rglob("*.png"))
        rough = self.place + "&approximate=1"
        run("reindex", "--db", rough)
        said = json.loads(run("query", image, "--json", "--db", rough).stdout)
        self.assertIs(said.pop("approximate"), True)
        exact = json.loads(run("query", image, "--json", "--db", self.place).stdout)
        self.assertEqual(said["neighbors"][0], exact["neighbors"][0])
        self.assertNotIn("approximate", exact)
        self.assertIn(", approximate", run("query", image, "--db", rough).stdout)
        self.assertIn("searches   approximate", run("stats", "--db", rough).stdout)

    def test_7_python_opens_the_address_too(self):
        if not list(Path(PYTHON).glob("simdb/_simdb*.so")):
            self.skipTest("the Python module was not built")
        program = """
import sys, simdb
with simdb.open(sys.argv[1], "w") as db:
    id = db.add("python", [sys.argv[2]], keys=["from python"])[0].id
    assert db.classes()["python"] == 1 and db.path == sys.argv[1], (db.classes(), db.path)
    assert [near.id for near in db.query(sys.argv[2]).neighbors].count(id) == 1
with simdb.open(sys.argv[1]) as reader:
    assert next(iter(reader.items(classes="python"))).key == "from python"
"""
        image = next((self.folder / "shapes").rglob("*.png"))
        subprocess.run([sys.executable, "-B", "-c", program, self.place, str(image)], env=dict(os.environ, PYTHONPATH=PYTHON),
                       check=True, timeout=120)
        run("rm", "--class", "python", "--db", self.place)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
