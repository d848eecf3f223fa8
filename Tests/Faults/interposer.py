"""Runs a program of which one system call is disturbed (interpose.c), and lists its calls."""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENCE = 60  # seconds until a run of a fraction of a second counts as hung
TEMPORARY = ".byol-tmp-"


@dataclass
class Call:
    """A system call that concerned the watched folder."""

    number: int
    name: str
    path: str
    more: str  # the second path, or how a file was opened
    chosen: bool
    phase: str = ""


@dataclass
class Run:
    """What one run of a program did."""

    status: int | None  # negative where a signal ended it, None where it hung
    message: str
    seconds: float
    calls: list = field(default_factory=list)

    @property
    def disturbed(self):
        """The call that was disturbed, or None where the run ended before it."""
        return next((call for call in self.calls if call.chosen), None)

    @property
    def phase(self):
        """The phase that the last call belongs to."""
        return self.calls[-1].phase if self.calls else "begin"


# The phases of writing, in order; each begins with a call that matches.
PHASES = ("open", "reserve", "write", "verify", "sync", "rename", "sync-folder", "keep", "append")


def phase_of(call):
    """The phase that a call begins or continues, or None where it tells nothing."""
    temporary = TEMPORARY in call.path
    match call.name:
        case "open" if temporary and call.more == "new":
            return "open"
        case "mkdir" if temporary:
            return "open"
        case "open" if temporary and call.more == "read":
            return "verify"
        case "posix_fallocate" if temporary:
            return "reserve"
        case "write" | "pwrite" | "pwrite64" | "ftruncate":
            return "write" if temporary else "append"
        case "fsync":
            return "sync" if temporary else "sync-folder"
        case "rename" | "renameat2":
            return "rename"
        case "link":
            return "rename" if temporary else "keep"
    return None


class Interposer:
    """The library, compiled, and the folder whose files it watches."""

    def __init__(self, scratch, under):
        self.library = Path(scratch) / "interpose.so"
        self.log = Path(scratch) / "calls.log"
        self.under = Path(under).resolve()
        compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
        if compiler is None:
            raise SystemExit("Tests/Faults/run: there is no C compiler (apt-get install gcc)")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", self.library,
             HERE / "interpose.c", "-ldl", "-lpthread"], check=True)

    def run(self, command, at=0, do="", without=""):
        """Runs `command` and disturbs call number `at` as `do` says (interpose.c has the words)."""
        self.log.unlink(missing_ok=True)
        environment = dict(
            os.environ, LD_PRELOAD=str(self.library), FAULTS_UNDER=str(self.under),
            FAULTS_LOG=str(self.log), FAULTS_AT=str(at), FAULTS_DO=do, FAULTS_WITHOUT=without,
            OMP_WAIT_POLICY="passive")
        run = plain(command, environment)
        run.calls = self._calls()
        return run

    def _calls(self):
        calls, phase = [], "begin"
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        for line in text.splitlines():
            number, name, path, more, chosen = line.split("\t")
            call = Call(int(number), name, path, more, chosen == "!")
            phase = call.phase = phase_of(call) or phase
            calls.append(call)
        return calls


def plain(command, environment=None):
    """Runs `command` undisturbed."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=environment)
    try:
        output = process.communicate(timeout=PATIENCE)[0]
        status = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        output, status = process.communicate()[0], None
    text = output.decode(errors="replace").strip()
    return Run(status, text, time.monotonic() - started)


def killed(command, seconds):
    """Runs `command` and kills it after so many seconds, wherever it is then."""
    process = subprocess.Popen(
        [*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        return Run(process.wait(timeout=seconds), "", seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return Run(process.wait(), "", seconds)


MUTATING = "write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat," \
    "unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,truncate,fallocate,fchmod,chmod,symlink,symlinkat"
SAME = {"posix_fallocate": "fallocate", "pwrite": "pwrite64"}


def seen_by_strace(command, under):
    """How often each call that changes files below `under` is made, as strace sees it; None without it."""
    if shutil.which("strace") is None:
        return None
    counts = {}
    for line in _strace(command):
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if match and (f"{under}/" in match[2] or f"{under}>" in match[2]):
            counts[match[1]] = counts.get(match[1], 0) + 1
    return counts


def _strace(command):
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["strace", "-f", "-y", "-qq", "-s", "0", "--seccomp-bpf", "-e", f"trace={MUTATING}",
         "-o", f"/dev/fd/{writing}", "--", *map(str, command)],
        pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    os.close(writing)
    with open(reading, errors="replace") as lines:
        text = lines.read().splitlines()
    process.wait()
    return text


def counted(calls):
    """The same counts of a run's calls."""
    counts = {}
    for call in calls:
        name = SAME.get(call.name, call.name)
        if name in MUTATING.split(","):
            counts[name] = counts.get(name, 0) + 1
    return counts
