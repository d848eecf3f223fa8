"""python/byol_h5.py computes from a native file what the program computes from which the weights came, in PyTorch
and in JAX, and says what is wrong with a file in a sentence."""

import copy
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from native import PACKAGE, SAMPLE, convert, rules_of, tool

sys.path.insert(0, str(PACKAGE / "python"))

import byol_h5  # noqa: E402
from schemas import complaint  # noqa: E402

h5py = pytest.importorskip("h5py")
FIXTURES = PACKAGE.parent / "shared/fixtures"
needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="needs the fixtures beside the checkout")
TOLERANCE = 1e-5

# Every genuine checkpoint that has reference outputs, and these.
REFERENCES = {
    "bolts_tiny": ["bolts_tiny.ckpt"],
    "byolconvert_tiny": ["byolconvert_tiny.pth.tar"],
    "keras_tf2_tiny": ["keras_tf2_tiny"],
    "lightly_bench_tiny": ["lightly_bench_tiny.ckpt"],
    "lightly_example_tiny": ["lightly_example_tiny.pth"],
    "lucidrains_v082": [f"lucidrains_v082.{end}" for end in (
        "pt", "legacy.pt", "proto4.pt", "dataparallel.pt", "resume.pt", "safetensors")],
    "lucidrains_v082.bf16": ["lucidrains_v082.bf16.pt", "lucidrains_v082.bf16.safetensors"],
    "mmselfsup1_tiny": ["mmselfsup1_tiny.pth", "mmselfsup1_tiny.published.pth"],
    "passl_tiny": ["passl_tiny.pdparams"],
    "solo_tiny": ["solo_tiny.ckpt"],
    "sthalles_resnet18_tiny": ["sthalles_resnet18_tiny.pth"],
    "timmhf_tiny": ["timmhf_tiny/model.safetensors"],
    "yaox12_tiny": ["yaox12_tiny.pth.tar", "yaox12_tiny.ddp.pth.tar"],
}  # fmt: skip
STATES = ["tiny_haiku_byol", "tiny_haiku_byol_basicblock", "tiny_haiku_byol_v2"]


def run(framework, path, branch, x):
    """All outputs of a branch for what the first convolution sees, as NumPy has them."""
    pytest.importorskip(framework)
    made = byol_h5.network(path, framework, branch)
    if framework == "jax":
        apply, params = made
        return {name: np.asarray(values) for name, values in apply(params, x).items()}
    import torch

    with torch.no_grad():
        return {name: values.numpy() for name, values in made(torch.from_numpy(np.array(x))).items()}


def assert_close(found, expected, what=""):
    """The largest difference is at most 1e-5 of the largest value."""
    found, expected = (np.asarray(values, np.float64) for values in (found, expected))
    assert found.shape == expected.shape, what
    error = np.abs(found - expected).max() / np.abs(expected).max()
    assert error <= TOLERANCE, f"{what}: {error:.1e}"


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Native files of sources, each converted once."""
    made = {}

    def convert_once(source):
        if source not in made:
            folder = tmp_path_factory.mktemp("reader")
            made[source] = convert(source, folder / "native.h5", "--no-probe", "--no-source-hash")
        return made[source]

    return convert_once


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample with its recorded forward pass."""
    return convert(SAMPLE, tmp_path_factory.mktemp("sample") / "tiny.h5")


def test_every_reference_is_used():
    if FIXTURES.exists():
        found = {path.name.removesuffix(".ref.npz") for path in (FIXTURES / "dialects").glob("*.ref.npz")}
        assert found - {"byolconvert_tiny.WRONG_symmetric_padding"} == set(REFERENCES)


@needs_fixtures
@pytest.mark.parametrize("framework", ["torch", "jax"])
@pytest.mark.parametrize("name", REFERENCES)
def test_genuine_checkpoints_give_their_programs_outputs(name, framework, converted):
    reference = np.load(FIXTURES / f"dialects/{name}.ref.npz")
    # JAX compiles every size anew: one coat of each network, and odd sizes with DeepMind's states below.
    sources, suffixes = (REFERENCES[name], ["", "_odd"]) if framework == "torch" else (REFERENCES[name][:1], [""])
    for source in sources:
        path = converted(FIXTURES / "dialects" / source)
        checkpoint, compared = byol_h5.Checkpoint(path), 0
        assert complaint("contract", checkpoint.contract) is None
        made_by = {"embedding": "encoder", "projection": "projector", "prediction": "predictor"}
        held = [role for role in checkpoint.roles if role.partition(".")[2] in made_by.values()]
        for branch in checkpoint.branches:
            for suffix in suffixes:
                outputs = run(framework, path, branch, reference[f"input{suffix}"])
                for output, values in outputs.items():
                    key = ("" if branch == "online" else "target_") + output + suffix
                    if key in reference:
                        assert_close(values, reference[key], f"{source} {key}")
                        compared += 1
        logits = "logits" in reference
        assert compared == (len(held) + logits) * len(suffixes), source


@needs_fixtures
@pytest.mark.parametrize("framework", ["torch", "jax"])
@pytest.mark.parametrize("name", STATES)
def test_deepminds_states_give_haikus_outputs(name, framework, converted):
    reference = np.load(FIXTURES / f"deepmind/infer_{name}.npz")
    path = converted(FIXTURES / f"deepmind/{name}.npz")
    for case in {"torch": "ab", "jax": "b"}[framework]:  # 32 x 32 and 37 x 45 pixels
        x = reference[f"{case}/images_norm"].transpose(0, 3, 1, 2).astype(np.float32)
        for branch in ("online", "target"):
            outputs = run(framework, path, branch, x)
            assert set(outputs) == {"embedding", "logits", "projection", "prediction"}
            for output, values in outputs.items():
                key = f"{case}/{branch}/eval/{output}"
                assert_close(values, reference[key], key)


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_recorded_forward_pass_is_repeated(sample, framework):
    pytest.importorskip(framework)
    errors = byol_h5.replay(sample, framework)
    assert len(errors) == 8  # four outputs of two branches
    assert max(errors.values()) < TOLERANCE, errors


def test_a_network_that_pads_otherwise_is_noticed(sample, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(byol_h5, "_edges", lambda length, kernel, stride, rule: ((kernel - 1) // 2,) * 2)
    assert max(byol_h5.replay(sample, "torch").values()) > 1e-2


@pytest.mark.parametrize(("name", "framework"), [
    ("lucidrains_0_9", "torch"), ("lucidrains_0_9", "jax"), ("torchgeo", "torch")])  # fmt: skip
def test_random_networks_of_other_programs(name, framework, tmp_path):
    """A simplicial embedding, and timm's ResNets, at sizes that are drawn."""
    pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")
    pytest.importorskip(framework)
    from conftest import SEED
    from variants import make

    for seed in range(SEED, SEED + 30):
        path, reference, made = make(name, seed, tmp_path)
        if name != "lucidrains_0_9" or made.dialect == "lucidrains-0.9":
            break  # not every one that is drawn has simplicial embeddings
    native = convert(path, tmp_path / "native.h5", "--no-probe")
    reference, checkpoint, compared = np.load(reference), byol_h5.Checkpoint(native), 0
    assert complaint("contract", checkpoint.contract) is None
    assert ("sem" in checkpoint.contract) == (name == "lucidrains_0_9")
    for branch in checkpoint.branches:
        if f"{branch}.encoder" not in checkpoint.roles:
            continue  # torchgeo's target is a projector on the online encoder
        outputs = run(framework, native, branch, reference["input"].astype(np.float32))
        for output, values in outputs.items():
            key = ("" if branch == "online" else "target_") + output
            if key in reference:
                error = np.abs(values - reference[key]).max() / np.abs(reference[key]).max()
                assert error < 5e-5, f"seed {seed}: {key} {error:.1e}"  # rounding of random networks
                compared += 1
    assert compared >= 2


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_byol_as_encoder(framework, tmp_path):
    """AudioNTT2020 as its paper describes it: log-mel spectrograms [N, 1, mels, frames]."""
    torch = pytest.importorskip("torch")
    pytest.importorskip(framework)
    nn = torch.nn
    torch.manual_seed(2020)
    layers = [layer for inputs in (1, 8, 8) for layer in (
        nn.Conv2d(inputs, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))]  # fmt: skip
    net = nn.ModuleDict({
        "features": nn.Sequential(*layers),
        "fc": nn.Sequential(nn.Linear(32, 12), nn.ReLU(), nn.Dropout(0.3), nn.Linear(12, 12), nn.ReLU()),
    }).train()
    spectrograms = torch.randn(3, 1, 32, 40)
    for _ in range(3):
        net["features"](torch.randn(4, 1, 32, 40))
    net.eval()
    with torch.no_grad():
        maps = net["features"](spectrograms)
        columns = torch.stack([maps[:, :, :, t].transpose(1, 2).reshape(3, -1) for t in range(maps.shape[3])], 1)
        frames = net["fc"](columns)
        expected = frames.max(1).values + frames.mean(1)
    torch.save(net.state_dict(), tmp_path / "audio.pth")
    native = convert(tmp_path / "audio.pth", tmp_path / "audio.h5")
    checkpoint = byol_h5.Checkpoint(native)
    assert complaint("contract", checkpoint.contract) is None
    assert all(len(rules_of(name)) == 1 for name in checkpoint.tensors)
    found = run(framework, native, "online", spectrograms.numpy())["embedding"]
    assert_close(found, expected.numpy())


def test_state_has_every_tensor_bit_for_bit(sample):
    found, source = byol_h5.state(sample), np.load(SAMPLE)
    assert len(found) == len(source.files) - 1  # the step is in the recipe
    stem = source["online_params/res_net50/~/initial_conv/w"]
    ours = found["online/encoder/stem/conv/weight"]
    assert ours.tobytes() == np.ascontiguousarray(stem.transpose(3, 2, 0, 1)).tobytes()
    assert set(byol_h5.state(sample, "target/heads/")) == {
        "target/heads/classifier/weight", "target/heads/classifier/bias"}  # fmt: skip


def test_importing_it_needs_no_framework(sample):
    program = (
        "import sys, byol_h5; byol_h5.state(sys.argv[1]); print(byol_h5.describe(sys.argv[1]));"
        "assert not {'torch', 'jax'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, sample], cwd=PACKAGE / "python", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ResNet, bottleneck blocks [2, 1, 1, 1]" in done.stdout


def test_modules_are_pickled_copied_and_trained(sample):
    torch = pytest.importorskip("torch")
    net = byol_h5.encoder(sample)
    assert not net.training and net.stage1.block0.conv0.weight.requires_grad
    pictures = torch.randn(2, 3, 32, 32)
    again = [pickle.loads(pickle.dumps(net)), copy.deepcopy(net)]
    assert all(torch.equal(other(pictures), net(pictures)) for other in again)
    net.train()
    (net(pictures) - net(pictures.flip(3))).square().sum().backward()  # two views, as BYOL has them
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())
    torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)


def test_running_statistics_move_as_the_contract_says(sample):
    """Haiku's running variance averages variances divided by n, where PyTorch's divides by n - 1."""
    torch = pytest.importorskip("torch")
    net = byol_h5.network(sample)
    bn = net.projector.bn0.train()
    before, x = bn.running_var.clone(), torch.randn(4, bn.num_features)
    bn(x)
    expected = 0.9 * before + 0.1 * x.var(0, unbiased=False)
    assert torch.allclose(bn.running_var, expected, rtol=1e-6)
    assert not torch.allclose(bn.running_var, 0.9 * before + 0.1 * x.var(0), rtol=1e-2)


def test_jax_functions_are_compiled_and_differentiated(sample):
    jax = pytest.importorskip("jax")
    encode, params = byol_h5.encoder(sample, framework="jax")
    pictures = np.random.default_rng(1).normal(size=(2, 3, 33, 33)).astype(np.float32)
    loss, gradients = jax.jit(jax.value_and_grad(lambda params: encode(params, pictures).sum()))(params)
    assert_close(loss, run("torch", sample, "online", pictures)["embedding"].sum())
    assert set(gradients) == set(params) and all(np.isfinite(g).all() for g in gradients.values())


@needs_fixtures
def test_preprocessing_is_deepminds(converted):
    path = converted(FIXTURES / "deepmind/tiny_haiku_byol.npz")
    arrays = np.load(FIXTURES / "deepmind/eval_preproc.npz")
    names = {key.split("/")[0] for key in arrays.files}
    assert len(names) == 4
    for name in names:
        # TensorFlow decodes the square alone, which changes pixels at its edge.
        picture, square = arrays[f"{name}/decoded_u8"].copy(), arrays[f"{name}/crop_u8"]
        (height, width), side = picture.shape[:2], square.shape[0]
        top, left = (height - side + 1) // 2, (width - side + 1) // 2
        picture[top : top + side, left : left + side] = square
        found = byol_h5.preprocess(path, picture)
        assert np.abs(found.transpose(1, 2, 0) - arrays[f"{name}/final_normalised_f32"]).max() < 2e-5, name


@pytest.mark.parametrize("name", ["bilinear", "bicubic"])
def test_resizing_is_pillows_to_the_bit(name):
    Image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(3).integers(0, 256, (61, 83, 3), dtype=np.uint8)
    for rows, columns in [(17, 40), (61, 30), (90, 83), (128, 200)]:
        kind = getattr(Image.Resampling, name.upper())
        theirs = np.asarray(Image.fromarray(pixels).resize((columns, rows), kind))
        assert np.array_equal(byol_h5._resized_by_pillow(pixels, rows, columns, name), theirs), (rows, columns)


@pytest.mark.parametrize("like", ["tensorflow", "torchvision"])
def test_pictures_to_features_as_byol_embed_has_them(like, tmp_path):
    torch = pytest.importorskip("torch")
    Image = pytest.importorskip("PIL.Image")
    options = ["crop=resize-first", "filter=bilinear", "antialias=true"] if like == "torchvision" else []
    options = [word for field in [*options, "size=40"] for word in ("--set", f"input.{field}")]
    native = convert(SAMPLE, tmp_path / "tiny.h5", "--no-probe", *options)
    pictures = []
    for path in sorted((PACKAGE / "samples/images").rglob("*.jpg"))[::6]:
        pictures.append(tmp_path / f"{path.parent.name}.png")  # every program decodes PNG alike
        Image.open(path).convert("RGB").save(pictures[-1])
    code, said = tool("byol-embed", native, *pictures, "--output", tmp_path / "features.npy")
    if code and "without" in said and "JPEG" in said:
        pytest.skip("the tools were built without the image libraries")
    assert code == 0, said
    inputs = np.stack([byol_h5.preprocess(native, Image.open(path).convert("RGB")) for path in pictures])
    with torch.no_grad():
        found = byol_h5.encoder(native)(torch.from_numpy(inputs)).numpy()
    assert_close(found, np.load(tmp_path / "features.npy"))


def attribute(file, name, value):
    """Replaces an attribute by a text of fixed length."""
    del file.attrs[name]
    file.attrs.create(name, value, dtype=f"S{len(value)}")


def version(file, *numbers):
    del file.attrs["format_version"]
    file.attrs["format_version"] = np.array(numbers, "u4")


def replaced(file, name, array):
    """Another tensor under the same name, with the right digest."""
    if name in file:
        del file[name]
    file[name] = array
    for key, value in [("dtype", str(array.dtype)), ("sha256", byol_h5.hashlib.sha256(array.tobytes()).hexdigest())]:
        file[name].attrs.create(key, value, dtype=f"S{len(value)}")


def chunked(file):
    name, array = "online/heads/classifier/bias", file["online/heads/classifier/bias"][()]
    attributes = dict(file[name].attrs)
    del file[name]
    file.create_dataset(name, data=array, chunks=(5,), compression="gzip").attrs.update(attributes)


def rewritten(file, text):
    """Replaces the contract, with the right digest."""
    attributes = dict(file["contract"].attrs)
    del file["contract"]
    file["contract"] = np.frombuffer(text.encode(), "u1")
    file["contract"].attrs.update(attributes)
    attribute(file["contract"], "sha256", byol_h5.hashlib.sha256(text.encode()).hexdigest())


CONTRACTS = {
    "encoder.padding": ("valid", "/contract encoder.padding: expected same or symmetric, found valid"),
    "encoder.stem.stride": (0, "/contract encoder.stem.stride: expected a number from 1 to 1000000, found 0"),
    "encoder.stem.pad": (-1, "/contract encoder.stem.pad: expected 0 to 63 pixels, found -1"),
    "encoder.strides": ([1, 2], "as many blocks as channels and strides"),
    "encoder.blocks": ("many", "/contract encoder.blocks: expected a list, found str"),
    "encoder.family": ("vit", "family resnet or audio-ntt, found vit"),
    "bn.eps": (None, "/contract bn.eps: expected a number, found None"),
    "mlp.projector_biases": ([], "/contract mlp.projector_biases: expected one for each layer, found 0"),
    "bn": ([], "/contract bn: expected an object, found list"),
    "": ({}, "/contract encoder: expected a value, found none"),
}


@pytest.mark.parametrize("field", CONTRACTS)
def test_a_contract_that_cannot_be_meant_is_refused(field, sample, tmp_path):
    pytest.importorskip("torch")
    value, message = CONTRACTS[field]
    path = tmp_path / "contract.h5"
    path.write_bytes(sample.read_bytes())
    with h5py.File(path, "r+", libver=("v108", "v108")) as file:
        contract = json.loads(file["contract"][()].tobytes())
        place, keys = contract, field.split(".")
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        rewritten(file, json.dumps(contract if field else value))
    with pytest.raises(byol_h5.FormatError) as caught:
        byol_h5.encoder(path)
    assert message in str(caught.value)


STEM = "online/encoder/stem/conv/weight"
SPOILED = {
    "another major version": (lambda f: version(f, 2, 0), "major version 1 (rule N2), found 2"),
    "no version": (lambda f: f.attrs.__delitem__("format_version"), "two uint32 (rule N2)"),
    "another format": (lambda f: attribute(f, "format", "something"), "byol-checkpoint (rule N1), found something"),
    "no fingerprint": (lambda f: f.attrs.__delitem__("fingerprint"), "attribute fingerprint: expected one"),
    "an unknown group": (lambda f: f.create_group("more"), "/more: expected a group or document of the layout"),
    "no contract": (lambda f: f.__delitem__("contract"), "/contract: expected a document, found none"),
    "no dtype": (lambda f: f[STEM].attrs.__delitem__("dtype"), "either dtype or schema (rule A7), found neither"),
    "another dtype": (lambda f: attribute(f[STEM], "dtype", "float16"), "rules T1, T2"),
    "no digest": (lambda f: f[STEM].attrs.__delitem__("sha256"), "rule A6"),
    "an external link": (
        lambda f: f["online"].__setitem__("more", h5py.ExternalLink("/etc/passwd", "/")), "a hard link (rule G3)"),
    "a second link": (lambda f: f["online"].__setitem__("more", f["target"]), "one link to each object (rule G8)"),
    "compression": (chunked, "contiguous storage (rule L1)"),
    "damage": (lambda f: f[STEM].__setitem__((0, 0, 0, 0), 7), "it is damaged"),
    "another shape": (
        lambda f: replaced(f, "online/encoder/stage1/block0/conv1/weight", np.zeros((8, 9, 3, 3), "f4")),
        "/online/encoder/stage1/block0/conv1/weight: expected shape [any, 8, any, any], found [8, 9, 3, 3]"),
    "a missing statistic": (
        lambda f: f.__delitem__("online/encoder/stem/bn/mean"), "/online/encoder/stem/bn/mean: expected a tensor"),
    "a tensor too many": (
        lambda f: replaced(f, "online/encoder/stage9/block0/conv0/weight", np.zeros((1, 1, 1, 1), "f4")),
        "expected a place in the network that the contract describes, found none"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_wrong_is_said_in_a_sentence(name, sample, tmp_path):
    pytest.importorskip("torch")
    spoil, message = SPOILED[name]
    path = tmp_path / "spoiled.h5"
    path.write_bytes(sample.read_bytes())
    with h5py.File(path, "r+", libver=("v108", "v108")) as file:
        spoil(file)
    with pytest.raises(byol_h5.FormatError) as caught:
        byol_h5.encoder(path)
    assert str(caught.value).startswith(f"{path}: ") and message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_newer_minor_version_and_others_groups_are_read(sample, tmp_path):
    path = tmp_path / "newer.h5"
    path.write_bytes(sample.read_bytes())
    with h5py.File(path, "r+", libver=("v108", "v108")) as file:
        version(file, 1, 7)
        file["x-mine/anything"] = np.zeros(3)
    with pytest.warns(UserWarning, match=r"newer than \(1, 0\)"):
        assert len(byol_h5.state(path)) == len(byol_h5.state(sample))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", None], ids=["empty", "a zip", "truncated"])
def test_other_files_are_refused(content, sample, tmp_path, capsys):
    path = tmp_path / "other.h5"
    path.write_bytes(sample.read_bytes()[:90_000] if content is None else content)
    assert byol_h5.main([str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{path}: ") and said.count("\n") == 1


def test_the_command_line_repeats_the_pass(sample, tmp_path, capsys):
    pytest.importorskip("torch")
    assert byol_h5.main([str(sample), "--probe", "torch"]) == 0
    assert "8 outputs in torch" in capsys.readouterr().out
    path = tmp_path / "otherwise.h5"
    path.write_bytes(sample.read_bytes())
    with h5py.File(path, "r+", libver=("v108", "v108")) as file:
        contract = json.loads(file["contract"][()].tobytes())
        contract["encoder"]["padding"] = contract["encoder"]["pool_padding"] = "symmetric"
        rewritten(file, json.dumps(contract))
    assert byol_h5.main([str(path), "--probe", "torch"]) == 1
