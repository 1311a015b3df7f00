"""What simdb's calls raise. The C++ module looks these up by name."""

from typing import List, Tuple

from simdb._types import Added


class Error(Exception):
    """The base of all of them. The message says what was attempted, on what, why it failed and what to do."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # a KeyError would put it in quotes


class NotFound(Error, KeyError):
    """A file, class, item or database that does not exist."""


class BadInput(Error, ValueError):
    """An image, model, vector or name that can't be used."""


class Usage(Error, ValueError):
    """The call itself makes no sense: k = 0, a database that is closed, a handle of another process."""


class Busy(Error):
    """The database is being written by another process."""


class Corruption(Error):
    """Stored data that contradicts its checksum or itself."""


class Io(Error, OSError):
    """The operating system refused: permission, full disk, read-only disk."""


class AddFailed(BadInput):
    """Some images of an add could not be used; the others were added.

    added: as add() returns it, with an id of None for those that failed
    failures: list of (position, message)
    """

    def __init__(self, message: str, added: List[Added], failures: List[Tuple[int, str]]) -> None:
        super().__init__(message)
        self.added = added
        self.failures = failures
