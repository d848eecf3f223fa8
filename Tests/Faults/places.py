"""Destinations that are something else than a free name in a folder: full disks, links, devices."""

import contextlib
import fcntl
import os
import stat
import subprocess

import interposer
from cases import Case
from scenarios import BROKEN, NEW, NOTHING, OLD

CODES = {0: "exited 0", 3: "exited 3 (usage)", 4: "exited 4 (input/output)"}


class Tool:
    """A tool that writes one output, a file or a folder."""

    name, output = "byol-convert", "checkpoint.h5"
    has_force, is_folder = True, False

    def __init__(self, tools, samples, scratch):
        self.tools, self.samples, self.scratch = tools, samples, scratch
        self.source = samples / "tiny_haiku_byol.npz"
        self.checkpoint = scratch / "place.h5"
        if not self.checkpoint.exists():
            self.must(self.run_convert(self.source, self.checkpoint))
        self.folder = scratch / "place"
        self.folder.mkdir(exist_ok=True)
        self.new = self.made(self.command)
        self.old = self.made(self.old_command)
        assert self.old != self.new

    def run_convert(self, source, output, *options):
        return list(map(str, [
            self.tools / "byol-convert", source, output, "--quiet", *options]))

    def command(self, output):
        return self.run_convert(self.source, output)

    def old_command(self, output):
        return self.run_convert(self.source, output, "--no-probe")

    def must(self, command):
        run = interposer.plain(command)
        assert run.status == 0, f"{command}: {run.message}"

    def made(self, command):
        """What a command writes."""
        clear(self.folder)
        self.must(command(self.folder / self.output))
        return self.content(self.folder / self.output)

    def content(self, path):
        """The bytes of an output, or of each file of a folder; None where nothing is."""
        if path.is_dir():
            return {p.name: p.read_bytes() for p in sorted(path.iterdir())}
        return path.read_bytes() if path.exists() else None

    def put(self, path):
        """Puts the old output at a path."""
        if isinstance(self.old, bytes):
            path.write_bytes(self.old)
            return
        path.mkdir()
        for name, content in self.old.items():
            (path / name).write_bytes(content)

    def state(self, path):
        found = self.content(path)
        return {None: NOTHING}.get(found) if found is None else (
            OLD if found == self.old else NEW if found == self.new else BROKEN)

    def forced(self, output):
        return [*self.command(output), *(["--force"] if self.has_force else [])]


class Shards(Tool):
    name, output, is_folder = "byol-convert --shard-size", "model", True

    def command(self, output):
        return self.run_convert(self.source, output, "--to", "native", "--shard-size", "300KB")

    def old_command(self, output):
        return self.run_convert(self.source, output, "--to", "native", "--shard-size", "200KB")


class Embed(Tool):
    name, output, has_force = "byol-embed", "features.npz", False
    pictures = ""

    def embed(self, pictures, output):
        return list(map(str, [self.tools / "byol-embed", self.checkpoint, pictures, "--quiet",
                              "--threads", 1, "--output", output]))

    def command(self, output):
        return self.embed(self.samples / "images", output)

    def old_command(self, output):
        return self.embed(self.samples / "images" / "cross", output)


class Evaluate(Tool):
    name, output = "byol-train evaluate --write", "head.h5"

    def evaluate(self, penalty, output):
        return list(map(str, [
            self.tools / "byol-train", "evaluate", "linear", self.checkpoint, "--train",
            self.samples / "images", "--size", 32, "--penalty", penalty, "--quiet", "--threads", 1,
            "--head", "linear2", "--write", output]))

    def command(self, output):
        return self.evaluate(0.01, output)

    def old_command(self, output):
        return self.evaluate(0.1, output)


class Train(Tool):
    name, output = "byol-train pretrain", "run.h5"

    def train(self, seed, output):
        return list(map(str, [
            self.tools / "byol-train", "pretrain", "--arch", "resnet18", "--width", 0.0625, "--stem",
            "cifar", "--style", "torch", "--hidden", 16, "--projection", 8, "--data",
            self.samples / "images", "--batch", 8, "--size", 16, "--epochs", 1, "--quiet",
            "--engine", "openblas", "--threads", 1, "--seed", seed, "--out", output]))

    def command(self, output):
        return self.train(1, output)

    def old_command(self, output):
        return self.train(2, output)


ALL = (Tool, Shards, Embed, Evaluate, Train)


def clear(folder):
    """Removes all that lies in a folder."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def left(folder):
    """How many temporary files lie in a folder."""
    return sum(interposer.TEMPORARY in p.name for p in folder.rglob("*"))


@contextlib.contextmanager
def disk(folder, size):
    """A disk of `size` bytes at the folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


class Bench:
    """Runs a tool at a place and says what it did."""

    def __init__(self, tool):
        self.tool, self.folder = tool, tool.folder
        self.path = tool.folder / tool.output
        clear(self.folder)

    def case(self, place, before, code, after, command=None, where=None, also=lambda: True):
        """Runs the tool where `before` lies; `code` and `after` are what is promised."""
        where = where or self.path
        run = interposer.plain(command or self.tool.forced(where))
        found, remains = self.tool.state(where), left(self.folder)
        then = CODES.get(run.status, f"status {run.status}: {run.message}")
        right = (run.status == code and found == after and remains == 0 and bool(also())
                 and (code == 0 or bool(run.message)))
        if not right:
            then += f" ({run.message}; {remains} temporary)"
        return Case(self.tool.name, "place", "", place, before, found, remains > 0, then, right)

    def old(self):
        clear(self.folder)
        self.tool.put(self.path)


def cases(tools, samples, scratch):
    """Yields the cases of all tools."""
    for make in ALL:
        tool = make(tools, samples, scratch)
        bench = Bench(tool)
        for kind in (names, links, others, disks, neighbours, sources):
            yield from kind(bench)
        clear(bench.folder)


def names(bench):
    """Files that are there, folders that are not, long names."""
    tool = bench.tool
    yield bench.case("a free name", NOTHING, 0, NEW, tool.command(bench.path))
    bench.old()
    if tool.has_force:
        yield bench.case("an existing output, without --force", OLD, 3, OLD, tool.command(bench.path))
    yield bench.case("an existing output", OLD, 0, NEW)
    missing = bench.folder / "missing" / tool.output
    yield bench.case("a folder that does not exist", NOTHING, 4, NOTHING, where=missing)
    for length, code, after in ((255, 0, NEW), (256, 4, NOTHING)):
        if tool.name == "byol-train pretrain" and length == 255:
            continue
        clear(bench.folder)
        ending = "" if tool.is_folder else "".join(bench.path.suffixes)
        name = "x" * (length - len(ending)) + ending
        try:
            yield bench.case(f"a name of {length} bytes", NOTHING, code, after,
                             where=bench.folder / name)
        except OSError:  # looking at a name of 256 bytes
            pass
    clear(bench.folder)


def links(bench):
    """Symbolic and hard links."""
    tool, target = bench.tool, bench.folder / f"target{bench.path.suffix}"
    clear(bench.folder)
    tool.put(target)
    bench.path.symlink_to(target.name)
    yield bench.case("a symbolic link", OLD, 0, NEW,
                     also=lambda: bench.path.is_symlink() and tool.state(target) == NEW)
    clear(bench.folder)
    bench.path.symlink_to("nowhere")
    yield bench.case("a symbolic link that leads nowhere", NOTHING, 4, NOTHING,
                     also=lambda: os.listdir(bench.folder) == [bench.path.name])
    clear(bench.folder)
    if not tool.is_folder:
        tool.put(target)
        os.link(target, bench.path)
        yield bench.case("a hard link", OLD, 0, NEW, also=lambda: tool.state(target) == OLD)
    clear(bench.folder)


def others(bench):
    """What is no file."""
    tool = bench.tool
    os.mkfifo(bench.path)
    yield _unreadable(bench, "a FIFO", lambda: stat.S_ISFIFO(bench.path.stat().st_mode))
    clear(bench.folder)
    if tool.is_folder:
        bench.path.write_bytes(b"mine")
        yield _unreadable(bench, "a file", lambda: bench.path.read_bytes() == b"mine")
        clear(bench.folder)
        (bench.path / "mine").mkdir(parents=True)
        yield _unreadable(bench, "a directory with a directory in it",
                          lambda: (bench.path / "mine").is_dir())
    else:
        bench.path.mkdir()
        yield _unreadable(bench, "a directory", bench.path.is_dir)
    clear(bench.folder)
    for device in ("/dev/null", "/dev/full"):
        # By a link, whose name tells the format.
        bench.path.symlink_to(device)
        yield _unreadable(bench, device, lambda: stat.S_ISCHR(os.stat(bench.path).st_mode))
        clear(bench.folder)


def _unreadable(bench, place, is_there):
    """A run onto something that must be refused and stay."""
    run = interposer.plain(bench.tool.forced(bench.path))
    right = run.status == 3 and bool(run.message) and is_there() and left(bench.folder) == 0
    then = CODES.get(run.status, f"status {run.status}") + ("" if right else f" ({run.message})")
    return Case(bench.tool.name, "place", "", place, place, "untouched" if right else BROKEN,
                left(bench.folder) > 0, then, right)


def disks(bench):
    """Full disks and read-only folders; as root, on disks of their own."""
    if os.geteuid() != 0:
        bench.old()
        bench.folder.chmod(0o555)
        yield bench.case("a read-only folder", OLD, 4, OLD)
        bench.folder.chmod(0o755)
        return
    tool = bench.tool
    size = sum(map(len, tool.new.values())) if tool.is_folder else len(tool.new)
    old = sum(map(len, tool.old.values())) if tool.is_folder else len(tool.old)
    for before, room in ((NOTHING, 0), (OLD, old + 65536)):
        for share in (0.02, 0.3, 0.6, 0.9, 0.97):
            # Of size 0 it would have no limit.
            with disk(bench.folder, max(4096, int(room + share * size) // 4096 * 4096)):
                if before == OLD:
                    tool.put(bench.path)
                free = os.statvfs(bench.folder)
                if free.f_bavail * free.f_frsize >= size:
                    continue
                yield bench.case("a full disk", before, 4, before)
    with disk(bench.folder, 4 * (size + old)):
        tool.put(bench.path)
        subprocess.run(["mount", "-o", "remount,ro", bench.folder], check=True)
        yield bench.case("a read-only folder", OLD, 4, OLD)


def neighbours(bench):
    """Temporary files of other runs, and runs at the same time."""
    tool = bench.tool
    clear(bench.folder)
    prefix = f".{tool.output}{interposer.TEMPORARY}"

    def make(name):
        path = bench.folder / name
        path.mkdir() if tool.is_folder else path.write_bytes(b"")
        return path

    # A number of a process that lives (this one), which has nothing to do with the file.
    killed = [make(f"{prefix}{os.getpid()}-a"), make(f"{prefix}4194303-b")]
    yield bench.case("beside temporary files of killed runs, one with a living process's number",
                     NOTHING, 0, NEW, also=lambda: not any(p.exists() for p in killed))
    clear(bench.folder)
    # Held by a run of which only the lock can be seen from here, as in another container.
    living = make(f"{prefix}4194303-c")
    descriptor = os.open(living, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    run = interposer.plain(tool.forced(bench.path))
    right = run.status == 0 and living.exists() and tool.state(bench.path) == NEW
    yield Case(tool.name, "place", "", "beside the temporary file of a living run", NOTHING,
               tool.state(bench.path), True, CODES.get(run.status, run.message) + ", it stays", right)
    os.close(descriptor)
    clear(bench.folder)
    for before, force in ((NOTHING, False), (OLD, True)):
        if before == OLD:
            bench.old()
        elif not tool.has_force:
            continue
        command = tool.forced(bench.path) if force else tool.command(bench.path)
        runs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) for _ in range(4)]
        codes = sorted(run.wait() for run in runs)
        wanted = [0] * 4 if force else [0, 3, 3, 3]
        found = tool.state(bench.path)
        right = codes == wanted and found == NEW and left(bench.folder) == 0
        yield Case(tool.name, "place", "", "four runs at once" + (" with --force" if force else ""),
                   before, found, left(bench.folder) > 0, f"exited {codes}", right)
        clear(bench.folder)


def sources(bench):
    """The destination is an input."""
    tool = bench.tool
    clear(bench.folder)
    if tool.name == "byol-convert":
        tool.must(tool.command(bench.path))
        before = bench.path.read_bytes()
        run = interposer.plain(tool.run_convert(bench.path, bench.path))
        right = run.status == 3 and bench.path.read_bytes() == before
        yield Case(tool.name, "place", "", "the source, without --force", "source", "untouched",
                   False, CODES.get(run.status, run.message), right)
        run = interposer.plain(tool.run_convert(bench.path, bench.path, "--force"))
        good = interposer.plain([str(tool.tools / "byol-verify"), str(bench.path)])
        right = run.status == 0 and good.status == 0 and left(bench.folder) == 0
        yield Case(tool.name, "place", "", "the source", "source", "new file, verified", False,
                   CODES.get(run.status, run.message), right)
    elif tool.name == "byol-embed":
        os.link(tool.checkpoint, bench.path)
        before = bench.path.read_bytes()
        run = interposer.plain(tool.command(bench.path))
        right = run.status == 3 and bench.path.read_bytes() == before
        yield Case(tool.name, "place", "", "the checkpoint that is read, by another name", "source",
                   "untouched", False, CODES.get(run.status, run.message), right)
    elif tool.name == "byol-train pretrain":
        for option in ("--html", "--metrics"):
            run = interposer.plain([*tool.command(bench.path), option, str(bench.path)])
            right = run.status == 3 and not bench.path.exists()
            yield Case(tool.name, "place", "", f"{option} and --out, the same name", NOTHING,
                       tool.state(bench.path), False, CODES.get(run.status, run.message), right)
    clear(bench.folder)
