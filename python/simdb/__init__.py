"""An image similarity database: `simdb.open` or `simdb.create` one, `add` images to classes, `query` others.

docs/python.md has the tutorial. Handles may be used by several threads at once; a child process after fork() opens its own.
"""

from simdb._errors import AddFailed, BadInput, Busy, Corruption, Error, Io, NotFound, Usage
from simdb._types import (Added, CalibratedClasses, Calibration, Candidate, DoubtfulItem, DuplicateGroup, DuplicateItem, Duplicates, Episodes,
                          Epoch, EstimatedShare, Evaluation, Item, Near, Neighbor, ReliabilityBin, Review, RiskPoint, Share, Trained)
from simdb._simdb import Answer, Database, Encoder, Index, Items, __version__, create, open
from simdb._evaluate import evaluate
from simdb._exact import IndexExact
from simdb._train import Training, train

__all__ = [
    "AddFailed", "Added", "Answer", "BadInput", "Busy", "CalibratedClasses", "Calibration", "Candidate", "Corruption", "Database",
    "DoubtfulItem", "DuplicateGroup", "DuplicateItem", "Duplicates", "Encoder", "Episodes", "Epoch", "Error", "EstimatedShare",
    "Evaluation", "Index", "IndexExact", "Io", "Item", "Items", "Near", "Neighbor", "NotFound", "ReliabilityBin", "Review",
    "RiskPoint", "Share", "Trained", "Training", "Usage", "create", "evaluate", "open", "train",
]
