#!/usr/bin/env python3
"""Runs what documents show, the blocks of each in one shell and an empty folder:

  ```console   the lines behind "$ "; what they print is compared. A line "..." stands for any lines; numbers may differ by 2 %,
               since processors round differently; /home/me stands for the folder
  ```sh        every line, whatever it prints
  ```python    the whole, where the Python package was built
  <!-- run     as ```sh, up to -->: what the other blocks need and readers don't

Each command must end with 0.

usage: run_blocks.py PROGRAMS DOCUMENT...    PROGRAMS is the folder that has simdb, beside that of the Python package
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

MARK = "-- end of command --"
BLOCK = re.compile(r"^(?:```(console|sh|python)|<!-- run)\n(.*?)^(?:```|-->)$", re.M | re.S)
ANY = ["..."]


def commands_of(text, prompt):
    """(line from 0, command, lines behind it) of each command in a block: those that begin with the prompt."""
    command, output, begun = None, [], 0
    for number, line in enumerate(text.splitlines()):
        if command is not None and command.endswith("\\"):
            command += "\n" + line
        elif line.startswith(prompt) and line:
            if command is not None:
                yield begun, command, output
            command, output, begun = line.removeprefix(prompt), [], number
        else:
            output.append(line)
    if command is not None:
        yield begun, command, output


def steps_of(text, has_python):
    """(line, command, output) of each command in a document's blocks."""
    for block in BLOCK.finditer(text):
        number = text.count("\n", 0, block.start(2)) + 1
        if block[1] == "console":
            for begun, command, output in commands_of(block[2], "$ "):
                yield number + begun, command, output
        elif block[1] == "python":
            if has_python:
                yield number, f"{shlex.quote(sys.executable)} -c {shlex.quote(block[2])}", ANY
        else:
            for begun, command, _ in commands_of(block[2], ""):
                yield number + begun, command, ANY


def same_word(told, seen):
    if told == seen:
        return True
    try:
        a, b = (float(word.strip("(),:;%")) for word in (told, seen))
    except ValueError:
        return False
    return abs(a - b) <= 0.02 * max(abs(a), abs(b), 0.05)


def same_line(told, seen):
    words = told.split(), seen.split()
    return len(words[0]) == len(words[1]) and all(map(same_word, *words))


def same(told, seen):
    """Whether lines are those that are told, of which "..." is any number."""
    if not told:
        return not seen
    if told[0] == "...":
        return any(same(told[1:], seen[i:]) for i in range(len(seen) + 1))
    return bool(seen) and same_line(told[0], seen[0]) and same(told[1:], seen[1:])


class Shell:
    def __init__(self, folder, programs):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMDB_")}
        environment |= {"PATH": f"{programs}:{environment['PATH']}", "PYTHONPATH": str(programs.parent / "python"), "LC_ALL": "C.UTF-8",
                        "COLUMNS": "80"}
        self.process = subprocess.Popen(["bash", "--norc"], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def run(self, command):
        """Status and lines of a command."""
        self.process.stdin.write(f"{command}\nstatus=$?; echo; echo '{MARK}' $status\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(MARK):
                return int(line.split()[-1]), lines[:-1] if lines and not lines[-1] else lines
            lines.append(line.rstrip("\n"))
        sys.exit(f"the shell ended with: {command}")

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def check(document, programs):
    """Failures in a document, each in words."""
    failures = count = 0
    has_python = any((programs.parent / "python/simdb").glob("_simdb.*"))
    with tempfile.TemporaryDirectory(prefix="simdb-docs-") as folder:
        shell = Shell(folder, programs)
        try:
            for line, command, told in steps_of(document.read_text(), has_python):
                status, seen = shell.run(re.sub(r"\s{2,}# .*", "", command))
                seen = [one.replace(folder, "/home/me") for one in seen]
                count += 1
                if status != 0 or not same(told, seen):
                    failures += 1
                    print(f"{document}:{line}: $ {command}\n" + "".join(f"  told | {one}\n" for one in told) +
                          "".join(f"  seen | {one}\n" for one in seen) + f"  status {status}")
        finally:
            shell.close()
    if count == 0:
        failures += 1
        print(f"{document} has no block to run")
    print(f"{document.name}: {count} commands, {failures} failures")
    return failures


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(1 if sum(check(Path(name), Path(sys.argv[1]).resolve()) for name in sys.argv[2:]) else 0)
