"""Measures inference beside other engines and writes its section of BENCHMARKS.md.

usage: python Benchmarks/inference.py [ROUNDS] [NETWORK ...] [--add]     (3 rounds of resnet50 by default)
       networks: resnet50, resnet200x2 (needs 10 GB of disk); --add keeps the rounds measured before

Every engine runs the same weights: ours the native file, onnxruntime and OpenVINO the graph that
byol-convert writes of it, PyTorch the module that byol-convert writes beside a PyTorch export. In each
round every contestant runs once, in rotating order, in a process of its own, with as many threads as there
are processors. All raw samples are kept in Benchmarks/results/inference.json.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import document
import machine

PACKAGE = Path(__file__).resolve().parent.parent
TOOLS = Path(os.environ.get("BYOL_TOOLS", PACKAGE / ".build" / "release"))
WORK = PACKAGE / ".build-bench"
RESULTS = PACKAGE / "Benchmarks" / "results" / "inference.json"
PICTURES = PACKAGE.parent / "shared" / "images" / "imagenet-samples"
BATCHES = {"resnet50": (1, 8, 32), "resnet200x2": (8,)}
PRECISIONS = ("float32", "bfloat16")
ENGINES = ("byol-embed", "onnxruntime", "openvino", "torch-eager", "torch-compiled")
# Engines without a bfloat16 of their own for this graph.
FLOAT32_ALONE = ("onnxruntime",)
SECONDS = 4  # of timed batches in a process, about


def prepare(network):
    """Native file, graph and PyTorch export of a network, made once."""
    native, graph, export = (WORK / f"{network}.{e}" for e in ("native.h5", "onnx", "torch.pth"))
    convert = [str(TOOLS / "byol-convert"), "--quiet", "--no-verify", "--no-sync", "--force"]
    if not native.exists():
        state = WORK / f"{network}.npz"
        if not state.exists():
            WORK.mkdir(exist_ok=True)
            maker = "make_resnet50_state.py" if network == "resnet50" else "make_network_state.py"
            extra = [] if network == "resnet50" else [network]
            subprocess.run([sys.executable, f"Benchmarks/{maker}", str(state), *extra], check=True)
        subprocess.run([*convert, str(state), str(native)], check=True)
    if not graph.exists():
        subprocess.run([*convert, str(native), str(graph), "--to", "onnx-encoder"], check=True)
    if not export.exists():
        subprocess.run([*convert, str(native), str(export), "--to", "torchvision"], check=True)
    return {"native": str(native), "graph": str(graph), "export": str(export)}


def timed(run, batch):
    """Seconds, wall and processor, of batches after two that warm up."""
    run()
    start = time.perf_counter()
    run()
    count = max(3, min(60, round(SECONDS / (time.perf_counter() - start))))
    wall, processor = [], []
    for _ in range(count):
        before, begin = time.process_time(), time.perf_counter()
        run()
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - before)
    return {"batch": batch, "seconds": wall, "processor_seconds": processor}


def peer(engine, precision, batch, files, threads):
    """One process of another engine; prints its samples."""
    import numpy as np

    pictures = np.random.default_rng(1).uniform(-2, 2, (batch, 3, 224, 224)).astype(np.float32)
    if engine == "onnxruntime":
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(files["graph"], options, ["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return timed(lambda: session.run(None, {name: pictures}), batch)
    if engine == "openvino":
        import openvino as ov

        core = ov.Core()
        model = core.read_model(files["graph"])
        model.reshape([batch, 3, 224, 224])
        hint = {"float32": "f32", "bfloat16": "bf16"}[precision]
        compiled = core.compile_model(
            model, "CPU", {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": threads})
        request = compiled.create_infer_request()
        return timed(lambda: request.infer([pictures]), batch)
    import importlib.util

    import torch

    torch.set_num_threads(threads)
    spec = importlib.util.spec_from_file_location("exported", files["export"] + ".model.py")
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]
    network = exported.load(files["export"]).eval().to(dtype=dtype, memory_format=torch.channels_last)
    data = torch.from_numpy(pictures).to(dtype).contiguous(memory_format=torch.channels_last)
    if engine == "torch-compiled":
        torch._inductor.config.freezing = True
        network = torch.compile(network)
    with torch.inference_mode():
        return timed(lambda: network(data), batch)


def sample(engine, precision, batch, files, threads):
    """One run of a contestant in a process of its own, or why there is none."""
    if engine == "byol-embed":
        command = [str(TOOLS / engine), files["native"], "--benchmark", str(batch), "--precision", precision,
                   "--rounds", str(max(5, 160 // batch)), "--threads", str(threads), "--json"]
    else:
        command = [sys.executable, __file__, "--peer", engine, precision, str(batch), json.dumps(files),
                   str(threads)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    return json.loads(done.stdout.splitlines()[-1] if engine != "byol-embed" else done.stdout)


def gemm(precision, threads):
    """GFLOP/s of a large product of matrices, the best of ten by NumPy or PyTorch: what the machine can do."""
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    matrices = [torch.ones(4096, 4096, dtype=getattr(torch, precision))]
    if precision == "float32":
        matrices.append(np.ones((4096, 4096), np.float32))
    best = float("inf")
    for a in matrices:
        for _ in range(10):
            start = time.perf_counter()
            a @ a
            best = min(best, time.perf_counter() - start)
    return 2 * 4096**3 / best / 1e9


def peak(threads):
    """What a product of matrices reaches, by precision, in processes of their own."""
    return {precision: float(subprocess.run(
        [sys.executable, __file__, "--gemm", precision, str(threads)],
        capture_output=True, text=True, check=True).stdout) for precision in PRECISIONS}


SCRIPT = """
import sys, importlib.util, numpy, torch
from PIL import Image
export, out, *names = sys.argv[1:]
spec = importlib.util.spec_from_file_location("m", export + ".model.py")
m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m)
net = m.load(export).eval().to(memory_format=torch.channels_last)
mean, std = numpy.float32([0.485, 0.456, 0.406]), numpy.float32([0.229, 0.224, 0.225])
def see(picture):  # Resize(256), CenterCrop(224), ToTensor(), Normalize() of torchvision
    w, h = picture.size
    picture = picture.resize((256, 256 * h // w) if w <= h else (256 * w // h, 256), Image.BILINEAR)
    x, y = ((n - 224) // 2 for n in picture.size)
    pixels = numpy.asarray(picture.crop((x, y, x + 224, y + 224)), numpy.float32) / 255
    return torch.from_numpy(((pixels - mean) / std).transpose(2, 0, 1).copy())
rows = []
with torch.inference_mode():
    for i in range(0, len(names), 8):
        x = torch.stack([see(Image.open(n).convert("RGB")) for n in names[i:i + 8]])
        rows.append(net(x.contiguous(memory_format=torch.channels_last)))
torch.save(torch.cat(rows), out)
"""


# torchvision's evaluation, so that all do the same.
TORCHVISION = ["input.crop=resize-first", "input.filter=bilinear", "input.antialias=true",
               "input.jpeg_dct=accurate", "input.size=224"]
READERS = ("byol-embed", "torchvision", "torchvision-v2")


def reading(reader, files):
    """Seconds of each picture file from the disk's cache to what the network sees, on one thread."""
    names = [str(path) for path in sorted(PICTURES.glob("*.JPEG"))]
    if reader == "byol-embed":
        command = [str(TOOLS / reader), files["native"], *names, "--benchmark", "1", "--rounds", "1",
                   "--threads", "1", "--json", *(word for field in TORCHVISION for word in ("--set", field))]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["input_seconds"]
    command = [sys.executable, __file__, "--reader", reader, *names]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def read_by(reader, names):
    """The same by torchvision and Pillow: its transforms of pictures, or those of tensors."""
    import torch
    from PIL import Image

    sys.path.append(str(PACKAGE / "Tests" / "Interop"))
    import libraries

    libraries.torchvision()
    from torchvision import transforms
    from torchvision.transforms import v2

    torch.set_num_threads(1)
    constants = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    if reader == "torchvision":
        see = transforms.Compose([
            transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
            transforms.Normalize(*constants)])
    else:
        see = v2.Compose([
            v2.PILToTensor(), v2.Resize(256, antialias=True), v2.CenterCrop(224), v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(*constants)])
    seconds = []
    for turn in range(2):
        for name in names:
            start = time.perf_counter()
            see(Image.open(name).convert("RGB"))
            seconds.append(time.perf_counter() - start)
    return seconds[len(names):]


def start_up():
    """Seconds of each tool that does nothing but start, and of an interpreter that imports torch."""
    commands = {path.name: [str(path), "--version"] for path in sorted(TOOLS.glob("byol-*"))
                if os.access(path, os.X_OK) and path.name != "byol-hdf5-reader" and not path.suffix}
    commands["import torch"] = [sys.executable, "-c", "import torch"]
    result = {}
    for name, command in commands.items():
        result[name] = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            result[name].append(time.perf_counter() - start)
    return result


def end_to_end(files, threads):
    """Seconds of whole commands: one picture, and all samples, ours and a PyTorch script's."""
    names = [str(path) for path in sorted(PICTURES.glob("*.JPEG"))]
    script = WORK / "embed_script.py"
    script.write_text(SCRIPT)
    ours = [str(TOOLS / "byol-embed"), files["native"], "--quiet", "--threads", str(threads), "-o",
            str(WORK / "features.npz")]
    theirs = [sys.executable, str(script), files["export"], str(WORK / "features.pt")]
    result = {}
    for what, pictures in (("first", names[:1]), ("all", names)):
        for who, command in (("byol-embed", ours), ("torch", theirs)):
            start = time.perf_counter()
            subprocess.run([*command, *pictures], check=True, stdout=subprocess.DEVNULL)
            result[f"{what}/{who}"] = {"seconds": time.perf_counter() - start, "pictures": len(pictures)}
    return result


def main(arguments):
    os.chdir(PACKAGE)
    adds = "--add" in arguments
    arguments = [word for word in arguments if word != "--add"]
    rounds = int(arguments[0]) if arguments else 3
    networks = arguments[1:] or ["resnet50"]
    threads = len(os.sched_getaffinity(0))
    os.environ.pop("OPENBLAS_CORETYPE", None)
    facts = {"machine": machine.describe(), "threads": threads,
             "versions": machine.versions(["onnxruntime", "openvino", "torch"])}
    record = facts | {"peak": [], "samples": [], "end_to_end": [], "start_up": [], "reading": []}
    if adds:
        record = json.loads(RESULTS.read_text())
        built = [record["machine"].pop("commit"), facts["machine"].pop("commit")]
        if {name: record[name] for name in facts} != facts:
            sys.exit(f"{RESULTS.name} was measured on another machine: leave out --add")
        record["machine"]["commit"] = ", ".join(dict.fromkeys(", ".join(built).split(", ")))
    for network in networks:
        files = prepare(network)
        contestants = [(engine, precision, batch) for batch in BATCHES[network] for precision in PRECISIONS
                       for engine in ENGINES if precision == "float32" or engine not in FLOAT32_ALONE]
        for turn in range(rounds):
            record["peak"].append(peak(threads))
            print(record["peak"][-1], flush=True)
            shift = turn * 7 % len(contestants)
            for engine, precision, batch in contestants[shift:] + contestants[:shift]:
                found = sample(engine, precision, batch, files, threads)
                found |= {"network": network, "engine": engine, "precision": precision, "batch": batch,
                          "load": os.getloadavg()[0]}
                record["samples"].append(found)
                print(f"{network} round {turn + 1}/{rounds} {engine:15} {precision:9} batch {batch:3} "
                      + (f"{batch / sorted(found['seconds'])[len(found['seconds']) // 2]:7.1f} images/s"
                         if "seconds" in found else found["failed"]), flush=True)
                RESULTS.parent.mkdir(exist_ok=True)
                RESULTS.write_text(json.dumps(record, indent=1) + "\n")
            if network == "resnet50" and PICTURES.exists():
                record["end_to_end"].append(end_to_end(files, threads))
                record["start_up"].append(start_up())
                record["reading"].append({reader: reading(reader, files) for reader in READERS})
            RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    document.write()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        _, _, engine, precision, batch, files, threads = sys.argv
        print(json.dumps(peer(engine, precision, int(batch), json.loads(files), int(threads))))
    elif sys.argv[1:2] == ["--reader"]:
        print(json.dumps(read_by(sys.argv[2], sys.argv[3:])))
    elif sys.argv[1:2] == ["--gemm"]:
        print(gemm(sys.argv[2], int(sys.argv[3])))
    else:
        main(sys.argv[1:])
