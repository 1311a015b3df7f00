"""Reads the tensors of a PyTorch file in the format before PyTorch 1.6, and runs nothing that is in it.

Such a file is four pickles (magic number, protocol, sizes of types, and the state: names and tensors), a fifth with the
keys of the storages, and then each storage: its number of values as int64 and the values. A pickle may name any function
of Python to be called; here only those are known that make tensors and containers, so that a file can't do more.
Source: torch/serialization.py, _legacy_save and _legacy_load.
"""

import io
import math
import pickle
import struct

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
MOST_VALUES = 1 << 28
STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
            "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "<i1", "ByteStorage": "<u1", "BoolStorage": "?"}


class BadFile(Exception):
    """The file is damaged, of another format, or holds more than tensors."""


class _StorageType:
    def __init__(self, name):
        self.dtype = np.dtype(STORAGES[name])


class _Storage:
    """Values that the end of the file will bring."""

    def __init__(self, dtype, count):
        self.dtype, self.count = dtype, count
        self.values = None


class _Tensor:
    """A view of a storage: what _rebuild_tensor_v2 is given."""

    def __init__(self, storage, offset, size, stride, *_):
        if not isinstance(storage, _Storage):
            raise BadFile("a tensor without a storage")
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def to_array(self):
        numbers = (self.offset, *self.size, *self.stride)
        if len(self.size) != len(self.stride) or any(type(n) is not int or n < 0 for n in numbers):
            raise BadFile("a tensor of impossible shape")
        last = self.offset + sum((side - 1) * step for side, step in zip(self.size, self.stride))
        if 0 in self.size or last >= self.storage.count or math.prod(self.size) > self.storage.count:
            raise BadFile("a tensor with more values than there are")
        values = self.storage.values[self.offset:]
        strides = [step * values.itemsize for step in self.stride]
        view = np.lib.stride_tricks.as_strided(values, self.size, strides, writeable=False)
        return np.array(view)


class _Dictionary(dict):
    """In place of OrderedDict: what a module says of itself beside its items (_metadata) is dropped."""

    def __setstate__(self, state):
        pass


class _Unpickler(pickle.Unpickler):
    KNOWN = {("collections", "OrderedDict"): _Dictionary, ("torch._utils", "_rebuild_tensor_v2"): _Tensor}

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if module == "torch" and name in STORAGES:
            return _StorageType(name)
        if (module, name) in self.KNOWN:
            return self.KNOWN[module, name]
        raise BadFile(f"it asks for {module}.{name}, and only tensors and containers are read")

    def persistent_load(self, pid):
        is_storage = isinstance(pid, tuple) and len(pid) == 6 and pid[0] == "storage"
        if not is_storage or not isinstance(pid[1], _StorageType) or type(pid[4]) is not int:
            raise BadFile("an object that is kept elsewhere and is no storage")
        _, kind, key, _, count, view = pid
        if view is not None or not isinstance(key, str) or not 0 <= count <= MOST_VALUES:
            raise BadFile("a storage that makes no sense")
        return self.storages.setdefault(key, _Storage(kind.dtype, count))


def read_state(data):
    """{name: array} of the bytes of a state dict that torch.save wrote before PyTorch 1.6. Raises BadFile."""
    file = io.BytesIO(data)
    storages = {}
    try:
        if _Unpickler(file, {}).load() != MAGIC:
            raise BadFile("it does not begin as PyTorch's files before 1.6 do")
        if _Unpickler(file, {}).load() != PROTOCOL:
            raise BadFile("it is of another protocol than 1001")
        sizes = _Unpickler(file, {}).load()
        if not isinstance(sizes, dict) or sizes.get("little_endian") is not True:
            raise BadFile("it was not written by a little-endian machine")
        state = _Unpickler(file, storages).load()
        keys = _Unpickler(file, {}).load()
        if not isinstance(keys, list) or sorted(keys) != sorted(storages):
            raise BadFile("its list of storages does not fit its tensors")
        for key in keys:
            _read_storage(file, storages[key])
        if not isinstance(state, dict):
            raise BadFile("it holds something else than named tensors")
        return {name: _array_of(name, value) for name, value in state.items()}
    except BadFile:
        raise
    except Exception as error:  # a damaged pickle raises anything: IndexError, KeyError, UnicodeDecodeError, ...
        raise BadFile(f"it is damaged ({type(error).__name__}: {error})") from error


def _read_storage(file, storage):
    (count,) = struct.unpack("<q", file.read(8))
    values = file.read(storage.count * storage.dtype.itemsize)
    if count != storage.count or len(values) != storage.count * storage.dtype.itemsize:
        raise BadFile("it is cut, or a storage has another size than its tensors say")
    storage.values = np.frombuffer(values, storage.dtype)


def _array_of(name, value):
    if not isinstance(name, str) or not isinstance(value, _Tensor):
        raise BadFile(f"its item {name!r} is not a named tensor")
    return value.to_array()
