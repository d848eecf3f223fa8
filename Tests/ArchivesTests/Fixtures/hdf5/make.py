"""Makes the HDF5 files of this folder with h5py, and tree.tsv, what the Keras fixtures hold."""

import hashlib
import pathlib
import sys
import zlib

import h5py
import numpy as np

here = pathlib.Path(__file__).parent


def new(name, **options):
    return h5py.File(here / name, "w", **options)


with new("assorted.h5") as file:
    for order in "<>":
        for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
            values = (np.arange(6).reshape(2, 3) * 3 + 1).astype(order + kind)
            file[f"numbers/{'little' if order == '<' else 'big'}/{kind}"] = values
    file["numbers/bool"] = np.array([True, False, True])
    file["numbers/scalar"] = np.float32(2.5)
    file["numbers/empty"] = np.zeros((0, 4), "f4")
    file["texts/one"] = "größer"
    file["texts/row"] = ["a", "", "ccc"]
    file["texts/fixed"] = np.array([b"kernel", b"bias"])
    file["nothing"] = h5py.Empty("f4")
    file.create_dataset("unwritten", (4,), "f4", fillvalue=7)
    file.attrs["backend"] = "tensorflow"
    file.attrs["layer_names"] = np.array([b"conv2d", b"dense"])
    file["numbers"].attrs["int64"] = 3
    file["numbers"].attrs["float64"] = 0.25
    file["numbers"].attrs["int32"] = np.int32(4)
    file["numbers"].attrs["bool"] = True
    file["numbers"].attrs["row"] = np.arange(3, dtype=">f4")
    file["numbers/bool"].attrs["units"] = "none"
    file["odd@~name"] = np.int64(1)
    file["second"] = file["numbers/scalar"]

with new("stored.h5") as file:
    values = np.arange(60 * 50, dtype="f4").reshape(60, 50)
    file["plain"] = values
    file.create_dataset("gzip", data=values, chunks=(7, 13), compression="gzip")
    file.create_dataset("all", data=values, chunks=(60, 50), compression=9, shuffle=True, fletcher32=True)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3,))
    data = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F64LE, space, compact)
    data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1.0, 2, 4]))

with new("latest.h5", libver="latest", track_order=True) as file:
    for name in ["z", "a", "m"]:
        file.create_group(name, track_order=True)["w"] = np.arange(3, dtype="f4")

with new("userblock.h5", userblock_size=1024) as file:
    file["w"] = np.arange(5, dtype="i4")

with new("bfloat16.h5") as file:
    bits = np.array([0x3F80, 0xC000, 0x7FC0], "<u2")
    file.create_dataset("keras", data=bits.view("V2")).attrs["dtype"] = "bfloat16"
    own = h5py.h5t.IEEE_F32LE.copy()
    own.set_fields(15, 7, 8, 0, 7)
    own.set_size(2)
    own.set_ebias(127)
    data = h5py.h5d.create(file.id, b"custom", own, h5py.h5s.create_simple((3,)))
    data.write(h5py.h5s.ALL, h5py.h5s.ALL, bits, mtype=own)

def one_chunk(file, content):
    """Sixteen float32 in one deflated chunk, which inflates to `content` instead."""
    data = file.create_dataset("a", (16,), "f4", chunks=(16,), compression="gzip")
    data.id.write_direct_chunk((0,), zlib.compress(content))


for name, make in {
    "soft-link": lambda file: file.__setitem__("a", h5py.SoftLink("/b")),
    "external-link": lambda file: file.__setitem__("a", h5py.ExternalLink("/etc/passwd", "/")),
    "external-storage": lambda file: file.create_dataset("a", (4,), "u1", external="/etc/passwd"),
    "virtual": lambda file: file.create_virtual_dataset("a", layout()),
    "compound": lambda file: file.create_dataset("a", (2,), np.dtype([("x", "f4"), ("y", "i4")])),
    "reference": lambda file: file.attrs.__setitem__("r", file.ref),
    "vlen": lambda file: file.create_dataset("a", (2,), h5py.vlen_dtype("f4")),
    "opaque": lambda file: file.create_dataset("a", data=np.zeros(2, "V2")),
    "complex": lambda file: file.create_dataset("a", data=np.zeros(2, "c8")),
    "circle": lambda file: file.create_group("a").__setitem__("b", file["/"]),
    "lzf": lambda file: file.create_dataset("a", data=np.zeros(99, "f4"), compression="lzf"),
    "bomb": lambda file: file.create_dataset("a", (1 << 36,), "f4", chunks=(1 << 20,), compression=1),
    "latin": lambda file: file.create_dataset("a", data=b"\xe9t\xe9", dtype=h5py.string_dtype("ascii")),
    "long-chunk": lambda file: one_chunk(file, bytes(5_000_000)),
    "short-chunk": lambda file: one_chunk(file, bytes(8)),
    "sparse": lambda file: file.create_dataset("a", (1 << 40,), "f4", chunks=(1 << 20,)),
    "long-double": lambda file: file.create_dataset("a", (2,), np.longdouble),
    "named-type": lambda file: file.__setitem__("a", np.dtype("f4")),
    "enumeration": lambda file: file.create_dataset("a", (2,), h5py.enum_dtype({"X": 1}, "u1")),
    "scale-offset": lambda file: file.create_dataset("a", (99,), "i4", chunks=(9,), scaleoffset=0),
    "long-name": lambda file: file.create_group("n" * 1025),
    "many-texts": lambda file: file.create_dataset("a", (1 << 30,), h5py.string_dtype()),
    "texts-of-two-axes": lambda file: file.create_dataset("a", data=[["a"], ["b"]]),
}.items():

    def layout():
        layout = h5py.VirtualLayout((4,), "u1")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
        return layout

    with new(f"refused-{name}.h5") as file:
        make(file)

for name, depth in [("deep", 63), ("refused-deep", 64)]:  # groups beside the root
    with new(f"{name}.h5", libver="latest") as file:
        file.create_group("/".join(["g"] * depth))["w"] = np.float32(7)

if len(sys.argv) > 1:  # the folder of the Keras fixtures
    with open(here / "keras.tsv", "w") as table:
        for path in sorted(pathlib.Path(sys.argv[1]).glob("*.h5")):

            def row(name, object):
                if isinstance(object, h5py.Dataset):
                    digest = hashlib.sha256(object[()].tobytes()).hexdigest()
                    shape = "x".join(map(str, object.shape))
                    print(path.name, name, object.dtype, shape, digest, sep="\t", file=table)

            h5py.File(path).visititems(row)
