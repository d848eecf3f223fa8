"""PyTorch, safetensors and Flax read what is written in their formats, bit for bit."""

import zipfile

import h5py
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

import msgpack
import safetensors.torch
from native import SAMPLE, convert


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    """The sample as a native HDF5 file, and its datasets."""
    path = convert(SAMPLE, tmp_path_factory.mktemp("native") / "native.h5", "--no-probe")
    arrays = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: arrays.update({name: item[()]})
            if isinstance(item, h5py.Dataset) else None)
    return path, arrays


@pytest.fixture(scope="module", params=["pt", "safetensors", "msgpack"])
def written(request, native, tmp_path_factory):
    """The same checkpoint in another format, under native names."""
    path, arrays = native
    target = tmp_path_factory.mktemp(request.param) / f"native.{request.param}"
    return convert(path, target, "--to", "native", "--no-probe"), arrays


def load(path):
    """The arrays of a file, by the format's own program."""
    if path.suffix == ".pt":
        loaded = torch.load(path, weights_only=True)
        assert torch.load(path, weights_only=True, mmap=True).keys() == loaded.keys()
    elif path.suffix == ".safetensors":
        loaded = safetensors.torch.load_file(path)
    else:
        return msgpack.unpackb(path.read_bytes(), ext_hook=array)
    return {name: tensor.numpy() for name, tensor in loaded.items()}


def array(code, data):
    """An array as Flax keeps it: extension 1, of a shape, a type and bytes."""
    assert code == 1
    shape, name, content = msgpack.unpackb(data)
    return np.frombuffer(content, name).reshape(shape)


def test_every_tensor_has_the_bits_of_the_native_file(written):
    path, arrays = written
    loaded = load(path)
    tensors = {name for name in arrays if name.split("/")[0] in ("online", "target", "optimizer")}
    assert len(tensors) > 100
    assert tensors <= loaded.keys()
    for name in tensors:
        assert loaded[name].dtype == arrays[name].dtype, name
        assert loaded[name].shape == arrays[name].shape, name
        assert loaded[name].tobytes() == arrays[name].tobytes(), name


def test_the_file_converts_back_to_the_same_native_file(written, native, tmp_path):
    path, _ = written
    back = convert(path, tmp_path / "back.h5", "--no-probe")
    with h5py.File(native[0]) as first, h5py.File(back) as second:
        assert dict(first.attrs)["fingerprint"] == dict(second.attrs)["fingerprint"]


def test_a_pytorch_file_is_a_sound_zip_file_with_aligned_storages(native, tmp_path):
    path = convert(native[0], tmp_path / "native.pt", "--to", "native", "--no-probe")
    content = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        for member in file.infolist():
            lengths = np.frombuffer(content, "<u2", 2, member.header_offset + 26)
            assert (member.header_offset + 30 + lengths.sum()) % 64 == 0, member.filename
    reader = torch._C.PyTorchFileReader(str(path))
    assert reader.get_record("version") == b"3\n"
    assert len(reader.serialization_id()) == 40
