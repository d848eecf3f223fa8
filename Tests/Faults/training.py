"""Training runs: killed and refused at every moment, and gone on with."""

import json
import struct

import interposer
from scenarios import BETWEEN, BROKEN, NEW, NOTHING, Scenario


class Train(Scenario):
    """A run that writes checkpoints, earlier ones beside them, metrics, events and a page.

    Every checkpoint that the undisturbed run wrote is known by its bytes. Whatever happens, the
    newest one must be among them, and the run that goes on from it must end in the same bytes.
    """

    name = "byol-train pretrain, openblas"
    share = 0.2
    engine = ("--engine", "openblas", "--threads", "1")
    updates = 6
    befores = (NOTHING,)

    def __init__(self, tools, samples, scratch):
        self.states = {}
        super().__init__(tools, samples, scratch)
        # One checkpoint after each update, by a run that keeps them all.
        self.clear()
        self.undisturbed([*self.command(), "--every", 1, "--keep", self.updates + 1])
        for path in self.folder.glob("run-*.h5"):
            self.states[path.read_bytes()] = int(path.stem.split("-")[1])
        assert sorted(self.states.values()) == list(range(self.updates + 1)), self.states.values()
        self.end = next(b for b, n in self.states.items() if n == self.updates)

    @property
    def run_file(self):
        return self.folder / "run.h5"

    def command(self):
        return self.tool(
            "byol-train", "pretrain", "--arch", "resnet18", "--width", 0.0625, "--stem", "cifar",
            "--style", "torch", "--hidden", 16, "--projection", 8, "--data", self.samples / "images",
            "--batch", 8, "--size", 16, "--epochs", 2, "--quiet", *self.engine,
            "--out", self.run_file)

    @property
    def watching(self):
        return ("--metrics", self.folder / "metrics.jsonl", "--tensorboard", self.folder / "events",
                "--html", self.folder / "page.html")

    def old(self):
        return [*self.command(), "--seed", "5"]

    def new(self):
        return list(map(str, [*self.command(), "--every", 1, "--keep", 2, *self.watching]))

    def resuming(self):
        return list(map(str, [
            str(self.tools / "byol-train"), "resume", self.run_file, "--data",
            self.samples / "images", "--every", 1, "--keep", 2, "--quiet", *self.watching]))

    def position(self):
        """After how many updates the newest checkpoint is; None where there is none."""
        return self.states.get(self.run_file.read_bytes(), -1) if self.run_file.exists() else None

    def state(self, before):
        position = self.position()
        for path in self.folder.glob("run-*.h5"):
            if self.states.get(path.read_bytes()) != int(path.stem.split("-")[1]):
                return BROKEN
        if position == -1:
            return BROKEN
        try:
            steps = self.metrics()
            self.events()
        except (ValueError, KeyError) as error:
            return f"{BROKEN}: {error}"
        page = self.folder / "page.html"
        if page.exists() and not page.read_text().rstrip().endswith("</html>"):
            return f"{BROKEN}: page.html"
        if position is None:
            return NOTHING
        return NEW if position == self.updates and steps[-1:] == [self.updates - 1] else BETWEEN

    def metrics(self):
        """The steps in the file of metrics; only the last line may be torn."""
        path = self.folder / "metrics.jsonl"
        lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
        return [s["step"] for s in map(json.loads, lines[:-1]) if "step" in s]

    def events(self):
        """Checks the frames of the event files; only the last one may be torn."""
        for path in (self.folder / "events").glob("*"):
            data = path.read_bytes()
            at = 0
            while len(data) - at >= 12:
                size, = struct.unpack_from("<Q", data, at)
                if masked(data[at:at + 8]) != struct.unpack_from("<I", data, at + 8)[0]:
                    raise ValueError(f"{path.name}: a length at byte {at}")
                if len(data) - at < 16 + size:
                    break
                content = data[at + 12:at + 12 + size]
                if masked(content) != struct.unpack_from("<I", data, at + 12 + size)[0]:
                    raise ValueError(f"{path.name}: a record at byte {at}")
                at += 16 + size

    def recover(self, before):
        """Goes on from the newest checkpoint, or begins again where there is none."""
        position = self.position()
        if position == self.updates:
            return "recovered" if self.run_file.read_bytes() == self.end else "another end"
        run = interposer.plain(self.new() if position is None else self.resuming())
        if run.status != 0:
            return f"the run that goes on exited {run.status}: {run.message}"
        if self.run_file.read_bytes() != self.end:
            return "the run that goes on ended in other bytes"
        if self.left_of_checkpoints():
            return f"{self.left()} temporary files are left"
        if self.metrics()[-1:] != [self.updates - 1]:
            return "the metrics do not end with the last step"
        return "recovered"

    def left_of_checkpoints(self):
        return sum(p.name.startswith(".run.h5") for p in self.folder.glob(".*"))

    def is_right_failure(self, run, before, after, is_late):
        # The sentence says where the last good checkpoint is; after it the run goes on.
        is_said = self.position() is None or any(words in run.message for words in (
            "holds the state after update", "nothing was trained yet"))
        return (is_said and after in (NOTHING, BETWEEN, NEW)
                and self.recover(before) == "recovered")

    def is_right_success(self, run, after):
        """A refused call may cost what is watched, never the training; and it is said."""
        return self.run_file.read_bytes() == self.end and (
            after == NEW or "goes on without it" in run.message)


class TrainOneDNN(Train):
    """The same with the other engine."""

    name = "byol-train pretrain, onednn"
    share = 0.06
    engine = ("--engine", "onednn", "--threads", "1")


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _table()


def masked(data):
    """The checksum of TensorBoard's records: CRC-32C, rotated and shifted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


ALL = (Train, TrainOneDNN)
