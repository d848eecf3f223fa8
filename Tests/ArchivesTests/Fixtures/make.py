"""Makes the npy and npz files beside it with NumPy 2.4.6 and ml_dtypes: python make.py"""

import numpy as np

np.savez_compressed(
    "types.npz",
    **{
        f"{name}.{order}.{'big' if code[0] == '>' else 'little'}": np.array(
            np.arange(6).reshape(2, 3) % (2 if name == "bool" else 6), dtype=code, order=order
        )
        for name, letters in [
            ("bool", "b1"), ("uint8", "u1"), ("int8", "i1"), ("uint16", "u2"), ("int16", "i2"),
            ("uint32", "u4"), ("int32", "i4"), ("uint64", "u8"), ("int64", "i8"),
            ("float16", "f2"), ("float32", "f4"), ("float64", "f8"),
        ]
        for order in "CF"
        for code in (["|" + letters] if letters[1] == "1" else ["<" + letters, ">" + letters])
    },
)
rows = np.arange(6, dtype="<f4").reshape(2, 3)
np.savez("stored.npz", **{"online_params/a/~/w": rows, "scalar": np.float64(0.5), "ä": rows[:0]})
np.save("rows.npy", rows)
np.save("columns.npy", np.asfortranarray(rows.astype(">f8")))
np.save("scalar.npy", np.int64(-3))
np.save("empty.npy", np.zeros((0, 4), "<i2"))
np.save("line.npy", np.arange(12345678, 12345681, dtype="<u4"))
np.save("complex.npy", np.zeros(1, "<c8"))
np.save("text.npy", np.array(["abc"]))
np.save("records.npy", np.zeros(1, [("a", "<f4"), ("b", "<i4")]))
np.save("objects.npy", np.array([None], object))

import ml_dtypes  # after the others: it changes what numpy calls the types it adds

np.save("bfloat16.npy", np.array([1, -2.5, 3e38], ml_dtypes.bfloat16))
