#!/usr/bin/env python3
"""Runs what a document shows: of each block that is marked ```console the lines behind "$ ", in one shell and an empty folder,
and compares what they print. A line "..." stands for any lines; numbers may differ by 2 %, since processors round differently;
/home/me stands for the folder.

usage: run_blocks.py PROGRAMS DOCUMENT...    PROGRAMS is the folder that has simdb
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

MARK = "-- end of command --"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def steps_of(text):
    """(line, command, output) of each command in a document's blocks."""
    for block in BLOCK.finditer(text):
        number = text.count("\n", 0, block.start(1)) + 1
        command, output = None, []
        begun = number
        for offset, line in enumerate(block[1].splitlines()):
            if command is not None and command.endswith("\\"):
                command += "\n" + line
            elif line.startswith("$ "):
                if command is not None:
                    yield begun, command, output
                command, output, begun = line[2:], [], number + offset
            else:
                output.append(line)
        if command is not None:
            yield begun, command, output


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
        environment |= {"PATH": f"{programs}:{environment['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
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
    with tempfile.TemporaryDirectory(prefix="simdb-docs-") as folder:
        shell = Shell(folder, programs)
        try:
            for line, command, told in steps_of(document.read_text()):
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
