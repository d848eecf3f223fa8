"""What the tools open when a file names other files, and when it is anything else that is hostile."""

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PACKAGE / "Tests" / "Hostile"))

import watch  # noqa: E402

FIXTURES = PACKAGE / "Tests" / "ArchivesTests" / "Fixtures" / "hdf5"
CORPUS = PACKAGE.parent / "shared" / "corpus" / "corpus.tar.gz"


def _traces():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not _traces(), reason="needs strace, and leave to trace")


def field(number, content):
    """A field of protobuf: a number, or bytes."""
    if isinstance(content, int):
        return bytes([number << 3, content])
    content = content.encode() if isinstance(content, str) else content
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def external_onnx(path):
    location = field(1, "location") + field(2, "/etc/passwd")
    tensor = field(1, 1) + field(2, 1) + field(8, "w") + field(13, location) + field(14, 1)
    path.write_bytes(field(1, 8) + field(7, field(5, tensor)) + field(8, field(2, 17)))


def index(name):
    def make(path):
        path.write_text(json.dumps({"metadata": {}, "weight_map": {"w": name}}))

    return make


def pickled_call(path):
    path.write_bytes(b"cposix\nsystem\n(S'touch /tmp/byol-was-here'\ntR.")


def linked(path):
    path.mkdir()
    (path / "model.safetensors").symlink_to("/etc/passwd")
    (path / "config.json").symlink_to("/etc/hostname")
    os.mkfifo(path / "fifo.npz")


def copied(name):
    return lambda path: shutil.copy(FIXTURES / name, path)


CASES = {
    "ONNX, external data": ("x.onnx", external_onnx),
    "safetensors, a shard elsewhere": ("x.safetensors.index.json", index("/etc/passwd")),
    "safetensors, a shard above": ("x.safetensors.index.json", index("../passwd")),
    "pickle, a command": ("x.pkl", pickled_call),
    "directory, links and a FIFO": ("x", linked),
    "HDF5, an external link": ("x.h5", copied("refused-external-link.h5")),
    "HDF5, external storage": ("x.h5", copied("refused-external-storage.h5")),
    "HDF5, a virtual dataset": ("x.h5", copied("refused-virtual.h5")),
    "HDF5, a soft link": ("x.h5", copied("refused-soft-link.h5")),
}


@pytest.mark.parametrize("case", CASES)
def test_no_other_file_is_opened(case, tools, tmp_path):
    name, make = CASES[case]
    folder = tmp_path / "given"
    folder.mkdir()
    make(folder / name)
    outcome = watch.run(
        [tools / "byol-inspect", folder / name], [folder / name, folder / f"{name}.byol.json"],
        tmp_path / "trace")
    assert outcome.code == 2, outcome.said
    assert len(outcome.said.splitlines()) == 1
    assert outcome.touched == []
    assert not Path("/tmp/byol-was-here").exists()


def test_what_is_opened_is_seen(tmp_path):
    outcome = watch.run([Path(shutil.which("cat")), "/etc/passwd"], [], tmp_path / "trace")
    assert any("/etc/passwd" in call for call in outcome.touched)


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus that lies beside a developer's checkout")
def test_files_of_the_corpus_cost_nothing_but_themselves(tools, tmp_path):
    with tarfile.open(CORPUS) as tar:
        tar.extractall(tmp_path, filter="data")
    lines = (tmp_path / "corpus" / "MANIFEST.tsv").read_text().splitlines()[1:]
    names = random.Random(2020).sample([line.split("\t")[0] for line in lines], 40)
    for name in names:
        file = tmp_path / "corpus" / name
        outcome = watch.run(
            [tools / "byol-inspect", file], [file, f"{file}.byol.json"], tmp_path / "trace")
        assert outcome.code in (0, 2), f"{name}: {outcome.said}"
        assert outcome.touched == [], name
        assert outcome.processor < 2, name
        assert outcome.peak < 200_000_000, name
