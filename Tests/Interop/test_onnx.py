"""Graphs of checkpoints as ONNX's checker and ONNX Runtime see them."""

import json
import shutil
from pathlib import Path

import numpy as np
import numpy_byol
import onnx
import onnxruntime
import pytest
from native import PACKAGE, SAMPLE, convert, tool
from onnx import TensorProto, helper, numpy_helper
from schemas import complaint, printed

STATES = PACKAGE.parent / "shared/fixtures/deepmind"
needs_states = pytest.mark.skipif(
    not STATES.exists(), reason="needs the fixtures beside a developer's checkout")
NETS = ["", "_basicblock", "_v2"]
OUTPUTS = {
    "onnx-encoder": ["embedding"],
    "onnx-projection": ["embedding", "projection"],
    "onnx-online": ["embedding", "logits", "projection", "prediction"],
}
DIAGNOSIS = PACKAGE / "Tests/Fixtures/diagnosis"


def session(path):
    """ONNX Runtime over a file that ONNX's checker has passed, shapes inferred and all."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(graph, images):
    """Outputs by name for images as NumPy and TensorFlow order them, [N, H, W, 3]."""
    images = np.ascontiguousarray(images.transpose(0, 3, 1, 2), dtype=np.float32)
    names = [output.name for output in graph.get_outputs()]
    return dict(zip(names, graph.run(names, {"images": images})))


def error(values, reference):
    assert values.shape == reference.shape
    return np.abs(values - reference).max() / np.abs(reference).max()


@needs_states
@pytest.mark.parametrize("scope", OUTPUTS)
@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("data, size", [("a", 32), ("c", 64), ("d", 224)])
def test_graphs_of_one_size_compute_what_deepminds_code_did(net, scope, data, size, tmp_path):
    reference = np.load(STATES / f"infer_tiny_haiku_byol{net}.npz")
    graph = session(convert(
        STATES / f"tiny_haiku_byol{net}.npz", tmp_path / "graph.onnx", "--to", scope,
        "--set", f"input.size={size}"))
    assert graph.get_inputs()[0].shape == ["batch", 3, size, size]
    outputs = run(graph, reference[f"{data}/images_01"])
    assert list(outputs) == OUTPUTS[scope]
    for name, values in outputs.items():
        assert error(values, reference[f"{data}/online/eval/{name}"]) < 1e-5, name


@needs_states
@pytest.mark.parametrize("net", NETS)
def test_graphs_of_any_size_compute_what_deepminds_code_did(net, tmp_path):
    reference = np.load(STATES / f"infer_tiny_haiku_byol{net}.npz")
    graph = session(convert(
        STATES / f"tiny_haiku_byol{net}.npz", tmp_path / "graph.onnx", "--to", "onnx-online",
        "--any-size"))
    assert graph.get_inputs()[0].shape == ["batch", 3, "height", "width"]
    for data in "abcd":  # 32 x 32, 37 x 45, 64 x 64, 224 x 224
        for name, values in run(graph, reference[f"{data}/images_01"]).items():
            key = f"{data}/online/eval/{name}"
            assert error(values, reference[key]) < 1e-5, key


SAME = ["--set", "encoder.padding=same", "--set", "encoder.pool_padding=same"]


@needs_states
@pytest.mark.parametrize("name, scope, settings", [
    ("solo_tiny.ckpt", "onnx-online", []),
    ("byolconvert_tiny.pth.tar", "onnx-encoder", SAME),
])  # fmt: skip
def test_graphs_of_pytorchs_checkpoints_compute_what_pytorch_did(name, scope, settings, tmp_path):
    folder = STATES.parent / "dialects"
    reference = np.load(folder / (name.split(".")[0] + ".ref.npz"))
    options = ["--to", scope, "--force", *settings]
    for size in (["--set", "input.size=32"], ["--any-size"]):
        graph = session(convert(folder / name, tmp_path / "graph.onnx", *options, *size))
        for suffix in ["", "_odd"] if "--any-size" in size else [""]:
            pixels = reference[f"input{suffix}"].astype(np.float32)
            names = [output.name for output in graph.get_outputs()]
            for output, values in zip(names, graph.run(names, {"images": pixels})):
                if f"{output}{suffix}" in reference:
                    assert error(values, reference[f"{output}{suffix}"]) < 1e-5, output
                else:
                    assert output == "logits"


@pytest.mark.parametrize("size", [31, 32, 33, 34, 35, 37, 45, 47, 96])
def test_odd_and_even_sizes_are_padded_as_tensorflow_does(size, tmp_path):
    network = numpy_byol.Network(np.load(SAMPLE))
    pictures = np.random.default_rng(size).uniform(size=(2, size, size, 3))
    expected = network.run(numpy_byol.seen(pictures))
    for more in [["--set", f"input.size={size}"], ["--any-size"]]:
        graph = session(convert(
            SAMPLE, tmp_path / "graph.onnx", "--to", "onnx-online", "--force", *more))
        for name, values in run(graph, pictures).items():
            assert error(values, expected[name]) < 1e-5, name


# A contract that differs, and what NumPy's network does differently then.
CONTRACTS = {
    "padding": (["encoder.padding=symmetric", "encoder.pool_padding=symmetric"],
                {"padding": "symmetric"}),
    "pool": (["encoder.pool_padding=symmetric"], {"pool": "symmetric"}),
    "eps": (["bn.eps=1e-3"], {"eps": 1e-3}),
    "stride": (["encoder.stride_at=0"], {"stride_at": 0}),
    "stem": (["encoder.stem.pad=2"], {"stem_pad": 2}),
    "data": (["input.normalised=data"], {}),
    "range": (["input.range=255", "input.mean=[123.675,116.28,103.53]",
               "input.std=[58.395,57.12,57.375]"], {}),
}  # fmt: skip


@pytest.mark.parametrize("size", [32, 35])
@pytest.mark.parametrize("name", CONTRACTS)
def test_every_field_of_the_contract_is_in_the_graph(name, size, tmp_path):
    settings, wrong = CONTRACTS[name]
    source = DIAGNOSIS / "network.npz"
    pictures = np.random.default_rng(1).uniform(size=(2, size, size, 3))
    right = numpy_byol.Network(np.load(source)).run(numpy_byol.seen(pictures))
    seen = pictures if name == "data" else numpy_byol.seen(pictures)
    if name == "range":
        pictures = pictures * 255
    expected = numpy_byol.Network(np.load(source), **wrong).run(seen)
    options = [word for setting in settings for word in ("--set", setting)]
    for more in [["--set", f"input.size={size}"], ["--any-size"]]:
        graph = session(convert(
            source, tmp_path / "graph.onnx", "--to", "onnx-online", "--force", *options, *more))
        for output, values in run(graph, pictures).items():
            assert error(values, expected[output]) < 1e-5, output
            if wrong:  # a difference that this test would see
                assert error(values, right[output]) > 1e-3, output


@pytest.mark.parametrize("kind", [np.float16, np.float64, "bfloat16"])
def test_other_types_of_weights_are_kept_and_cast(kind, tmp_path):
    import ml_dtypes

    dtype = np.dtype(ml_dtypes.bfloat16 if kind == "bfloat16" else kind)
    native, graph = tmp_path / "all.onnx", tmp_path / "graph.onnx"
    convert(SAMPLE, native, "--to", "native")
    model = onnx.load(native)
    arrays = {}
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32:
            array = array.astype(dtype)
            arrays[tensor.name] = array
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    onnx.save(model, native)
    convert(native, graph, "--to", "onnx-online", "--set", "input.size=32")
    for tensor in onnx.load(graph).graph.initializer:
        array = numpy_helper.to_array(tensor)
        assert array.dtype == dtype
        assert array.tobytes() == arrays[tensor.name].tobytes()
    state = dict(np.load(SAMPLE))
    for key, array in state.items():
        if array.dtype == np.float32:
            state[key] = array.astype(dtype).astype(np.float32)
    pictures = np.random.default_rng(2).uniform(size=(2, 32, 32, 3))
    expected = numpy_byol.Network(state).run(numpy_byol.seen(pictures))
    for name, values in run(session(graph), pictures).items():
        assert error(values, expected[name]) < 1e-5, name


def test_weights_have_native_names_and_the_bits_of_the_source(tmp_path):
    graph = onnx.load(convert(SAMPLE, tmp_path / "graph.onnx", "--to", "onnx-online")).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = np.load(SAMPLE)
    stem = state["online_params/res_net50/~/initial_conv/w"].transpose(3, 2, 0, 1)
    assert arrays["online/encoder/stem/conv/weight"].tobytes() == stem.tobytes()
    first = state["online_params/projector/linear/w"].T
    assert arrays["online/projector/linear0/weight"].tobytes() == first.tobytes()
    assert all(name.startswith("online/") for name in arrays)


def test_metadata_carry_the_contract(tmp_path):
    model = onnx.load(convert(SAMPLE, tmp_path / "graph.onnx", "--set", "input.size=96"))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    contract = json.loads(metadata["byol-checkpoint/contract"])
    assert contract["input"]["size"] == 96 and contract["encoder"]["padding"] == "same"
    provenance = json.loads(metadata["byol-checkpoint/provenance"])
    assert metadata["fingerprint"] == provenance["fingerprints"]["all"]
    assert metadata["roles"] == "online.encoder"
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert "0.485" not in model.graph.input[0].doc_string  # the graph normalises
    assert "RGB" in model.graph.input[0].doc_string


def test_reports_and_documents_keep_their_schemas(tmp_path):
    graph = tmp_path / "graph.onnx"
    report = printed("byol-convert", SAMPLE, graph, "--to", "onnx-projection")
    assert complaint("convert-report", report) is None
    assert complaint("inspection", printed("byol-inspect", graph)) is None
    assert complaint("verify-report", printed("byol-verify", graph)) is None
    metadata = {entry.key: entry.value for entry in onnx.load(graph).metadata_props}
    for name in ["contract", "recipe", "provenance"]:
        assert complaint(name, json.loads(metadata[f"byol-checkpoint/{name}"])) is None


def test_initializers_in_another_programs_names_are_read_in_its_dialect(tmp_path):
    state = np.load(SAMPLE)
    tensors = [numpy_helper.from_array(state[key], key) for key in state.files]
    model = helper.make_model(helper.make_graph([], "haiku", [], [], tensors))
    onnx.save(model, tmp_path / "haiku.onnx")
    report = printed(
        "byol-convert", tmp_path / "haiku.onnx", tmp_path / "back.npz", "--to", "haiku")
    assert report["source"]["dialect"] == "haiku"
    back = np.load(tmp_path / "back.npz")
    assert back.files == state.files
    for key in state.files:
        assert back[key].tobytes() == state[key].tobytes() and back[key].dtype == state[key].dtype


def test_a_graph_converts_back(tmp_path):
    graph = convert(SAMPLE, tmp_path / "graph.onnx", "--to", "onnx-online")
    back = np.load(convert(graph, tmp_path / "back.npz", "--to", "haiku"))
    state = np.load(SAMPLE)
    online = [key for key in state.files if key.startswith("online_params/")]
    assert [key for key in back.files if key.startswith("online_params/")] == online
    for key in online:
        assert back[key].tobytes() == state[key].tobytes(), key


def test_a_model_saved_again_by_onnx_is_read(tmp_path):
    first = convert(SAMPLE, tmp_path / "first.onnx", "--to", "onnx-online")
    model = onnx.load(first)
    for tensor in model.graph.initializer:
        tensor.CopyFrom(helper.make_tensor(
            tensor.name, TensorProto.FLOAT, tensor.dims, numpy_helper.to_array(tensor).ravel()))
    onnx.save(model, tmp_path / "second.onnx")
    convert(first, tmp_path / "first.npz", "--to", "native")
    convert(tmp_path / "second.onnx", tmp_path / "second.npz", "--to", "native")
    one, other = np.load(tmp_path / "first.npz"), np.load(tmp_path / "second.npz")
    assert one.files == other.files
    for key in one.files:
        assert one[key].tobytes() == other[key].tobytes()


def test_weights_in_another_file_are_refused_by_its_name(tmp_path):
    graph = convert(SAMPLE, tmp_path / "graph.onnx")
    model = onnx.load(graph)
    onnx.save(
        model, tmp_path / "outside.onnx", save_as_external_data=True, location="weights.bin",
        size_threshold=0)
    assert (tmp_path / "weights.bin").stat().st_size > 0
    code, said = tool("byol-convert", tmp_path / "outside.onnx", tmp_path / "out.h5")
    assert code == 2
    assert "another file ('weights.bin')" in said
    assert not (tmp_path / "out.h5").exists()


def test_a_model_that_is_cut_off_is_refused(tmp_path):
    graph = convert(SAMPLE, tmp_path / "graph.onnx")
    half = tmp_path / "half.onnx"
    half.write_bytes(Path(graph).read_bytes()[:50_000])
    code, said = tool("byol-convert", half, tmp_path / "out.h5")
    assert code == 2 and said.count("\n") == 1 and "half.onnx" in said
    shutil.copy(graph, half)
    assert tool("byol-inspect", half)[0] == 0
