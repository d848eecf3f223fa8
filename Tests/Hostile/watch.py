"""Runs a tool on a file under strace and tells what it took and what it touched."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

# Where programs, libraries and the machine's description lie; nothing of a user's.
SYSTEM = (
    "/usr/lib", "/usr/libexec", "/usr/share/locale", "/lib", "/lib64", "/etc/ld.so.", "/opt/",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/",
    "/sys/devices/system/", "/sys/fs/cgroup", "/sys/kernel/mm/", "/etc/localtime", "/etc/gnutls/",
    "/dev/null",
)
# Whether the process that a stale temporary file is named after lives.
PROCESS = re.compile(r"/proc/\d+/stat")
CALL = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)$")
PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
CALLS = "trace=%file,%network,fork,vfork,clone,clone3,ptrace,memfd_create,io_uring_setup"

# The largest resident set counts from before a program is started, so a small process must start it.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    file.write(f"{status} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}")
os._exit(0)
"""


@dataclass
class Outcome:
    """What a run did. `code` is negative after a signal; `touched` lists what it should not have."""

    code: int
    seconds: float  # by the clock
    processor: float  # seconds of processor time, strace's among them
    peak: int  # bytes: the largest resident set of the tool or of its child
    said: str
    touched: list = field(default_factory=list)


def run(command, allowed, trace, limit=20):
    """Runs `command`; `allowed` are the paths that it may open besides the system's."""
    full = ["strace", "-f", "-qq", "-s", "4096", "-e", CALLS, "-e", "signal=none", "-o", str(trace)]
    usage = Path(f"{trace}.usage")
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", MEASURE, str(usage), *full, *map(str, command)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    timer = threading.Timer(limit, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    said = process.stdout.read().decode(errors="replace")
    process.wait()
    timer.cancel()
    seconds = time.perf_counter() - start
    if not usage.exists():
        return Outcome(-signal.SIGKILL, seconds, seconds, 0, said, [])
    status, processor, peak = usage.read_text().split()
    usage.unlink()
    code = os.waitstatus_to_exitcode(int(status))
    lines = Path(trace).read_text(errors="replace").splitlines()
    return Outcome(code, seconds, float(processor), 1024 * int(peak), said,
                   sorted(set(_forbidden(lines, command, allowed))))


def _forbidden(lines, command, allowed):
    """Yields every call that reaches for something that is not the named file's."""
    folder = str(Path(command[0]).parent)
    allowed = [str(path) for path in allowed]
    reader = folder + "/byol-hdf5-reader"
    for line in lines:
        match = CALL.match(line)
        if not match:
            continue
        call, rest = match.groups()
        if call in ("ptrace", "memfd_create", "io_uring_setup"):
            yield f"{call}"
        elif call == "socketpair":
            if "AF_UNIX" not in rest:
                yield f"{call}({rest}"
        elif call in ("socket", "connect", "bind", "sendto", "sendmsg"):
            yield f"{call}({rest}"
        elif call == "execve":
            path = PATH.search(rest)
            if path and path[1] not in (str(command[0]), reader):
                yield f"{call}({path[1]})"
        else:
            path = PATH.search(rest)
            if path and not _may(path[1], call, rest, folder, allowed):
                yield f"{call}({path[1]})"


def _may(path, call, rest, folder, allowed):
    # The file, what lies in an output's folder, and the folders above them.
    if any(path == one or path.startswith(one + "/") or one.startswith(path.rstrip("/") + "/")
           for one in allowed):
        return True
    if PROCESS.fullmatch(path):
        return True
    if call.startswith("open") and WRITING.search(rest) and path != "/dev/null":
        # A file without a name for compressed tensors, which is unlinked at once.
        return re.fullmatch(r"/tmp/byol-\w{6}", path) is not None
    if re.fullmatch(r"/tmp/byol-\w{6}", path):
        return True
    return path == folder or path.startswith(folder + "/") or path.startswith(SYSTEM) or path == ""
