#!/usr/bin/env python3
"""Completion in the real shells: keys are typed into bash, zsh and fish, and what the program is then given is compared.

usage: completion_test.py SIMDB SHELL SCRIPT    SHELL is bash, zsh or fish, SCRIPT its script in cli/completion

Ends with 77, which ctest takes for "skipped", where the shell is missing.
"""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# What must arrive as it is, and must not run. Control characters can't be in a name; what can't be shown as it is (\u202e turns
# the text around) is not offered.
CLASSES = ["plain", "a b", "$(touch pwned)", "`touch pwned`", "${x:=$(touch pwned)}", "it's", 'say "hi"', "wow!", "back\\slash", "x:y:z",
           "x:y:w", "é…", "*", "~", "=a", "-dash", "#hash", "semi;touch pwned", "q\u202ename"]
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; PS1='> '; source {script}\n"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -D; PS1='> '; source {script}\n"),
}
WRAPPER = """#!/bin/sh
if [ "$1" = __complete ]; then exec "{program}" "$@"; fi
printf '%s\\0' "$@" > given.part
mv given.part given
"""


class Typist:
    """A shell at a terminal. The simdb that it calls keeps what it is given."""

    def __init__(self, shell, script, environment):
        command, start = START[shell]
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], command, environment)
        self.seen = ""
        self.type(start.format(script=script) + "simdb ready\n")
        self.given()

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def read(self, seconds):
        if select.select([self.terminal], [], [], seconds)[0]:
            self.seen += os.read(self.terminal, 65536).decode(errors="replace")

    def given(self):
        """The words that simdb gets once a line has been typed."""
        given, end = Path("given"), time.monotonic() + 20
        while not given.exists() and time.monotonic() < end:
            self.read(0.02)
        if not given.exists():
            sys.exit(f"the program was not called; the terminal shows:\n{self.seen[-2000:]}")
        words = given.read_text().split("\0")[:-1]
        given.unlink()
        return words

    def complete(self, line):
        self.type(line + "\t")
        self.type("\r")
        return self.given()

    def close(self):
        os.close(self.terminal)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)


class Fish:
    """fish tells what it would offer."""

    def __init__(self, script, environment):
        self.script, self.environment = script, environment

    def offers(self, line):
        told = subprocess.run(["fish", "--no-config", "-c", f"source {self.script}; complete -C $argv[1]", line], env=self.environment,
                              capture_output=True, text=True, check=True)
        if told.stderr:
            sys.exit(f"fish says of {line!r}: {told.stderr}")
        return [offer.partition("\t")[0] for offer in told.stdout.splitlines()]


def expect(line, told, wanted):
    if told != wanted:
        sys.exit(f"{line!r}: {told!r}, not {wanted!r}")


def check_typing(typist):
    """What bash and zsh have in common. Each line begins a word that can go on in one way only."""
    for line, wanted in {
        "simdb quer": ["query"],
        "simdb --db db stat": ["--db", "db", "stats"],
        "simdb ls --js": ["ls", "--json"],
        "simdb ls pla": ["ls", "plain"],
        "simdb ls a": ["ls", "a b"],
        "simdb ls 'a": ["ls", "a b"],
        "simdb ls \"a": ["ls", "a b"],
        "simdb ls a\\ ": ["ls", "a b"],
        "simdb ls \\$\\(": ["ls", "$(touch pwned)"],
        "simdb ls '$(": ["ls", "$(touch pwned)"],
        "simdb ls \"\\$(": ["ls", "$(touch pwned)"],
        "simdb ls \\`": ["ls", "`touch pwned`"],
        "simdb ls \"\\`": ["ls", "`touch pwned`"],
        "simdb ls \\$\\{": ["ls", "${x:=$(touch pwned)}"],
        "simdb ls it": ["ls", "it's"],
        "simdb ls \"it": ["ls", "it's"],
        "simdb ls 'it": ["ls", "it's"],
        "simdb ls sa": ["ls", 'say "hi"'],
        "simdb ls \"sa": ["ls", 'say "hi"'],
        "simdb ls wo": ["ls", "wow!"],
        "simdb ls \"wo": ["ls", "wow!"],
        "simdb ls ba": ["ls", "back\\slash"],
        "simdb ls 'ba": ["ls", "back\\slash"],
        "simdb ls x:y:z": ["ls", "x:y:z"],
        "simdb ls x": ["ls", "x:y:"],  # as far as both go
        "simdb ls é": ["ls", "é…"],
        "simdb ls \\*": ["ls", "*"],
        "simdb ls \\#": ["ls", "#hash"],
        "simdb ls sem": ["ls", "semi;touch pwned"],
        "simdb ls q": ["ls", "q"],
        "simdb ls --class=a": ["ls", "--class=a b"],
        "simdb ls --class=x:y:z": ["ls", "--class=x:y:z"],
        "simdb ls --class pla": ["ls", "--class", "plain"],
        "simdb ls -- -d": ["ls", "--", "-dash"],
        "simdb add --on-duplicate=ski": ["add", "--on-duplicate=skip"],
        "simdb add --on-duplicate ski": ["add", "--on-duplicate", "skip"],
        "simdb train --los": ["train", "--loss"],
        "simdb train --loss circ": ["train", "--loss", "circle"],
        "simdb query pict": ["query", "picture of it.png"],
        "simdb query --report-no --files-from=pict": ["query", "--report-no", "--files-from=picture of it.png"],
        "simdb --db d": ["--db", "db"],  # bash leaves the slash
        "simdb mv 1 pla": ["mv", "1", "plain"],
        "simdb init --encoder omni": ["init", "--encoder", "omniglot"],
        "simdb query --image-limit megap": ["query", "--image-limit", "megapixels="],
        "simdb ls --db nowhere pla": ["ls", "--db", "nowhere", "pla"],
    }.items():
        expect(line, [word.removesuffix("/") for word in typist.complete(line)], wanted)
    # The shell itself runs this, but only once the line is sent.
    typist.type("simdb ls $(touch pwned) pla\t")
    typist.type("\x15simdb end\r")  # Ctrl-U: the line is not sent
    expect("end", typist.given(), ["end"])


def check_fish(fish):
    for line, wanted in {
        "simdb quer": ["query"],
        "simdb --db db stat": ["stats"],
        "simdb ls --js": ["--json"],
        "simdb ls --class=a": ["--class=a b"],
        "simdb ls --class=x:": ["--class=x:y:w", "--class=x:y:z"],
        "simdb ls x:y:z": ["x:y:z"],
        "simdb ls -- -d": ["-dash"],
        "simdb ls 'a": ["a b"],
        "simdb ls \\$\\(": ["$(touch pwned)"],
        "simdb train --loss circ": ["circle"],
        "simdb add --on-duplicate=ski": ["--on-duplicate=skip"],
        "simdb query pict": ["picture of it.png"],
        "simdb query --files-from=pict": ["--files-from=picture of it.png"],
        "simdb ls --db nowhere pla": [],
        "simdb ls (touch pwned) pla": ["plain"],
    }.items():
        expect(line, fish.offers(line), wanted)
    offered = fish.offers("simdb ls ")
    expect("simdb ls ", sorted(offered), sorted(name for name in CLASSES if "\u202e" not in name))
    expect("simdb --db d", [word for word in fish.offers("simdb --db d") if "db" in word], ["db/"])


def main(program, shell, script):
    if shutil.which(shell) is None:
        print(f"skipped: {shell} is missing")
        return 77
    with tempfile.TemporaryDirectory(prefix="simdb-completion-") as folder:
        os.chdir(folder)
        wrapper = Path("bin/simdb")
        wrapper.parent.mkdir()
        wrapper.write_text(WRAPPER.format(program=program))
        wrapper.chmod(0o755)
        Path("picture of it.png").write_bytes(b"")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SIMDB_", "COMP_"))}
        environment |= {"PATH": f"{folder}/bin:{environment['PATH']}", "LC_ALL": "C.UTF-8", "SIMDB_DB": "db", "TERM": "xterm",
                        "HOME": folder}
        lines = [json.dumps({"class": name, "vector": [1, float(i)]}) for i, name in enumerate(CLASSES)]
        subprocess.run([program, "init", "--db", "db", "--space", "s", "--dimension", "2"], check=True, capture_output=True)
        head = subprocess.run([program, "export", "--db", "db"], check=True, capture_output=True, text=True).stdout
        subprocess.run([program, "import", "--db", "db", "-"], input=head + "\n".join(lines) + "\n", text=True, check=True, capture_output=True)
        if shell == "fish":
            check_fish(Fish(script, environment))
        else:
            typist = Typist(shell, script, environment)
            try:
                check_typing(typist)
            finally:
                typist.close()
        if Path("pwned").exists():
            sys.exit("completion ran what the name of a class says")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(str(Path(sys.argv[1]).resolve()), sys.argv[2], Path(sys.argv[3]).resolve()))
