"""What is disturbed: commands that write files, and what may be left of those files."""

import json
from pathlib import Path

import interposer
import larger

NOTHING, OLD, NEW, BETWEEN, BROKEN = "no file", "old file", "new file", "between", "BROKEN"


class Scenario:
    """A command that writes into a folder, where nothing or an older output lies.

    `BETWEEN` is what may lie there for a moment where an output is several files: each of them old
    or new, and read together they mean the old output or the new one.
    """

    name = "?"
    befores = (NOTHING, OLD)
    without = ""  # what the system cannot do (interpose.c)
    share = 0.06  # of the kills and refusals that are asked for: all of them for the main ways of writing

    def __init__(self, tools, samples, scratch):
        self.tools, self.samples = tools, samples
        self.inputs = Path(scratch) / "in"
        self.folder = Path(scratch) / "out"
        for folder in (self.inputs, self.folder):
            folder.mkdir(exist_ok=True)
        self.make_inputs()
        self.goldens = {NOTHING: {}}
        for state, command in ((OLD, self.old()), (NEW, self.new())):
            self.clear()
            self.undisturbed(command)
            self.goldens[state] = self.snapshot()
            self.remember(state)
        assert self.goldens[OLD] != self.goldens[NEW], self.name

    # What a kind of output says of itself.

    def make_inputs(self):
        """Writes the inputs."""

    def old(self):
        """The command that writes the older output."""
        raise NotImplementedError

    def new(self):
        """The command that is disturbed, where nothing lies."""
        raise NotImplementedError

    def forced(self):
        """The same, where the older output lies."""
        return [*self.new(), "--force"]

    def remember(self, state):
        """Keeps what is needed to recognise a state, the output of which lies there."""

    def means(self, snapshot):
        """Whether files of which some are old and some new mean one of the two."""
        return False

    # The same for all.

    def tool(self, name, *arguments):
        """A command."""
        return [str(self.tools / name), *map(str, arguments)]

    def undisturbed(self, command):
        """Runs a command that must succeed."""
        run = interposer.plain(command)
        if run.status != 0:
            raise SystemExit(f"{self.name}: {' '.join(map(str, command))}: {run.message}")

    def files(self):
        """All files and links below the folder."""
        return sorted(p for p in self.folder.rglob("*") if not p.is_dir() or p.is_symlink())

    def clear(self):
        """Empties the folder."""
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def put(self, snapshot):
        """Brings the folder into a state."""
        self.clear()
        for name, content in snapshot.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def snapshot(self):
        """The bytes of every file but the temporary ones, by name."""
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.files()
                if interposer.TEMPORARY not in str(path)}

    def left(self):
        """How many temporary files or folders lie there."""
        return sum(interposer.TEMPORARY in p.name for p in self.folder.rglob("*"))

    def prepare(self, before):
        """Brings the folder into the state `before`; the command to run then."""
        self.put(self.goldens[before])
        return self.new() if before == NOTHING else self.forced()

    def state(self, before):
        """What lies there."""
        found = self.snapshot()
        for state, golden in self.goldens.items():
            if found == golden:
                return state
        known = {name: {g.get(name) for g in self.goldens.values()} for g in self.goldens.values()
                 for name in g}
        whole = all(content in known.get(name, ()) or self.is_passing(name, content)
                    for name, content in found.items())
        return BETWEEN if whole and self.means(found) else BROKEN

    def is_passing(self, name, content):
        """Whether a file is one that exists only while the output is replaced."""
        return False

    def recover(self, before):
        """Runs the command again, undisturbed: "recovered", or what is wrong then."""
        command = self.forced() if self.snapshot() else self.new()
        run = interposer.plain(command)
        if run.status is None:
            return "the next run hung"
        if run.status != 0:
            return f"the next run exited {run.status}: {run.message}"
        if self.state(before) != NEW:
            return f"the next run left: {self.state(before)}"
        return f"the next run left {self.left()} temporary files" if self.left() else "recovered"

    def is_right_failure(self, run, before, after, is_late):
        """Whether a run that failed left what it must.

        `is_late`: whether the disturbed call came once the output had got its name.
        """
        return after == before or is_late and after in (NEW, BETWEEN)

    def is_right_success(self, run, after):
        """Whether a run that had a call refused, and succeeded nevertheless, left what it must."""
        return after == NEW


class Convert(Scenario):
    """byol-convert to a native file."""

    name = "byol-convert, native HDF5"
    share = 1
    output = "checkpoint.h5"
    options = ()

    def make_inputs(self):
        self.sample = self.samples / "tiny_haiku_byol.npz"
        self.other = self.inputs / "other.npz"
        larger.write(self.sample, self.other, classes=larger.CLASSES)

    def to(self, source, *options):
        return self.tool("byol-convert", source, self.folder / self.output, "--quiet", *options)

    def old(self):
        return self.to(self.sample, *self.options)

    def new(self):
        return self.to(self.other, *self.options)


class Small(Convert):
    """The same with a small checkpoint."""

    share = 0.06

    def make_inputs(self):
        self.sample = self.samples / "tiny_haiku_byol.npz"
        self.other = self.inputs / "small.npz"
        larger.write(self.sample, self.other, classes=10)


class WithoutSync(Small):
    """Nobody waits for the disk: what it says at a close counts."""

    name = "byol-convert --no-sync, safetensors"
    output = "checkpoint.safetensors"
    options = ("--to", "native", "--no-sync", "--no-probe")


class Beside(Small):
    """An output with a sidecar and a module beside it, replaced by another such."""

    name = "byol-convert, with sidecar and module"
    share = 0.2
    output = "net.safetensors"
    options = ("--to", "torchvision")
    old_options = ("--set", "encoder.padding=symmetric")

    def old(self):
        return self.to(self.sample, *self.options, *self.old_options)

    def meaning(self):
        """What a reader takes the output for."""
        run = interposer.plain(self.tool("byol-inspect", self.folder / self.output, "--json"))
        return json.dumps(json.loads(run.message)["contract"]) if run.status == 0 else None

    def remember(self, state):
        self.meanings = getattr(self, "meanings", {})
        self.meanings[self.goldens[state][self.output]] = self.meaning()

    def means(self, snapshot):
        if self.output not in snapshot:
            # A sidecar that is there before its file says nothing to anybody.
            return set(snapshot) == {f"{self.output}.byol.json"}
        return self.meanings[snapshot[self.output]] == self.meaning()

    def is_passing(self, name, content):
        return name.endswith(".byol.json") and b'"change"' in content

    def recover(self, before):
        # A sidecar without its file needs no --force.
        if set(self.snapshot()) == {f"{self.output}.byol.json"}:
            run = interposer.plain(self.new())
            if run.status != 0 or self.state(before) != NEW or self.left():
                return f"the next run, without --force, exited {run.status}: {run.message}"
            return "recovered"
        return super().recover(before)


class Appearing(Beside):
    """The same where only the new output has a sidecar."""

    share = 0.06
    name = "byol-convert, sidecar where none was"
    output = "net.npz"
    options = ("--set", "encoder.padding=symmetric")

    def old(self):
        return self.to(self.sample)


class Vanishing(Beside):
    """The same where only the old output has a sidecar."""

    share = 0.06
    name = "byol-convert, no sidecar where one was"
    output = "net.npz"
    options = ()


class Shards(Small):
    """A directory of safetensors files and their index, exchanged in one step."""

    name = "byol-convert --shard-size, a directory"
    share = 0.2
    output = "model"
    options = ("--to", "native", "--shard-size", "300KB")


class ShardsAside(Shards):
    """The same where two names cannot change places: a killed run's next one takes the old back."""

    name = "the same without renameat2's exchange"
    share = 0.06
    befores = (OLD,)
    without = "exchange"

    def state(self, before):
        found = super().state(before)
        aside = [p for p in self.folder.iterdir() if p.name.endswith("-old")]
        if found == NOTHING and aside:
            # The old directory has another name until the next run begins; that run is refused here.
            refused = interposer.plain(self.new())
            if refused.status != 3:
                return BROKEN
            return BETWEEN if super().state(before) == OLD else BROKEN
        return found


class Embed(Scenario):
    """byol-embed's features."""

    name = "byol-embed, npz"
    output = "features.npz"

    def make_inputs(self):
        self.pictures = self.samples / "images"
        self.checkpoint = self.inputs / "embed.h5"
        self.checkpoint.unlink(missing_ok=True)
        self.undisturbed(self.tool(
            "byol-convert", self.samples / "tiny_haiku_byol.npz", self.checkpoint, "--quiet"))

    def to(self, pictures):
        return self.tool("byol-embed", self.checkpoint, pictures, "--quiet", "--threads", 1,
                         "--output", self.folder / self.output)

    def old(self):
        return self.to(self.pictures / "circle")

    def new(self):
        return self.to(self.pictures)

    def forced(self):
        return self.new()


class EmbedHDF5(Embed):
    """The same through libhdf5."""

    name = "byol-embed, HDF5"
    output = "features.h5"


class Evaluate(Embed):
    """A checkpoint with the classifier that an evaluation has made."""

    name = "byol-train evaluate --write"
    output = "head.h5"

    def to(self, penalty):
        return self.tool(
            "byol-train", "evaluate", "linear", self.checkpoint, "--train", self.pictures, "--size",
            32, "--penalty", penalty, "--quiet", "--threads", 1, "--head", "linear2",
            "--write", self.folder / self.output)

    def old(self):
        return self.to(0.1)

    def new(self):
        return self.to(0.01)

    def forced(self):
        return [*self.new(), "--force"]


ALL = (Convert, WithoutSync, Beside, Appearing, Vanishing, Shards, ShardsAside, Embed, EmbedHDF5,
       Evaluate)
