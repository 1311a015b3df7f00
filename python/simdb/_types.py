"""The plain values that simdb's calls return."""

from typing import Any, Dict, List, NamedTuple, Optional, Union

_Metadata = Dict[str, Union[bool, float, str]]


class Neighbor(NamedTuple):
    """An item near a query. similarity: cosine, -1 to 1."""

    id: int
    class_: str
    similarity: float
    source: str
    key: Optional[str]
    metadata: _Metadata


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
    metadata: _Metadata
    width: int
    height: int
    digest: Optional[str]
    added: float
    changed: float


class EstimatedShare(NamedTuple):
    """A share that was measured: `count` of `of`; the true one is from low to high with 95 % confidence."""

    share: float
    low: float
    high: float
    count: int  # type: ignore[assignment]  # a tuple has a method of this name
    of: int


class CalibratedClasses(NamedTuple):
    """How many classes are calibrated how; see docs/cli.md."""

    by_items: int
    by_classes: int
    by_all_items: int
    by_held_out: int
    uncalibrated: int


class Calibration(NamedTuple):
    """What `simdb calibrate --json` prints.

    classes: at this alpha
    held_out_rejected: of the held-out images, by the items alone; None without them
    foreign_accepted, auroc: estimated of images that are of none of the classes; None where nothing could be estimated
    """

    alpha: float
    classes: CalibratedClasses
    held_out_rejected: Optional[EstimatedShare]
    foreign_accepted: Optional[EstimatedShare]
    auroc: Optional[float]


class DuplicateItem(NamedTuple):
    """same: 'file', 'pixels' or 'near', as the first item. similarity: of the vectors. look: of the thumbnails, None if unknown."""

    id: int
    class_: str
    source: str
    same: str
    similarity: float
    look: Optional[float]


class DuplicateGroup(NamedTuple):
    """Items that hold the same picture. conflict: they are of several classes. same: that of the least sure one."""

    conflict: bool
    same: str
    items: List[DuplicateItem]


class Duplicates(NamedTuple):
    """groups: of several classes first, then the surest. items, conflicts: in groups; groups of several classes.

    look_threshold, vector_threshold: how alike thumbnails and vectors of the same picture are at least, where they were compared.
    """

    groups: List[DuplicateGroup]
    items: int
    conflicts: int
    look_threshold: Optional[float]
    vector_threshold: Optional[float]


class Near(NamedTuple):
    """An item near another."""

    id: int
    class_: str
    similarity: float
    source: str


class DoubtfulItem(NamedTuple):
    """An item whose label is in doubt.

    conflict: the same file is in another class, as the items same_file
    other: the class with most of the vote of the neighbours, if it is not its own
    own_share, other_share: of the vote, of its own class and of the other
    sure: other_share is at least what items of that class give their own on average, or it is a conflict
    """

    id: int
    class_: str
    source: str
    conflict: bool
    other: Optional[str]
    own_share: float
    other_share: float
    sure: bool
    same_file: List[int]
    neighbors: List[Near]


class Review(NamedTuple):
    """items: the worst first. total: in doubt, listed or not. judged: items. kept: more in doubt, which keep_labels() named right.

    small_classes: those of too few items to be judged, with their number.
    """

    items: List[DoubtfulItem]
    total: int
    judged: int
    kept: int
    small_classes: Dict[str, int]


class Episodes(NamedTuple):
    """Few-shot episodes. interval95: half width of the 95 % interval. parents: of parents_in_all had enough classes."""

    ways: int
    shots: int
    episodes: int
    seed: int
    support: str
    accuracy: float
    interval95: float
    parents: Optional[int]
    parents_in_all: Optional[int]


class ReliabilityBin(NamedTuple):
    """Answers of like confidence: how many, their mean confidence and their accuracy."""

    images: int
    confidence: float
    accuracy: float


class RiskPoint(NamedTuple):
    """Of the surest `coverage` of all answers, `risk` are wrong."""

    coverage: float
    risk: float


class Evaluation(NamedTuple):
    """What `simdb eval --json` prints; shares are 0 to 1.

    images: vectors that were asked about: those whose label occurs more than once
    accuracy, balanced_accuracy: of the vote; the latter is the mean over the labels
    recall_at: by k, the share with a hit among the nearest k
    auroc: against open_set
    classes: the labels, ascending
    confusion: how often a label (first) was taken for one (second)
    """

    images: int
    accuracy: float
    balanced_accuracy: float
    recall_at_1: float
    recall_at_5: float
    map_at_r: float
    calibration_error: float
    aurc: float
    recall_at: Dict[int, float]
    reliability: List[ReliabilityBin]
    risk_coverage: List[RiskPoint]
    episodes: Optional[Episodes]
    auroc: Optional[float]
    classes: List[Any]
    confusion: Dict[Any, Dict[Any, int]]


class Epoch(NamedTuple):
    """An epoch of a training; docs/training.md explains the measures. seconds: since it began. best: it was kept."""

    epoch: int
    loss: float
    recall_at_1: float
    map_at_r: float
    measure: float
    steady: float
    spread: float
    learning_rate_share: float
    seconds: float
    best: bool
    stops_at: int


class Trained(NamedTuple):
    """What `simdb train --json` prints of a training. path: of the model. stopped: it was ended before it was done."""

    path: str
    dimension: int
    recall_at_1: float
    map_at_r: float
    loss: float
    epochs: int
    epochs_at_most: int
    best_epoch: int
    stopped: bool
    seconds: float
    classes: int
    training_classes: int
    training_images: int
    validation_images: int
    skipped: int
    new_classes: int
    new_class_ways: int
    new_class_shots: int
    new_class_accuracy: float
    new_class_measured: float
    new_class_interval: float
    baselines: Dict[str, Dict[str, float]]
    best_baseline: str
    beats_baselines: bool
