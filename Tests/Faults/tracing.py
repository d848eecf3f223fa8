"""Runs a conversion under strace, sees which phase it is in, and kills it there."""

import os
import random
import re
import subprocess
import threading
import time
from dataclasses import dataclass

CALLS = (
    "execve,open,openat,creat,fallocate,ftruncate,write,pwrite64,pwritev,fsync,fdatasync,"
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat")
PATIENCE = 60  # seconds until a conversion of a fraction of a second counts as hung
TEMPORARY = r"\.byol-tmp-"

# The phases in order; each begins with the first call that matches.
PHASES = {
    "open": re.compile(rf"\b(open|openat|creat)\(.*{TEMPORARY}.*O_EXCL"),
    "reserve": re.compile(rf"\bfallocate\(.*{TEMPORARY}"),
    "write": re.compile(rf"\b(write|pwrite64|pwritev)\(\d+<[^>]*{TEMPORARY}"),
    "verify": re.compile(rf"\b(open|openat)\(.*{TEMPORARY}.*O_RDONLY"),
    "sync": re.compile(rf"\b(fsync|fdatasync)\(\d+<[^>]*{TEMPORARY}"),
    "rename": re.compile(rf"\b(rename|renameat|renameat2|link|linkat)\(.*{TEMPORARY}"),
    "sync-folder": re.compile(r"\b(fsync|fdatasync)\(\d+<(?![^>]*\.byol-tmp-)"),
}


def phase_of(line):
    """The phase that a line of strace's output begins or continues, or None."""
    for phase, pattern in PHASES.items():
        if pattern.search(line):
            return phase
    return None


@dataclass
class Trace:
    """What strace saw of one run."""

    status: int | None  # of the conversion: negative where a signal ended it, None where it hung
    phase: str | None  # the last phase that had begun
    starts: dict  # phase: seconds from the start of the process, of its first call
    calls: dict  # phase: its calls, each a name and "the how manieth of that name in its thread"
    message: str  # what the conversion printed
    end: float  # seconds from the start of the process
    refused: bool = False  # whether strace did refuse a call

    def duration(self, phase):
        """Seconds from the beginning of a phase to the beginning of the next one."""
        begun = self.starts[phase]
        return min((t for t in self.starts.values() if t > begun), default=self.end) - begun


def run(command, inject=None, kill_at=None):
    """Runs `command` under strace and returns its `Trace`.

    `inject` is an expression of strace's: what to do at which call. `kill_at` is a phase and a number
    of seconds after that phase's first call, when SIGKILL is sent.
    """
    reading, writing = os.pipe()
    strace = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={CALLS}",
              "-o", f"/dev/fd/{writing}"]
    # With seccomp only traced calls stop; but there strace cannot deliver a signal at a call.
    strace += ["-e", f"inject={inject}"] if inject else ["--seccomp-bpf"]
    process = subprocess.Popen(
        [*strace, "--", *command], pass_fds=[writing], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    os.close(writing)
    trace = Trace(0, None, {}, {}, "", 0)
    started = watchdog = None
    ordinals = {}
    with open(reading, errors="replace") as lines:
        for line in lines:
            now = time.monotonic()
            if started is None:
                started, target = now, int(line.split()[0])
                watchdog = threading.Timer(PATIENCE, _kill, [target])
                watchdog.start()
            if call := re.match(r"(\d+) +(\w+)\(", line):
                ordinals[call.groups()] = ordinals.get(call.groups(), 0) + 1
            trace.refused |= "(INJECTED)" in line
            if phase := phase_of(line):
                trace.phase = phase
                trace.starts.setdefault(phase, now - started)
                trace.calls.setdefault(phase, []).append((call[2], ordinals[call.groups()]))
                if kill_at and phase == kill_at[0]:
                    time.sleep(kill_at[1])
                    kill_at = None
                    _kill(target)
    if started is not None:
        trace.end = time.monotonic() - started
    trace.message = process.communicate()[0].decode(errors="replace").strip()
    trace.status = process.returncode
    if watchdog is not None:
        watchdog.cancel()
        if trace.end >= PATIENCE:
            trace.status, trace.message = None, f"still ran after {PATIENCE} s"
    return trace


def run_and_kill(command, seconds):
    """Runs `command` without strace and kills it after `seconds`; its exit status."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _kill(process):
    try:
        os.kill(process, 9)
    except ProcessLookupError:
        pass  # it had ended by itself


def moment(trace, phase):
    """A random moment of a phase, in seconds after its first call, from a rehearsal's `Trace`."""
    return random.uniform(0, trace.duration(phase))
