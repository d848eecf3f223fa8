"""Makes the msgpack fixtures, with Flax's own writer: `python make_flax.py` (flax 0.12, jax, ml_dtypes)."""

import ml_dtypes
import numpy as np
from flax import serialization

TYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
         "float16", "float32", "float64"]


def sample(dtype):
    values = np.arange(6).reshape(2, 3)
    return (values % 2).astype(dtype) if dtype == "bool" else values.astype(dtype)


def main():
    tree = {
        "params": {name: sample(name) for name in TYPES}
        | {"bfloat16": sample(ml_dtypes.bfloat16), "empty": np.zeros((0, 3), np.float32),
           "scalar": np.array(0.5, np.float32)},
        "values": {"none": None, "true": True, "whole": -(2**40), "real": 0.1, "text": "ä" * 40,
                   "bytes": b"\x00\xff", "complex": 1.5 - 2j, "numpy": np.float32(0.25),
                   "list": [1, [2.5]], "counts": [0, 127, 128, 256, 65536, 2**40, -1, -33, -129, -32769]},
    }
    with open("flax.msgpack", "wb") as file:
        file.write(serialization.msgpack_serialize(tree))
    serialization.MAX_CHUNK_SIZE = 64
    chunked = {"kernel": np.arange(35, dtype=np.float32).reshape(5, 7), "bias": np.ones(4, np.float32)}
    with open("chunked.msgpack", "wb") as file:
        file.write(serialization.msgpack_serialize(chunked))


if __name__ == "__main__":
    main()
