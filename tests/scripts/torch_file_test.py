#!/usr/bin/python3
"""Tests scripts/torch_file.py with small files made here in PyTorch's format before 1.6, good and hostile ones."""

import collections
import io
import os
import pickle
import struct
import sys
import types
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from torch_file import MAGIC, PROTOCOL, BadFile, read_state  # noqa: E402

# Stand-ins for PyTorch's names, which a pickle writes down and does not contain.
TORCH = types.ModuleType("torch")
UTILS = types.ModuleType("torch._utils")
sys.modules.update({"torch": TORCH, "torch._utils": UTILS})


def named(module, name):
    made = type(name, (), {"__module__": module.__name__})
    setattr(module, name, made)
    return made


FLOATS, LONGS, QUANTISED = (named(TORCH, name) for name in ("FloatStorage", "LongStorage", "QUInt8Storage"))
REBUILD = named(UTILS, "_rebuild_tensor_v2")


class Storage:
    def __init__(self, key, values, kind=FLOATS, count=None):
        self.key, self.values, self.kind = key, values, kind
        self.count = len(values) if count is None else count


class Call:
    """Pickled as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def tensor(storage, size, stride, offset=0):
    return Call(REBUILD, storage, offset, size, stride, False, collections.OrderedDict())


def file_of(state, magic=MAGIC, keys=None):
    storages = {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if not isinstance(value, Storage):
                return None
            storages[value.key] = value
            return "storage", value.kind, value.key, "cpu", value.count, None

    file = io.BytesIO()
    pickle.dump(magic, file, 2)
    pickle.dump(PROTOCOL, file, 2)
    pickle.dump({"protocol_version": PROTOCOL, "little_endian": True}, file, 2)
    Pickler(file, 2).dump(state)
    pickle.dump(sorted(storages) if keys is None else keys, file, 2)
    for key in sorted(storages):
        file.write(struct.pack("<q", len(storages[key].values)) + storages[key].values.tobytes())
    return file.getvalue()


SIX = Storage("1", np.arange(6, dtype="<f4"))


class ReadState(unittest.TestCase):
    def refuses(self, data, reason):
        with self.assertRaisesRegex(BadFile, reason):
            read_state(data)

    def test_reads_tensors_of_several_kinds(self):
        state = collections.OrderedDict(
            rows=tensor(SIX, (2, 3), (3, 1)), turned=tensor(SIX, (3, 2), (1, 3)), part=tensor(SIX, (2,), (2,), 1),
            counted=tensor(Storage("2", np.array([7], "<i8"), LONGS), (), ()))
        state._metadata = {"": {"version": 1}}  # as modules have it
        read = read_state(file_of(state))
        self.assertEqual(list(read), ["rows", "turned", "part", "counted"])
        np.testing.assert_array_equal(read["rows"], [[0, 1, 2], [3, 4, 5]])
        np.testing.assert_array_equal(read["turned"], [[0, 3], [1, 4], [2, 5]])
        np.testing.assert_array_equal(read["part"], [1, 3])
        self.assertEqual(read["rows"].dtype, np.float32)
        self.assertEqual((read["counted"].shape, read["counted"].dtype, int(read["counted"])), ((), np.int64, 7))

    def test_runs_nothing(self):
        marker = Path(f"torch_file_test.{os.getpid()}")
        for function in (os.system, eval, exec):
            self.refuses(file_of({"w": Call(function, f"open('{marker}', 'w')")}), "it asks for .*, and only tensors")
        self.refuses(file_of({"w": Call(getattr, SIX, "values")}), "it asks for builtins.getattr|__builtin__.getattr")
        self.refuses(file_of({"w": Call(np.zeros, 3)}), "it asks for numpy")
        self.refuses(file_of({"w": tensor(Storage("1", SIX.values, QUANTISED), (6,), (1,))}), "QUInt8Storage")
        for part in (b"cos\nsystem\n(S'touch x'\ntR.", b"(S'touch x'\nios\nsystem\n."):
            self.refuses(pickle.dumps(MAGIC, 2) + pickle.dumps(PROTOCOL, 2) + part, "it asks for os.system")
        self.assertFalse(marker.exists() or Path("x").exists())

    def test_refuses_tensors_that_reach_beyond_their_values(self):
        for size, stride, offset in (((7,), (1,), 0), ((6,), (1,), 1), ((2, 3), (4, 1), 0), ((10**12,), (0,), 0),
                                     ((2,), (-1,), 1), ((2,), (1,), -1), ((2, 3), (1,), 0), ((2.0,), (1,), 0)):
            self.refuses(file_of({"w": tensor(SIX, size, stride, offset)}), "a tensor")

    def test_refuses_what_holds_more_or_less_than_tensors(self):
        self.refuses(file_of([tensor(SIX, (6,), (1,))]), "something else than named tensors")
        self.refuses(file_of({"w": 5}), "its item 'w' is not a named tensor")
        self.refuses(file_of({1: tensor(SIX, (6,), (1,))}), "its item 1 is not a named tensor")
        self.refuses(file_of({"w": Call(REBUILD, 5, 0, (1,), (1,))}), "a tensor without a storage")
        self.refuses(file_of({"w": tensor(SIX, (6,), (1,))}, keys=["1", "2"]), "its list of storages")
        self.refuses(file_of({"w": tensor(Storage("1", SIX.values, count=7), (6,), (1,))}), "another size")
        self.refuses(file_of({"w": tensor(Storage("1", SIX.values, count=1 << 40), (6,), (1,))}), "makes no sense")

    def test_refuses_other_formats_and_every_cut_file(self):
        good = file_of({"w": tensor(SIX, (6,), (1,))})
        self.refuses(file_of({}, magic=5), "does not begin as PyTorch's files before 1.6 do")
        self.refuses(b"PK\x03\x04" + good, "is damaged")
        for length in range(len(good)):
            self.refuses(good[:length], "")
        self.assertEqual(len(read_state(good)), 1)


if __name__ == "__main__":
    unittest.main()
