"""The plain values that simdb's calls return."""

from typing import NamedTuple, Optional


class Neighbor(NamedTuple):
    """An item near a query. similarity: cosine, -1 to 1."""

    id: int
    class_: str
    similarity: float
    source: str
    key: Optional[str]
    metadata: dict


class Candidate(NamedTuple):
    """A class that an answer leaves possible. p: its p-value, None where it is uncalibrated."""

    class_: str
    p: Optional[float]
    similarity: float
    calibrated_by: str


class Share(NamedTuple):
    """A class of a ranking. score: its share of the vote, 0 to 1; all of a ranking sum to 1."""

    class_: str
    score: float


class Added(NamedTuple):
    """What became of an image or a vector that was added.

    id: of its item; None where it was left out
    added: it is a new item; else it was there already
    updated: it was there, and took over a new source, class or metadata
    duplicate_of: id of the item of another class, or with the same pixels, that it duplicates
    """

    id: Optional[int]
    added: bool
    updated: bool
    duplicate_of: Optional[int]


class Item(NamedTuple):
    """A stored item. added, changed: seconds since 1970, UTC. digest: SHA-256 of its image file, None if unknown."""

    id: int
    class_: str
    source: str
    key: Optional[str]
    metadata: dict
    width: int
    height: int
    digest: Optional[str]
    added: float
    changed: float
