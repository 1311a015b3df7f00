"""For mkdocs: the pages of the reference, made of what the programs, headers, stubs and the server's document say at this moment.

The build folder is that of SIMDB_BUILD, else build/release. What it has not (no module for Python, say) has no page; what it has
without a page is an error.
"""

import atexit
import os
import sys
import tempfile
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging"))

from reference import commands, headers, http_api, python_module  # noqa: E402

build = Path(os.environ.get("SIMDB_BUILD", ROOT / "build/release"))
folder = tempfile.TemporaryDirectory(prefix="simdb-site-")
atexit.register(folder.cleanup)
pages = []  # the paths of what is made, from reference/ on


def write(name, text):
    path = Path(folder.name, "reference", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    pages.append(f"reference/{name}")
    return f"reference/{name}"


def on_config(config):
    pages.clear()
    made = [{"All options": write("commands.md", commands.page(build / "bin/simdb"))},
            {"HTTP": write("http.md", http_api.page(ROOT / "server/openapi.json"))}]
    for name, text in python_module.pages(ROOT / "python/simdb", build / "python"):
        made.append({f"Python: {name}": write(f"python/{name}.md", text)})
    sources = sorted((ROOT / "include/simdb").glob("*.h"))
    cpp = [{"All headers": write("cpp/index.md", headers.index(sources))}]
    cpp += [{path.name: write(f"cpp/{path.stem}.md", headers.page(path))} for path in sources]
    made.append({"C++": cpp})
    config["extra_css"].append(write("site.css", (ROOT / "packaging/site.css").read_text()))
    reference = next(entry["Reference"] for entry in config["nav"] if "Reference" in entry)
    reference.extend(made)
    return config


def on_files(files, config):
    for page in pages:
        files.append(File(page, folder.name, config["site_dir"], config["use_directory_urls"]))
    return files
