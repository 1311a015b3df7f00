"""What `simdb --help` and the --help of every command print."""

import re
import subprocess


def told(program, *words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def page(program):
    overview = told(program)
    parts = ["# All options", "What `--help` prints. [The command line](../cli.md) explains it.",
             "## simdb", f"```\n{overview}```"]
    for name in re.findall(r"^  ([a-z-]+) +\S", overview, re.M):
        text = told(program, name)
        if text is None and name.startswith("train"):
            text = "This build is without training.\n"
        parts += [f"## simdb {name}", f"```\n{text}```"]
    return "\n\n".join(parts) + "\n"
