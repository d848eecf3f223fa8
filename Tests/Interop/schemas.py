"""What the tests of the JSON Schemas share: validators, real documents, and ways to spoil them."""

import copy
import json
from functools import lru_cache

import h5py
import numpy as np
from jsonschema import Draft202012Validator
from native import PACKAGE, SAMPLE, convert, tool
from referencing import Registry, Resource

FOLDER = PACKAGE / "schemas"
EXAMPLE = PACKAGE / "docs/examples/mydialect.json"
NAMES = sorted(path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json"))


@lru_cache
def schema(name):
    """The schema in `schemas/NAME.schema.json`."""
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


@lru_cache
def registry():
    """All schemas by their names, which is how they refer to each other."""
    return Registry().with_resources(
        (schema(each)["$id"], Resource.from_contents(schema(each))) for each in NAMES)


@lru_cache
def validator(name):
    """A validator of documents of that kind."""
    return Draft202012Validator({"$ref": f"{name}.schema.json"}, registry=registry())


def complaint(name, document):
    """What is wrong with a document, or None."""
    error = next(validator(name).iter_errors(document), None)
    return error and f"{error.json_path}: {error.message[:200]}"


def printed(name, *arguments, code=0):
    """The JSON that a tool prints."""
    found, said = tool(name, *arguments, "--json")
    assert found == code, said
    # A tool that fails says so on standard error, behind the JSON.
    return json.JSONDecoder().raw_decode(said)[0]


def inside(path):
    """The documents of a native HDF5 file: name of the schema and JSON."""
    with h5py.File(path) as file:
        for name in ["contract", "recipe", "provenance", "verification", "index", "extras/tree"]:
            stated, version = file[name].attrs["schema"].decode().split()
            assert version == "1.0"
            yield stated, json.loads(file[name][()].tobytes())


def sources(folder):
    """npz files that differ in what reports and documents say of them; options of the conversion."""
    state = dict(np.load(SAMPLE))
    odd = {
        key: np.asfortranarray(array).astype(array.dtype.newbyteorder(">")) if array.ndim > 1 else array
        for key, array in state.items()
    }  # fmt: skip
    kinds = {
        "plain": (state, ()),
        "odd": (odd | {"note": np.arange(3.0), "other/é": np.zeros((2, 0))}, ("--no-probe",)),
        "set": (state, ("--set", "encoder.stem.pad=3", "--set", "recipe.tau.base=0.996",
                        "--set", "recipe.optimizer.last_lr=0.1", "--no-source-hash",
                        "--license", "CC BY-NC 4.0")),
        "parameters": ({k.removeprefix("online_params/"): a for k, a in state.items()
                        if k.startswith("online_params/")}, ()),
    }  # fmt: skip
    for name, (arrays, options) in kinds.items():
        np.savez(folder / f"{name}.npz", **arrays)
        yield folder / f"{name}.npz", options


def training(folder):
    """Reports of runs: one that goes on from given views, and one that begins with pictures."""
    random = np.random.default_rng(1)
    np.savez(
        folder / "views.npz",
        **{f"step0/view{view}": random.normal(size=(4, 3, 32, 32)).astype(np.float32) for view in (1, 2)})
    resume = ("resume", SAMPLE, "--views", folder / "views.npz", "--out", folder / "run.h5", "--no-sync")
    yield "train-report", printed("byol-train", *resume, "--dry-run")
    yield "train-report", printed("byol-train", *resume)
    # Late steps, so that the target's distance tells: the sample's two networks are independent.
    late = folder / "late.h5"
    printed("byol-train", *resume[:-2], late, "--no-sync", "--step", "5000", "--tau", "0.99", "--lr", "0.1")
    yield from health(late)
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, path in enumerate(sorted((PACKAGE / "samples/images").glob("*/*.jpg"))[:4]):
        (pictures / f"{number}.jpg").write_bytes(path.read_bytes())
    (pictures / "0.jpg").write_bytes(b"no picture")
    yield "train-report", printed(
        "byol-train", "pretrain", "--arch", "resnet18", "--width", "0.0625", "--stem", "cifar", "--hidden", "8",
        "--projection", "4", "--size", "16", "--data", pictures, "--batch", "4", "--epochs", "1",
        "--out", folder / "begun.h5", "--no-sync")  # fmt: skip
    yield from health(folder / "begun.h5", "--images", PACKAGE / "samples/images")


def health(path, *options):
    """An inspection with its health, and the health alone."""
    inspection = printed("byol-inspect", path, "--health", *options)
    # Every tensor has the same fields: the first few are enough.
    inspection["health"]["tensors"] = inspection["health"]["tensors"][:3]
    yield "inspection", inspection
    yield "health", inspection["health"]


def evaluation(folder):
    """Reports of evaluations: neighbours, a classifier on frozen features, and fine-tuning."""
    pictures = PACKAGE / "samples/images"
    few = ("--train", pictures, "--size", "32", "--threads", "1")
    yield "evaluation-report", printed("byol-train", "evaluate", "knn", SAMPLE, *few, "-k", "1", "5")
    yield "evaluation-report", printed(
        "byol-train", "evaluate", "linear", SAMPLE, *few, "--penalty", "1",
        "--write", folder / "headed.h5", "--head", "shapes")  # fmt: skip
    yield "evaluation-report", printed(
        "byol-train", "evaluate", "semi-supervised", SAMPLE, *few, "--labels", "50", "--steps", "1",
        "--base-lr", "0.1", "--batch", "4")  # fmt: skip
    yield from inside(folder / "headed.h5")


def choosing(folder):
    """Parts, other types, and several checkpoints at once."""
    half, twice, beside = folder / "half.h5", folder / "twice.h5", folder / "twice.npz"
    types = ("--dtype", "f16", "--dtype", "statistics=bf16", "--dtype", "optimizer=bf16")
    yield "convert-report", printed("byol-convert", SAMPLE, half, *types)
    yield "convert-report", printed("byol-convert", half, twice, "--dtype", "bf16", "--no-probe")
    for native in [half, twice]:
        yield from inside(native)
        yield "inspection", printed("byol-inspect", native)
    yield "convert-report", printed("byol-convert", twice, beside, "--only", "online")
    yield "sidecar", json.loads((folder / "twice.npz.byol.json").read_text())
    several = folder / "several"
    several.mkdir()
    (several / "half.h5").touch()
    nothing = folder / "nothing.npz"
    nothing.write_bytes(b"nothing")
    yield "convert-batch", printed(
        "byol-convert", SAMPLE, half, nothing, "--out-dir", several, "--skip-existing", code=2)


def comparisons(folder, plain, reset, parameters):
    """Comparisons of files that are the same, that lack networks, that moved, and that were renamed."""
    state = dict(np.load(SAMPLE))
    moved = {key: array + 0.01 if key.startswith("target_params/") else array for key, array in state.items()}
    moved["step"] = state["step"] + 1
    moved["target_params/classifier/w"] = np.zeros_like(state["target_params/classifier/w"])
    moved["online_params/classifier/w"] = state["online_params/classifier/w"] * np.float32(np.nan)
    online = {key.replace("online_", "target_"): array for key, array in state.items() if "online_" in key}
    # One step of a moving average.
    averaged = dict(state) | {
        key: state[key] + np.float32(0.1) * (state[key.replace("target", "online")] - state[key])
        for key in state if key.startswith("target_params/")
    }  # fmt: skip
    averaged["step"] = state["step"] + 1
    for name, arrays in {"moved": moved, "renamed": online, "averaged": averaged}.items():
        np.savez(folder / f"{name}.npz", **{
            key: array.astype(state[key].dtype) if key in state else array for key, array in arrays.items()})
        yield "comparison", printed("byol-inspect", SAMPLE, folder / f"{name}.npz", code=1)
    halved = folder / "halved.npz"
    np.savez(halved, **{
        key: array.astype("f2") if array.dtype == np.float32 else array for key, array in state.items()})
    yield "comparison", printed("byol-inspect", plain, SAMPLE)
    yield "comparison", printed("byol-inspect", SAMPLE, halved, code=1)
    yield "comparison", printed("byol-inspect", SAMPLE, folder / "odd.npz", code=1)
    yield "comparison", printed("byol-inspect", plain, reset, code=1)
    yield "comparison", printed("byol-inspect", parameters, plain, code=1)
    yield "comparison", printed("byol-inspect", plain, parameters, code=1)


def layouts(folder, plain):
    """Reports on a sound file, on one that breaks rules, and on one in which the way is lost."""
    yield "layout-report", printed("byol-verify", "--layout", plain)
    data = bytearray(plain.read_bytes())
    data[50] ^= 1
    (folder / "damaged.h5").write_bytes(data)
    yield "layout-report", printed("byol-verify", "--layout", folder / "damaged.h5", code=1)
    with h5py.File(folder / "other.h5", "w") as file:
        file["weight"] = np.zeros(3)
    yield "layout-report", printed("byol-verify", "--layout", folder / "other.h5", code=1)


def pictures(folder):
    """Reports on pictures: features, classes, timings; a head's accuracy; two networks side by side."""
    photos = folder / "photos"
    for number, path in enumerate(sorted((PACKAGE / "samples/images").glob("*/*.jpg"))[:10]):
        (photos / f"class{number}").mkdir(parents=True)
        (photos / f"class{number}/a.jpg").write_bytes(path.read_bytes())
    (photos / "class0/broken.jpg").write_bytes(b"no picture")
    labels = folder / "labels.txt"
    labels.write_text("".join(f"class{number}\n" for number in range(10)))
    (photos / "stray").mkdir()
    (photos / "stray/a.jpg").write_bytes((photos / "class1/a.jpg").read_bytes())
    yield "pictures-report", printed("byol-verify", SAMPLE, "--images", photos, "--labels", labels)
    yield "pictures-report", printed(
        "byol-verify", SAMPLE, "--images", photos, "--against", folder / "averaged.npz", "--tolerance", "1")
    symmetric = convert(SAMPLE, folder / "other-padding.h5", "--set", "encoder.padding=symmetric")
    yield "pictures-report", printed(
        "byol-verify", SAMPLE, "--images", photos, "--against", symmetric, code=1)
    yield "embed-report", printed("byol-embed", SAMPLE, photos, "--output", folder / "features.npy")
    yield "embed-report", printed(
        "byol-embed", SAMPLE, photos, "--top", "2", "--labels", labels, "--layer", "stage2/block0")
    yield "embed-report", printed("byol-embed", SAMPLE, photos, "--top", "1")
    yield "embed-report", printed("byol-embed", SAMPLE, "--benchmark", "1", "--rounds", "2")


def collect(folder):
    """Every kind of document, from real runs of the tools: pairs of a schema's name and JSON."""
    natives = []
    for source, options in sources(folder):
        native = source.with_suffix(".h5")
        yield "convert-report", printed("byol-convert", source, native, *options)
        natives.append(native)
        yield from inside(native)
        yield "inspection", printed("byol-inspect", native)
        yield "inspection", printed("byol-inspect", source, "--stats", "--fingerprint")
    plain, odd, changed, parameters = natives
    yield from health(parameters)
    reference = SAMPLE.with_suffix(".ref.npz")
    beside = folder / "beside.npz"
    yield "convert-report", printed("byol-convert", changed, beside)
    yield "convert-report", printed("byol-convert", plain, folder / "new.npz", "--dry-run")
    yield "convert-report", printed(
        "byol-convert", plain, folder / "native.npz", "--to", "native", "--drop", "optimizer/*")
    yield "sidecar", json.loads((folder / "beside.npz.byol.json").read_text())
    whole = folder / "whole.h5"
    make = ("--drop", "target*", "--drop", "online_*/predictor/*", "--drop", "opt_state/*",
            "--target", "from-online", "--predictor", "random:8", "--seed", "3")  # fmt: skip
    yield "convert-report", printed("byol-convert", SAMPLE, whole, *make)
    yield from inside(whole)
    yield "inspection", printed("byol-inspect", whole)
    yield "convert-report", printed(
        "byol-convert", whole, folder / "torch.safetensors", "--to", "torchvision")
    yield "sidecar", json.loads((folder / "torch.safetensors.byol.json").read_text())
    yield from choosing(folder)
    yield "verify-report", printed("byol-verify", plain)
    yield "verify-report", printed("byol-verify", plain, "--expect", reference)
    yield "verify-report", printed(
        "byol-verify", plain, "--expect", reference, "--tolerance", "1e-9", code=1)
    yield "verify-report", printed("byol-verify", plain, odd)
    yield "verify-report", printed("byol-verify", plain, parameters, code=1)
    symmetric = convert(SAMPLE, folder / "symmetric.h5", "--set", "encoder.padding=symmetric")
    yield "verify-report", printed("byol-verify", symmetric, "--expect", reference, code=1)
    yield "verify-report", printed("byol-verify", symmetric, plain, code=1)
    yield from comparisons(folder, plain, changed, parameters)
    yield from layouts(folder, plain)
    yield from pictures(folder)
    yield from training(folder)
    yield from evaluation(folder)
    outputs = dict(np.load(reference))
    outputs["embedding"] = np.full_like(outputs["embedding"], np.nan)
    np.savez(folder / "nan.npz", **outputs)
    yield "verify-report", printed("byol-verify", plain, "--expect", folder / "nan.npz", code=1)
    for path in [EXAMPLE, *sorted((FOLDER / "dialects").glob("*.json"))]:
        yield "dialect", json.loads(path.read_text())


def trimmed(node):
    """A document whose lists hold one item of each shape, so that spoiling every field stays cheap."""
    if isinstance(node, dict):
        return {key: trimmed(value) for key, value in node.items()}
    if not isinstance(node, list) or all(isinstance(item, (int, float, str)) for item in node):
        return node
    shapes = {}
    for item in node:
        shapes.setdefault(shape(item), trimmed(item))
    return list(shapes.values())


def shape(node):
    """The keys of a value and of its parts, without what they hold, lists of plain values among it."""
    if isinstance(node, dict):
        words = {key: value for key, value in node.items() if key in ("kind", "order")}
        return tuple(sorted((key, words.get(key), shape(value)) for key, value in node.items()))
    if isinstance(node, list):
        return tuple(shape(item) for item in node if isinstance(item, (dict, list)))
    return type(node).__name__


# Objects whose keys are data: paths of fields, roles, words.
MAPS = {"origins", "fingerprints", "hyperparameters", "variables", "places", "rules", "cannot_tell",
        "bind", "stride_at", "maps", "maps/*", "contract/stem", "records", "containers", "constants",
        "defaults", "values", "made", "layers", "types"}  # fmt: skip


def fields(node, path=(), name=""):
    """Every value in an object or a list: its path, and its name with * for positions and for data."""
    if isinstance(node, list):
        for position, item in enumerate(node):
            inner = f"{name}/*".lstrip("/")
            yield (*path, position), inner
            yield from fields(item, (*path, position), inner)
    if isinstance(node, dict):
        is_map = any(name == each or name.endswith("/" + each) for each in MAPS)
        for key, value in node.items():
            inner = f"{name}/{'*' if is_map else key}".lstrip("/")
            yield (*path, key), inner
            yield from fields(value, (*path, key), inner)


def changed(document, path, change):
    """A copy in which `change` was made to the object or list at the path's parent."""
    result = copy.deepcopy(document)
    parent = result
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return result
