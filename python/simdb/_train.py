"""simdb.train: an encoder of one's own, made by the program simdb-train."""

from __future__ import annotations

import os
from collections import deque
from typing import Any, Deque, Dict, Iterator, List, Optional, Union

from simdb import _errors, _simdb
from simdb._types import Epoch, Trained

_Path = Union[str, "os.PathLike[str]"]

_KINDS = {2: _errors.Usage, 3: _errors.NotFound, 4: _errors.BadInput, 5: _errors.Corruption, 6: _errors.Io, 7: _errors.Busy}
_FLAGS = ("resume", "soft_margin")
_REPEATED = ("backbone", "image_limit")
_NOT_HERE = ("help", "json", "log", "preview")
_SECONDS_TO_END = 30  # it writes what is best so far
_SECONDS_BETWEEN_LOOKS = 0.1


def train(folder: _Path, output: _Path, **options: Any) -> Training:
    """Trains an encoder on the images of `folder`, a sub-folder per class, and writes it to `output` (FILE.onnx).

    Starts the program simdb-train and returns at once. Iterate over the Training for an Epoch after each epoch; leaving the
    loop, like Ctrl-C, ends the training and keeps what is best so far. result() waits for its end.

    options: those of `simdb train --help`, with _ for -: epochs=20, time_limit="10m", channels=[64, 64, 128],
    batch_norm=True, from_="photo", ... None stands for the default.

    Raises NotFound where simdb-train is not installed. The rest is raised while one iterates or by result(): Usage (an
    option), NotFound (the folder), BadInput (its images), Io. RuntimeWarnings are what simdb-train warns of.
    """
    words = _words_of(options)
    return Training(_program(), os.path.abspath(folder), os.fspath(output), words)


class Training:
    """A training that runs in a process of its own. It ends with this object, at the latest."""

    plan: Optional[Dict[str, Any]] = None
    """How long, on what and judged by what, as docs/training.md tells of the event "plan"; None before the first epoch."""

    def __init__(self, program: str, folder: str, output: str, words: List[str]) -> None:
        import subprocess
        import tempfile
        self._output = output
        self._result: Optional[Trained] = None
        self._failure: Optional[_errors.Error] = None
        self._ended = False
        self._events: Deque[Dict[str, Any]] = deque()  # that were not told yet
        self._unfinished = b""  # line of the log
        # Files, which the process never waits for.
        self._notes = tempfile.TemporaryFile()
        self._log = tempfile.NamedTemporaryFile(prefix="simdb-train-")
        # In this group of processes, so that what ends a terminal's programs ends it too.
        self._process = subprocess.Popen([program, folder, "--output", os.path.abspath(output), "--log", self._log.name, *words],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._notes)

    def __iter__(self) -> Iterator[Epoch]:
        try:
            yield from self._epochs()
        finally:
            self.close()

    def result(self) -> Trained:
        """What came of it, once it has ended. Raises what train() says."""
        for _ in self:
            pass
        if self._result is None:
            assert self._failure is not None
            raise self._failure
        return self._result

    def close(self) -> None:
        """Ends it, if it still runs, and keeps what is best so far: result() tells."""
        self._end()
        for _ in self._epochs():
            pass

    def _end(self) -> None:
        from subprocess import TimeoutExpired
        if self._process.poll() is None:
            self._process.terminate()  # a terminal's Ctrl-C was heard already, and a second SIGINT would kill
            try:
                self._process.wait(_SECONDS_TO_END)
            except TimeoutExpired:
                pass
            finally:
                self._process.kill()  # if it is still there
                self._process.wait()

    def __enter__(self) -> Training:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_process"):
            self._end()
            self._log.close()
            self._notes.close()

    def _epochs(self) -> Iterator[Epoch]:
        """Those that were not told yet."""
        import warnings
        while self._events or not self._ended:
            if not self._events:
                self._look()
                continue
            event = self._events.popleft()
            kind = event.pop("event")
            if kind == "epoch":
                yield Epoch(**event)
            elif kind == "plan":
                self.plan = event
            elif kind == "warning":
                warnings.warn(event["text"], RuntimeWarning, stacklevel=3)
            elif kind == "end":
                event["path"] = self._output
                self._result = Trained(**{name: event[name] for name in Trained._fields})

    def _look(self) -> None:
        """What the log has got since, after a while or the process's end, whichever is first."""
        import json
        from subprocess import TimeoutExpired
        at_end = False
        try:
            self._process.wait(_SECONDS_BETWEEN_LOOKS)
            at_end = True
        except TimeoutExpired:
            pass
        *lines, self._unfinished = (self._unfinished + self._log.read()).split(b"\n")
        self._events += map(json.loads, lines)
        if at_end:
            self._finish()

    def _finish(self) -> None:
        import warnings
        self._ended = True
        self._log.close()
        self._notes.seek(0)
        lines = self._notes.read().decode(errors="backslashreplace").splitlines()
        self._notes.close()
        skipped = [line for line in lines if line.startswith("skipped ")]
        if skipped:
            warnings.warn(f"{len(skipped)} images could not be used; the first: {skipped[0]}", RuntimeWarning, stacklevel=4)
        code = self._process.returncode
        begin = "simdb train: "
        reasons = [line[len(begin):] for line in lines if line.startswith(begin)]
        reasons.append(f"simdb-train ended by signal {-code}" if code < 0 else f"simdb-train ended with the exit code {code}")
        self._failure = _KINDS.get(code, _errors.Error)(reasons[0] + ("; no model was written" if code < 0 else ""))


def _program() -> str:
    import shutil
    folder = _simdb._program_folder()
    program = shutil.which("simdb-train", path=folder) or shutil.which("simdb-train")
    if program is None:
        raise _errors.NotFound(f"there is no program simdb-train in {folder} or on the PATH; it is in Debian's package simdb-train "
                               "and in builds with SIMDB_BUILD_TRAINING")
    return program


def _words_of(options: Dict[str, Any]) -> List[str]:
    """As the command line has them."""
    words = []
    for name, value in options.items():
        if name in _NOT_HERE:
            raise _errors.Usage(f"{name} is no option of simdb.train, which tells all by itself; for a file: `simdb train` has it")
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is None or (name in _FLAGS and value is False):
            continue
        if name in _FLAGS and value is True:
            words.append(option)
        elif name in _REPEATED and isinstance(value, (list, tuple)):
            words += [f"{option}={_text_of(name, one)}" for one in value]
        else:
            words.append(f"{option}={_text_of(name, value)}")
    return words


def _text_of(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if name == "time_limit" and isinstance(value, (int, float)):
        return f"{value}s"
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(os.fspath(value)) if hasattr(value, "__fspath__") else str(value)
