#!/usr/bin/env python3
"""`simdb serve` asked by schemathesis whatever its OpenAPI document allows, and what it does not: no answer is of class 5xx,
and each has a status, a type and a shape that the document tells.

usage: schemathesis_test.py SIMDB FOLDER    FOLDER is where scripts/setup.sh has put schemathesis
Ends with 77, which ctest takes for "skipped", where it is not there.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from page_server import Server  # noqa: E402

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance", "ignored_auth")
# Answers that never end; bodies that it can't make.
LEFT_OUT = ("/v1/events", "/v1/items/import")
# TRACE gets 501, as RFC 9110 has it for a method that no resource knows.
SETTINGS = """
[phases.coverage]
unexpected-methods = ["DELETE", "GET", "PATCH", "POST", "PUT"]
"""


def main(program, tool):
    if not (tool / "done.txt").exists():
        print("schemathesis is not there. Remedy: scripts/setup.sh, with PyPI in reach")
        return 77
    with tempfile.TemporaryDirectory(prefix="simdb-schemathesis-") as folder:
        server = Server(Path(program).resolve(), folder)
        server.start()
        server.fill()
        settings = Path(folder, "settings.toml")
        settings.write_text(SETTINGS)
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", settings, "run", server.url + "v1/openapi.json",
                   "--header", "Authorization: Bearer " + server.token, "--checks", ",".join(CHECKS),
                   "--phases", "coverage,fuzzing,stateful", "--max-examples", "20", "--seed", "1", "--continue-on-failure",
                   "--request-timeout", "30", "--no-color", "--warnings", "off"]
        for path in LEFT_OUT:
            command += ["--exclude-path", path]
        try:
            return subprocess.run(command, cwd=folder, check=False,
                                  env=os.environ | {"PYTHONPATH": str(tool), "PYTHONDONTWRITEBYTECODE": "1"}).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve()))
