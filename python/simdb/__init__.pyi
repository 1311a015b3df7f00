import os
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple, Optional, Union, final

import numpy as np
import numpy.typing as npt

__version__: str
__all__ = [
    "AddFailed", "Added", "Answer", "BadInput", "Busy", "Candidate", "Corruption", "Database", "Encoder", "Error", "Index",
    "Io", "Item", "Items", "Neighbor", "NotFound", "Share", "Usage", "create", "open",
]

_Path = Union[str, os.PathLike[str]]
# A path, the bytes of a file, a PIL image, or uint8 (height, width[, 1, 3 or 4]).
_Image = Any
_Images = Any
_Vectors = npt.ArrayLike  # float32 (n, dimension) at best
_Value = Union[bool, int, float, str]
_Words = Union[str, Iterable[str], None]
_Where = Union[str, Iterable[str], Mapping[str, _Value], None]
_Ids = Union[int, Iterable[int], npt.NDArray[np.integer[Any]]]

class Error(Exception): ...
class NotFound(Error, KeyError): ...
class BadInput(Error, ValueError): ...
class Usage(Error, ValueError): ...
class Busy(Error): ...
class Corruption(Error): ...
class Io(Error, OSError): ...

class AddFailed(BadInput):
    added: list[Added]
    failures: list[tuple[int, str]]
    def __init__(self, message: str, added: list[Added], failures: list[tuple[int, str]]) -> None: ...

class Neighbor(NamedTuple):
    id: int
    class_: str
    similarity: float
    source: str
    key: Optional[str]
    metadata: dict[str, Union[bool, float, str]]

class Candidate(NamedTuple):
    class_: str
    p: Optional[float]
    similarity: float
    calibrated_by: str

class Share(NamedTuple):
    class_: str
    score: float

class Added(NamedTuple):
    id: Optional[int]
    added: bool
    updated: bool
    duplicate_of: Optional[int]

class Item(NamedTuple):
    id: int
    class_: str
    source: str
    key: Optional[str]
    metadata: dict[str, Union[bool, float, str]]
    width: int
    height: int
    digest: Optional[str]
    added: float
    changed: float

class Answer:
    @property
    def class_(self) -> Optional[str]: ...
    @property
    def confidence(self) -> float: ...
    @property
    def verdict(self) -> Literal["known", "ambiguous", "unknown", "uncalibrated"]: ...
    @property
    def unknown(self) -> bool: ...
    @property
    def accepted(self) -> bool: ...
    @property
    def candidates(self) -> list[Candidate]: ...
    @property
    def alpha(self) -> Optional[float]: ...
    @property
    def familiarity(self) -> Optional[float]: ...
    @property
    def neighbors(self) -> list[Neighbor]: ...
    @property
    def ranking(self) -> list[Share]: ...

class Items:
    def __iter__(self) -> Items: ...
    def __next__(self) -> Item: ...

class Encoder:
    def __init__(self, path_or_name: _Path) -> None: ...
    def encode(self, images: _Images) -> npt.NDArray[np.float32]: ...
    @property
    def dimension(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...

class Index:
    def __init__(self, dimension: int) -> None: ...
    @staticmethod
    def load(path: _Path) -> Index: ...
    def save(self, path: _Path) -> None: ...
    def add(self, vectors: _Vectors, ids: Optional[_Ids] = None) -> npt.NDArray[np.int64]: ...
    def remove(self, ids: _Ids) -> int: ...
    def search(
        self, vectors: _Vectors, k: int = 10, *, threads: Optional[int] = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]: ...
    def range_search(
        self, vector: _Vectors, min_similarity: float
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]: ...
    def vector(self, id: int) -> npt.NDArray[np.float32]: ...
    @property
    def ids(self) -> npt.NDArray[np.int64]: ...
    @property
    def dimension(self) -> int: ...
    def __len__(self) -> int: ...

class Database:
    def add(
        self,
        class_: str,
        images: Optional[_Images] = None,
        *,
        vectors: Optional[_Vectors] = None,
        keys: _Words = None,
        metadata: Union[Mapping[str, _Value], Sequence[Mapping[str, _Value]], None] = None,
    ) -> list[Added]: ...
    def update(
        self,
        ids: _Ids,
        *,
        class_: Optional[str] = None,
        source: Optional[str] = None,
        key: Optional[str] = None,
        metadata: Optional[Mapping[str, _Value]] = None,
        unset: _Words = None,
    ) -> int: ...
    def move(self, from_class: str, to_class: str) -> int: ...
    def remove(self, ids: Optional[_Ids] = None, *, class_: Optional[str] = None) -> int: ...
    def query(
        self,
        image: Optional[_Image] = None,
        *,
        vector: Optional[_Vectors] = None,
        k: Optional[int] = None,
        classes: _Words = None,
        where: _Where = None,
        alpha: float = 0.05,
    ) -> Answer: ...
    def query_batch(
        self,
        images: Optional[_Images] = None,
        *,
        vectors: Optional[_Vectors] = None,
        k: Optional[int] = None,
        classes: _Words = None,
        where: _Where = None,
        alpha: float = 0.05,
    ) -> list[Answer]: ...
    def items(self, *, after: int = 0, classes: _Words = None, where: _Where = None) -> Items: ...
    def vectors(self, ids: _Ids) -> npt.NDArray[np.float32]: ...
    def stats(self) -> dict[str, Any]: ...
    def classes(self) -> dict[str, int]: ...
    def backup(self, path: _Path) -> tuple[int, int]: ...
    def refresh(self) -> bool: ...
    @property
    def path(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def close(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    def __enter__(self) -> Database: ...
    def __exit__(
        self,
        type: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None: ...

def open(path: _Path, mode: Literal["r", "w"] = "r") -> Database: ...
def create(
    path: _Path,
    *,
    encoder: Optional[_Path] = None,
    space: Optional[str] = None,
    dimension: Optional[int] = None,
) -> Database: ...
