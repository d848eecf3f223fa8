"""What the figures were measured on: commit, processor, versions."""

import os
import platform
import re
import subprocess
from importlib import metadata

PACKAGES = ("libhdf5-dev", "libopenblas-dev", "libdnnl-dev", "zlib1g-dev")


def _output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _field(path, pattern):
    with open(path) as file:
        match = re.search(pattern, file.read(), re.MULTILINE)
    return match[1].strip() if match else "unknown"


def commit():
    """The last commit that changed what is built, with `+` where the sources differ from it."""
    built = ["--", "Sources", "schemas", "Package.swift", "Benchmarks/TrainingStep"]
    changed = _output("git", "status", "--porcelain", *built)
    return _output("git", "log", "-1", "--format=%h", "--abbrev=12", *built) + ("+" if changed else "")


def versions(packages):
    """Version by package, of those that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def describe():
    """Name and value of everything that the figures depend on."""
    facts = {
        "commit": commit(),
        "processor": _field("/proc/cpuinfo", r"^model name\s*:(.*)$"),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(_field('/proc/meminfo', r'^MemTotal:(.*)kB')) / 2**20:.1f} GiB",
        "system": _field("/etc/os-release", r'^PRETTY_NAME="(.*)"') + f", Linux {platform.release()}",
        "swift": _field_of(_output("swift", "--version"), r"Swift version (\S+)"),
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "h5py": metadata.version("h5py"),
    }
    for package in PACKAGES:
        version = _output("dpkg-query", "-W", "-f=${Version}", package)
        facts[package] = version or "not installed"
    return facts


def _field_of(text, pattern):
    match = re.search(pattern, text)
    return match[1] if match else "unknown"
