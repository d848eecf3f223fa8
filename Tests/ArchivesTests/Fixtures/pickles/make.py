"""Makes the pickles beside it with Python 3.11, NumPy 2.4.6, ml_dtypes and dill: python make.py"""

import collections
import pickle

import dill
import ml_dtypes
import numpy as np

State = collections.namedtuple("State", ["params", "step"])
State.__module__ = "__main__"
rows = np.arange(6, dtype="<f4").reshape(2, 3)
shared = np.arange(3, dtype="<i4")
everything = {
    "rows": rows,
    "columns": np.asfortranarray(rows.astype(">f8")),
    "high bytes": np.arange(256, dtype="u1"),
    "bool": np.array([True, False]),
    "bfloat16": np.array([1, -2.5], ml_dtypes.bfloat16),
    "empty": np.zeros((0, 4), "<i2"),
    "without axes": np.array(7, "<i8"),
    "scalar": np.float32(0.5),
    "objects": np.array([None, "x"], object),
    "complex array": np.zeros(1, "<c8"),
    "one": shared,
    "two": shared,
    "numbers": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)],
    "long": [2**63, -(2**63) - 1, 2**200, -(2**200)],
    "real": [0.0, -0.0, 1.5, float("inf"), 1e-300],
    "text": ["", "a\nb\\c", "ä€😀", "x" * 300],
    "bytes": [b"", b"\x00\x80\xff", b"x" * 300],
    "bytearray": bytearray(b"\x00\xff"),
    "set": {1},
    "frozenset": frozenset([2]),
    "none": None,
    "flags": (True, False),
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "complex": 1 + 2j,
    "ordered": collections.OrderedDict(b=1, a=2),
    "counter": collections.Counter("aab"),
    "default": collections.defaultdict(list, {"k": [1]}),
    "odd keys": {(1, 2): 3, None: 4},
    7: "a key that is a number",
    "class": collections.OrderedDict,
    "slice": slice(1, None, 2),
    "state": State({"w": rows}, 3),
}
for protocol in range(6):
    with open(f"protocol{protocol}.pkl", "wb") as file:
        pickle.dump(everything, file, protocol)
with open("dill.pkl", "wb") as file:
    dill.dump({"state": State({"w": rows}, 3)}, file, 2)
