"""simdb.evaluate: how well vectors tell labels apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional, Sequence, Union

from simdb import _simdb
from simdb._errors import Usage
from simdb._types import Episodes, Evaluation, ReliabilityBin, RiskPoint

if TYPE_CHECKING:
    import numpy.typing as npt


def _list_of(labels: Iterable[Union[str, int]]) -> List[Any]:
    found: List[Any] = labels.tolist() if hasattr(labels, "tolist") else list(labels)
    for kind in (str, int):
        if all(isinstance(one, kind) for one in found):
            return found
    raise TypeError("labels are str or int, all of one kind, not " + ", ".join(sorted({type(one).__name__ for one in found})))


def evaluate(
    vectors: npt.ArrayLike,
    labels: Iterable[Union[str, int]],
    *,
    k: int = 10,
    recall_at: Sequence[int] = (1, 5, 10),
    ways: Optional[int] = None,
    shots: int = 1,
    episodes: int = 1000,
    seed: int = 1,
    within_parents: bool = False,
    open_set: Optional[npt.ArrayLike] = None,
) -> Evaluation:
    """Looks each vector up among the others and measures what is found, as `simdb eval --encoder` does.

    vectors: float32 (n, d), 1 <= d <= 4096; each is scaled to length 1
    labels: str or int, one for each
    k: neighbours that vote on the label
    recall_at: the k of recall@k
    ways, shots, episodes, seed: few-shot episodes, if ways is given: `episodes` draws of `ways` classes, of each of which
        `shots` vectors are given and another one is asked about
    within_parents: the classes of an episode share what stands before the last '/' of their names
    open_set: vectors (m, d) of none of the labels: how well they are told apart (auroc)

    Raises BadInput (no label is there twice; too few classes for the episodes; vectors of length 0), Usage, TypeError.
    """
    import json
    given = _list_of(labels)
    classes = sorted(set(given))
    names = [str(one) for one in classes]
    number_of = {label: number for number, label in enumerate(classes)}
    if within_parents and ways is None:
        raise Usage("within_parents needs ways")
    if min(recall_at, default=1) < 1:
        raise Usage("recall_at has depths of 1 and more")
    asked = None if ways is None else _simdb._Episodes(ways, shots, episodes, seed)
    text, recalls = _simdb._evaluate(vectors, [number_of[one] for one in given], names, k, list(recall_at), asked,
                                     within_parents, open_set)
    found = json.loads(text)
    none: Dict[str, Any] = {"parents": None, "parents_in_all": None}
    label_of = dict(zip(names, classes))
    return Evaluation(
        **{name: found[name] for name in ("images", "accuracy", "balanced_accuracy", "recall_at_1", "recall_at_5", "map_at_r",
                                          "calibration_error", "aurc")},
        recall_at=dict(zip(recall_at, recalls)),
        reliability=[ReliabilityBin(**one) for one in found["reliability"]],
        risk_coverage=[RiskPoint(**one) for one in found["risk_coverage"]],
        episodes=Episodes(**{**none, **found["episodes"]}) if "episodes" in found else None,
        auroc=found.get("auroc"),
        classes=classes,
        confusion={label_of[truth]: {label_of[name]: count for name, count in row.items()}
                   for truth, row in found["confusion"].items()},
    )
