"""Collects small sound and unsound files for each target: what fuzzing begins with.

They come from the checkout (samples, the tests' fixtures, dialects, `Fuzz/seeds`) and, where it is
there, from the folder of fixtures and hostile files beside it. A file goes to every target whose
format its first bytes, or its name, may be.
"""

import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
LIMIT = 1 << 16  # a mutant of more bytes takes long and shows little more

HERE = ["samples", "Tests/ArchivesTests/Fixtures", "schemas", "Fuzz/seeds"]
BESIDE = ["fixtures", "images/imagenet-samples"]
PICKLES = (".pkl", ".pickle", ".pk", ".dill")
MODULES = re.compile(rb"^\(|^\}|^\]|^c[\w.]+\n[\w.]+\n")


def targets(name, data):
    """The targets that a file is a seed of."""
    if data.startswith(b"PK"):
        return ["torch-zip"] if b"data.pkl" in data or b"/version" in data else ["npz"]
    if data.startswith(b"\x93NUMPY"):
        return ["npy"]
    if data.startswith(b"\x89HDF"):
        return ["native-hdf5"] if b"byol-checkpoint" in data else []
    if data.startswith((b"\x89PNG", b"\xff\xd8")):
        return ["picture"]
    if data.startswith(b"BYOLH5\0"):
        return ["hdf5-records"]
    if data.startswith(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P"):
        return ["torch-legacy"]
    if data[:1] == b"\x80" or name.endswith(PICKLES) or (MODULES.match(data) and b"." in data[-2:]):
        return ["pickle"]
    if name.endswith(".msgpack"):
        return ["msgpack"]
    if name.endswith(".onnx"):
        return ["onnx"]
    if name.endswith(".safetensors") or data[8:9] == b"{":
        return ["safetensors"]
    if name.endswith(".json"):
        return ["dialect"] if '"forms"' in data.decode(errors="ignore") else ["json"]
    return []


def files():
    """Names and bytes of all files that may be seeds."""
    for root, folders in ((PACKAGE, HERE), (PACKAGE.parent / "shared", BESIDE)):
        for folder in folders:
            for path in sorted((root / folder).rglob("*")):
                if path.is_file() and path.stat().st_size <= LIMIT * 4:
                    yield str(path.relative_to(root)), path.read_bytes()
    corpus = PACKAGE.parent / "shared" / "corpus" / "corpus.tar.gz"
    if corpus.exists():
        with tarfile.open(corpus) as archive:
            for member in archive:
                if member.isfile() and member.size <= LIMIT:
                    yield member.name, archive.extractfile(member).read()


def inner(data):
    """The members of a sound zip archive, which are seeds of their own formats."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.file_size <= LIMIT and not info.flag_bits & 1:
                    yield info.filename, archive.read(info)
    except Exception:  # hostile archives: whatever Python's reader makes of them
        return


def collect(folder):
    """Writes the seeds to `folder`/TARGET/HASH and returns how many there are of each target."""
    counts = {}

    def keep(target, data):
        path = folder / target / hashlib.sha1(data).hexdigest()
        if len(data) <= LIMIT and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        counts[target] = counts.get(target, 0) + 1

    for name, data in files():
        for target in targets(name, data):
            keep(target, data)
        for part in re.findall(rb"\{\n  \"[\x20-\x7e\n]+?\n\}", data) if b"byol-ch" in data else []:
            keep("json", part)  # documents inside of native files
        if data.startswith(b"PK"):
            for part, content in inner(data):
                for target in targets(part, content):
                    keep(target, content)
    return counts


if __name__ == "__main__":
    print(collect(PACKAGE / ".build-fuzz" / "seeds"))
