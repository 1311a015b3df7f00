"""scikit-learn's habits over simdb: a classifier on the exact index, one by class means, and images as vectors for both.

Needs scikit-learn 1.2 or later (Debian: python3-sklearn); `import simdb` alone does not.
"""

from __future__ import annotations

import numbers
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt
import sklearn.utils.validation as validation  # type: ignore
from joblib import effective_n_jobs  # type: ignore
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin  # type: ignore
from sklearn.utils.multiclass import check_classification_targets  # type: ignore

import simdb

__all__ = ["ClassPrototypes", "ExactKNeighborsClassifier", "ImageEncoder"]

_Array = npt.NDArray[Any]


def _validate(estimator: Any, *arrays: Any, **options: Any) -> Any:
    if hasattr(validation, "validate_data"):  # since 1.6
        return validation.validate_data(estimator, *arrays, **options)
    return estimator._validate_data(*arrays, **options)


def _unit(rows: _Array) -> _Array:
    largest = np.abs(rows).max(axis=1, keepdims=True)
    rows = rows / np.where(largest == 0, 1, largest)  # or squares are too large, or too small
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


class ExactKNeighborsClassifier(ClassifierMixin, BaseEstimator):
    """The vote of the k nearest rows by cosine, as KNeighborsClassifier(algorithm="brute", metric="cosine") has it, by the exact
    index. A row's length does not count, only its direction; a row of zeros has none, and cosine 0 to everything. Ties go to the
    earlier row, and of equal votes the first class wins. Rows are float32, of up to 4,096 features.

    n_neighbors: how many vote
    weights: "uniform", or "distance" for 1 / distance
    metric: "cosine", the only one; rows of length 1 have the same neighbours by Euclidean distance
    n_jobs: threads of a search, as scikit-learn has them: None is one, -1 is every core
    """

    def __init__(self, n_neighbors: int = 5, *, weights: str = "uniform", metric: str = "cosine", n_jobs: Optional[int] = None) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.metric = metric
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any) -> ExactKNeighborsClassifier:
        """Indexes X (n, features) with the labels y (n,). Raises ValueError."""
        self._checked_neighbors(self.n_neighbors)
        if self.metric != "cosine":
            raise ValueError(f"metric={self.metric!r}: only 'cosine' is exact here. Rows scaled to length 1 "
                             "(sklearn.preprocessing.normalize) have the same neighbours by Euclidean distance")
        if self.weights not in ("uniform", "distance"):
            raise ValueError(f"weights={self.weights!r}: name 'uniform' or 'distance'")
        X, y = _validate(self, X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, self._labels = np.unique(y, return_inverse=True)
        self._rows = _unit(X)
        self._build_index()
        self.n_samples_fit_ = len(self._rows)
        return self

    def kneighbors(
        self, X: Any = None, n_neighbors: Optional[int] = None, return_distance: bool = True
    ) -> Union[_Array, tuple[_Array, _Array]]:
        """The nearest rows of fit to each of X: (distances, positions) or positions, (n, n_neighbors), nearest first. Distances are
        1 - cosine, to some 1e-7. Without X those of the rows themselves, each without itself."""
        validation.check_is_fitted(self)
        k = self._checked_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        among_themselves = X is None
        rows = self._rows if among_themselves else _unit(_validate(self, X, dtype=np.float32, reset=False))
        if k > self.n_samples_fit_ - among_themselves:
            raise ValueError(f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, "
                             f"n_samples_fit = {self.n_samples_fit_}, n_samples = {len(rows)}")
        similarities, found = self._search(rows, k + among_themselves)
        if among_themselves:
            others = found != np.arange(len(rows))[:, np.newaxis]
            others[others.all(axis=1), -1] = False  # more than k are equal to it
            similarities, found = similarities[others].reshape(-1, k), found[others].reshape(-1, k)
        if not return_distance:
            return found
        return np.clip(1 - similarities, 0, 2), found

    def predict_proba(self, X: Any) -> _Array:
        """The share of each class of classes_ in the vote: (n, classes)."""
        distances, found = self.kneighbors(X)
        weights = np.ones(distances.shape)
        if self.weights == "distance":
            equal = distances == 0  # then these alone count
            weights = np.where(equal.any(axis=1, keepdims=True), equal, 1 / np.where(equal, 1, distances))
        n_classes = len(self.classes_)
        places = np.arange(len(found))[:, np.newaxis] * n_classes + self._labels[found]
        votes = np.bincount(places.ravel(), weights.ravel(), len(found) * n_classes).reshape(-1, n_classes)
        return votes / votes.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> _Array:
        """The class of each row of X: (n,)."""
        shares = self.predict_proba(X)
        return self.classes_[shares.argmax(axis=1)]

    def _build_index(self) -> None:
        rows, zeros = self._rows, ~self._rows.any(axis=1)
        if zeros.any():  # the index takes directions only: these get one of their own, at right angles to all others
            rows = np.column_stack([rows, zeros])
        self._index = simdb.Index(rows.shape[1])
        self._index.add(rows)  # row i gets the id i + 1

    def _search(self, rows: _Array, k: int) -> tuple[_Array, _Array]:
        similarities, found = np.zeros((len(rows), k), np.float32), np.tile(np.arange(k), (len(rows), 1))
        asked = rows.any(axis=1)
        if asked.any():
            widened = np.pad(rows[asked], ((0, 0), (0, self._index.dimension - rows.shape[1])))
            similarities[asked], ids = self._index.search(widened, k, threads=effective_n_jobs(self.n_jobs))
            found[asked] = ids - 1
        return similarities, found

    @staticmethod
    def _checked_neighbors(k: Any) -> int:
        if not isinstance(k, numbers.Integral) or k < 1:
            raise ValueError(f"n_neighbors={k!r}: it must be a whole number of at least 1")
        return int(k)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_index"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_rows" in state:
            self._build_index()


class ClassPrototypes(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Each class as one direction, the mean of its rows scaled to length 1: predict gives the class whose direction is nearest by
    cosine, transform the cosines themselves. For few samples of each class, and as a small model of a large gallery."""

    def fit(self, X: Any, y: Any) -> ClassPrototypes:
        """Makes prototypes_ (classes, features) of X (n, features) and the labels y (n,). Raises ValueError."""
        X, y = _validate(self, X, y, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        sums = np.zeros((len(self.classes_), X.shape[1]), X.dtype)
        np.add.at(sums, labels, _unit(X))
        self.prototypes_ = _unit(sums)
        return self

    def transform(self, X: Any) -> _Array:
        """Cosines to the prototypes, (n, classes)."""
        validation.check_is_fitted(self)
        X = _validate(self, X, dtype=(np.float64, np.float32), reset=False)
        return _unit(X) @ self.prototypes_.T.astype(X.dtype, copy=False)

    def predict(self, X: Any) -> _Array:
        """The class of each row of X: (n,)."""
        cosines = self.transform(X)
        return self.classes_[cosines.argmax(axis=1)]

    def get_feature_names_out(self, input_features: Any = None) -> _Array:
        """cosine_CLASS of each class."""
        validation.check_is_fitted(self)
        return np.array([f"cosine_{name}" for name in self.classes_], dtype=object)


class ImageEncoder(TransformerMixin, BaseEstimator):
    """Images to vectors of length 1, by an encoder of simdb: the first step of a pipeline. X is any sequence of what
    simdb.Encoder.encode takes: paths, bytes of files, PIL images, uint8 arrays (height, width[, channels]).

    encoder: "photo", "omniglot" or FILE.onnx
    """

    def __init__(self, encoder: str = "photo") -> None:
        self.encoder = encoder

    def fit(self, X: Any = None, y: Any = None) -> ImageEncoder:
        """Loads the encoder and looks at no image. Raises simdb.NotFound, simdb.BadInput."""
        self._encoder = simdb.Encoder(self.encoder)
        self.fingerprint_ = self._encoder.fingerprint
        self.n_features_out_ = self._encoder.dimension
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float32]:
        """float32 (n, dimension of the encoder). Raises what simdb.Encoder.encode does."""
        validation.check_is_fitted(self)
        if not hasattr(self, "_encoder"):  # it comes from a pickle
            encoder = simdb.Encoder(self.encoder)
            if encoder.fingerprint != self.fingerprint_:
                raise simdb.BadInput(f"the encoder {self.encoder} is not the one of fit, so its vectors do not compare: fit again")
            self._encoder = encoder
        return self._encoder.encode(list(X))

    def get_feature_names_out(self, input_features: Any = None) -> _Array:
        """imageencoder0, imageencoder1, ..."""
        validation.check_is_fitted(self)
        return np.array([f"imageencoder{i}" for i in range(self.n_features_out_)], dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_encoder"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # before 1.6
        return {"X_types": ["string"]}
