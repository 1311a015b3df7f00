"""simdb.IndexExact: simdb.Index by the habits of FAISS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Optional

from simdb._errors import BadInput, NotFound, Usage
from simdb._simdb import Index

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.ArrayLike
    Floats = npt.NDArray[np.float32]
    Labels = npt.NDArray[np.int64]


class IndexExact:
    """Finds exactly what faiss.IndexFlatIP finds among vectors of length 1, faster: the nearest by inner product.

    Rows are counted from 0, as FAISS does; those after a removed one move up. Thread-safe for searches; changes need to
    run one after another, and while no search does.
    """

    is_trained = True
    metric_type = 0  # faiss.METRIC_INNER_PRODUCT

    def __init__(self, d: int) -> None:
        """An empty one for 1 to 4096 floats per vector."""
        self.d = d
        self._index = Index(d)
        self._ids: Optional[Labels] = None  # of the rows; None: row i has the id i + 1

    @property
    def ntotal(self) -> int:
        """How many vectors there are."""
        return len(self._index)

    def __len__(self) -> int:
        return self.ntotal

    def train(self, x: Vectors) -> None:
        """Does nothing: there is nothing to learn."""

    def add(self, x: Vectors) -> None:
        """Adds vectors (n, d), each of length 1 (within 0.001): faiss.normalize_L2(x) before. All or none. Raises BadInput."""
        import numpy as np
        rows = self._rows(x)
        lengths = self._lengths(rows)
        wrong = np.flatnonzero(~(np.abs(lengths - 1) < 1e-3))
        if len(wrong):
            raise BadInput(f"row {wrong[0]} of those to be added has the length {lengths[wrong[0]]:.6g}, not 1; divide each by its "
                           "length before (faiss.normalize_L2 does)")
        added = self._index.add(rows)
        if self._ids is not None:
            self._ids = np.concatenate([self._ids, added])

    def search(self, x: Vectors, k: int) -> tuple[Floats, Labels]:
        """The k nearest of each of the vectors (n, d), of any length: inner products D float32 and rows I int64, (n, k) each.

        Where there are fewer than k, I is -1 and D is the least float32. Ties go to the lower row. Raises BadInput, Usage.
        """
        import numpy as np
        rows = self._rows(x)
        if k < 1:
            raise Usage(f"can't search for {k} neighbours; ask for at least 1")
        products = np.full((len(rows), k), np.finfo(np.float32).min, np.float32)
        labels = np.full((len(rows), k), -1, np.int64)
        if self.ntotal and len(rows):
            found, ids = self._index.search(rows, k)
            products[:, :found.shape[1]] = found * self._lengths(rows)[:, None]
            labels[:, :found.shape[1]] = self._rows_of(ids)
        return products, labels

    def range_search(self, x: Vectors, thresh: float) -> tuple[Labels, Floats, Labels]:
        """All rows with an inner product above `thresh`, for each of the vectors (n, d): lims, D, I.

        Of vector i they are D[lims[i]:lims[i + 1]] and I[lims[i]:lims[i + 1]], the nearest first.
        """
        import numpy as np
        rows = self._rows(x)
        products, labels = [], []
        for row, length in zip(rows, self._lengths(rows)):
            # A little more than is asked for; the product decides.
            least = max(-1.0, float(thresh) / max(float(length), 1e-30) - 1e-5)
            found, ids = self._index.range_search(row, min(least, 1.0))
            found = found * length
            products.append(found[found > thresh])
            labels.append(self._rows_of(ids[found > thresh]))
        lims = np.cumsum([0] + [len(one) for one in labels], dtype=np.int64)
        if not labels:
            return lims, np.empty(0, np.float32), np.empty(0, np.int64)
        return lims, np.concatenate(products), np.concatenate(labels)

    def reconstruct(self, key: int) -> Floats:
        """The vector of a row, float32 (d,). Raises NotFound."""
        if not 0 <= key < self.ntotal:
            raise NotFound(f"there is no row {key}; there are {self.ntotal}")
        return self._index.vector(key + 1 if self._ids is None else int(self._ids[key]))

    def reconstruct_n(self, n0: int = 0, ni: int = -1) -> Floats:
        """The vectors of `ni` rows from `n0` on (-1: of all), float32 (ni, d). Raises NotFound."""
        import numpy as np
        keys = range(n0, n0 + (self.ntotal - n0 if ni == -1 else ni))
        return np.array([self.reconstruct(key) for key in keys], np.float32).reshape(-1, self.d)

    def remove_ids(self, x: Iterable[int]) -> int:
        """Removes those of the rows that there are; returns how many. Later ones move up."""
        import numpy as np
        keys = np.unique(np.asarray(x if isinstance(x, np.ndarray) else list(x), np.int64))
        keys = keys[(keys >= 0) & (keys < self.ntotal)]
        ids = self._index.ids if self._ids is None else self._ids
        if len(keys):
            self._index.remove(ids[keys])
            self._ids = np.delete(ids, keys)
        return len(keys)

    def reset(self) -> None:
        """Removes all."""
        self._index = Index(self.d)
        self._ids = None

    def _rows(self, x: Vectors) -> Floats:
        import numpy as np
        rows = np.ascontiguousarray(x, np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.d:
            raise BadInput(f"the vectors have the shape {rows.shape}; it is (n, {self.d}) here")
        return rows

    @staticmethod
    def _lengths(rows: Floats) -> Floats:
        import numpy as np
        lengths: Floats = np.linalg.norm(rows, axis=1).astype(np.float32)
        return lengths

    def _rows_of(self, ids: Labels) -> Any:
        import numpy as np
        if self._ids is None:
            return np.where(ids < 0, -1, ids - 1)
        return np.where(ids < 0, -1, np.searchsorted(self._ids, ids))
