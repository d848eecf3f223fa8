"""Runs a command and tells how long it took and how much memory it held."""

import os
import select
import subprocess
import time
from dataclasses import asdict, dataclass

SAMPLING_INTERVAL = 0.002  # seconds


@dataclass
class Sample:
    """One run of a command.

    `processor` is the processor time of all its threads, in the program and in the system for it.
    `held` is the most memory that the process could not give back without swapping, in bytes:
    RssAnon + RssShmem. `resident` also counts the pages of files it had mapped (VmHWM), `addresses` all
    that it had mapped, whether in memory or not (VmPeak).
    """

    seconds: float
    processor: float
    held: int
    resident: int
    addresses: int

    def as_dict(self):
        return asdict(self)


def memory(status):
    """RssAnon + RssShmem, VmHWM and VmPeak of an open /proc/PID/status, in bytes; zeros of an ended process."""
    status.seek(0)
    fields = {}
    for line in status.read().splitlines():
        name, _, value = line.partition(":")
        if name in ("RssAnon", "RssShmem", "VmHWM", "VmPeak"):
            fields[name] = 1024 * int(value.split()[0])
    held = fields.get("RssAnon", 0) + fields.get("RssShmem", 0)
    return held, fields.get("VmHWM", 0), fields.get("VmPeak", 0)


def run(command, environment=None, heard=None):
    """Runs `command`, which must succeed, and returns a `Sample` of it; what it prints is added to `heard`.

    The memory is sampled every two milliseconds, so a process that ends sooner may show none.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, pipesize=1 << 20)  # room for all it prints: nobody reads meanwhile
    exited = os.pidfd_open(process.pid)
    peaks = (0, 0, 0)
    try:
        with open(f"/proc/{process.pid}/status") as status:
            while not _ended(exited):
                peaks = tuple(map(max, peaks, memory(status)))
    finally:
        seconds = time.perf_counter() - start
        os.close(exited)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        printed = process.communicate()[0].decode(errors="replace")
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} exited {process.returncode}:\n{printed}")
    if heard is not None:
        heard.append(printed)
    return Sample(seconds, usage.ru_utime + usage.ru_stime, *peaks)


def _ended(descriptor):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(SAMPLING_INTERVAL * 1000))
