#!/usr/bin/env python3
"""The documents as a site: it is built without a warning, and has an entry for every public header, name of the Python package, path
of the server and command.

usage: site_test.py BUILD    BUILD has bin/simdb and, where it was made, the Python package

Ends with 77, which ctest takes for "skipped", where mkdocs is missing.
"""

import ast
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def headings(page):
    """The texts of a page's headings; nothing where there is no such page."""
    if not page.exists():
        return set()
    found = re.findall(r"<h[123][^>]*>(.*?)</h[123]>", page.read_text(), re.S)
    return {html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in found}


def wanted(build):
    """(page, heading) of everything that must have an entry."""
    for path in (ROOT / "include/simdb").glob("*.h"):
        yield f"cpp/{path.stem}", f"simdb/{path.name}"
    package = ast.parse((ROOT / "python/simdb/__init__.py").read_text())
    names = next(node.value for node in package.body if isinstance(node, ast.Assign) and node.targets[0].id == "__all__")
    for name in ast.literal_eval(names):
        yield "python/simdb", name
    for path, operations in json.loads((ROOT / "server/openapi.json").read_text())["paths"].items():
        for method in operations.keys() - {"parameters"}:
            yield "http", f"{method.upper()} {path}"
    overview = subprocess.run([build / "bin/simdb", "--help"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"^  ([a-z-]+) +\S", overview, re.M):
        yield "commands", f"simdb {name}"


def main(build):
    if shutil.which("mkdocs") is None:
        print("skipped: mkdocs is missing")
        return 77
    site = build / "site"
    done = subprocess.run(["mkdocs", "build", "--quiet", "--strict", "--config-file", ROOT / "packaging/mkdocs.yml", "--site-dir", site],
                          env=os.environ | {"SIMDB_BUILD": str(build)}, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        sys.exit(f"mkdocs ended with {done.returncode}: {done.stdout}{done.stderr}")
    entries = list(wanted(build))
    missing = [f"{page}: {heading}" for page, heading in entries if heading not in headings(site / "reference" / page / "index.html")]
    for entry in missing:
        print(f"the site's reference has no entry for {entry}")
    print(f"{len(entries)} entries, {len(missing)} missing")
    return 1 if missing or not entries else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
