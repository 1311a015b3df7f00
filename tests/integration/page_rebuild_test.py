#!/usr/bin/env python3
"""The built files of the page, which are in git, are what its sources make, byte for byte, and are small.

Exits with 3 (skipped) where there is no npm or its registry can't be reached.
"""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "server/page/built"
MOST_BYTES = {"app.js": 36_000, "map.js": 150_000, "app.css": 8_000, "index.html": 2_000, "icon.svg": 1_000}  # gzip


def main():
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.iterdir()}
    print("gzip bytes:", sizes)
    wrong = [f"{name} takes {sizes.get(name)} bytes, more than {most}" for name, most in MOST_BYTES.items()
             if sizes.get(name, most + 1) > most]
    wrong += [f"{name} is not known here" for name in sizes.keys() - MOST_BYTES.keys()]
    with tempfile.TemporaryDirectory(prefix="simdb-page-") as folder:
        done = subprocess.run([ROOT / "scripts/build_page.sh", folder], capture_output=True, text=True, check=False)
        if done.returncode == 3 and not wrong:
            print("skipped: no npm\n" + done.stderr)
            return 3
        if done.returncode:
            wrong.append(done.stdout + done.stderr)
        else:
            wrong += [f"{path.name} is not what its sources make; run scripts/build_page.sh" for path in BUILT.iterdir()
                      if path.read_bytes() != (Path(folder) / path.name).read_bytes()]
    for offence in wrong:
        print(offence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
