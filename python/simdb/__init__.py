"""An image similarity database: `simdb.open` or `simdb.create` one, `add` images to classes, `query` others.

docs/python.md has the tutorial. Handles may be used by several threads at once; a child process after fork() opens its own.
"""

from simdb._errors import AddFailed, BadInput, Busy, Corruption, Error, Io, NotFound, Usage
from simdb._types import Added, Candidate, Item, Neighbor, Share
from simdb._simdb import Answer, Database, Encoder, Index, Items, __version__, create, open

__all__ = [
    "AddFailed", "Added", "Answer", "BadInput", "Busy", "Candidate", "Corruption", "Database", "Encoder", "Error", "Index",
    "Io", "Item", "Items", "Neighbor", "NotFound", "Share", "Usage", "create", "open",
]
