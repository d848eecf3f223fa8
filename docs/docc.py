"""Pages of all public declarations of the libraries, made by DocC from a build and `Sources/NAME/NAME.docc`.

usage: python3 docs/docc.py BUILD OUTPUT        (what `./dev documentation` does, of .build/release)

BUILD has the folder `Modules` of a finished build. OUTPUT becomes a site of static pages, all modules in one,
whose start is OUTPUT/documentation. Whatever DocC warns of fails, a link that leads nowhere above all; only a
parameter without a line of its own does not, since the sentence above it may say enough.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PERMITTED = re.compile(r"Parameter '\w+' is missing documentation")


def tool(name):
    """A program of the toolchain whose `swift` is on the PATH."""
    swift = shutil.which("swift")
    path = swift and Path(swift).resolve().with_name(name)
    return path if path and path.exists() else None


def catalogues():
    """Folders of documentation, by module."""
    return {path.stem: path for path in sorted(PACKAGE.glob("Sources/*/*.docc"))}


def run(*command):
    """A program's output; it must succeed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"docc.py: {' '.join(map(str, command[:2]))} failed: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def symbols(module, modules, folder):
    """Writes the public declarations of a module into a folder, from what the compiler kept of them."""
    headers = [option for path in sorted(PACKAGE.glob("Sources/C*/module.modulemap"))
               for option in ("-Xcc", f"-I{path.parent}")]  # fmt: skip
    headers += ["-Xcc", "-I/usr/include/hdf5/serial"]
    target = re.search(r'"triple"\s*:\s*"([^"]+)"', run(tool("swiftc"), "-print-target-info"))[1]
    folder.mkdir()
    run(tool("swift-symbolgraph-extract"), "-module-name", module, "-I", modules, "-target", target,
        "-minimum-access-level", "public", "-skip-synthesized-members", "-skip-inherited-docs",
        "-output-dir", folder, *headers)  # fmt: skip


def make(build, output):
    """Makes the pages; the result is what DocC warns of, a line each."""
    warnings = []
    with tempfile.TemporaryDirectory() as scratch:
        archives = []
        for module, catalogue in catalogues().items():
            graphs, archive = Path(scratch) / module, Path(scratch) / f"{module}.doccarchive"
            symbols(module, Path(build) / "Modules", graphs)
            said = run(
                tool("docc"), "convert", catalogue, "--additional-symbol-graph-dir", graphs, "--output-path", archive,
                "--fallback-bundle-identifier", f"byol-checkpoints.{module}", "--fallback-display-name", module)
            warnings += [f"{module}: {line}" for line in said.splitlines()
                         if re.match(r"(warning|error):", line) and not PERMITTED.search(line)]  # fmt: skip
            archives.append(archive)
        shutil.rmtree(output, ignore_errors=True)
        run(tool("docc"), "merge", *archives, "--synthesized-landing-page-name", "byol-checkpoints",
            "--output-path", output)  # fmt: skip
    return warnings


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if not tool("docc"):
        sys.exit("docc.py: this toolchain has no docc")
    if found := make(*sys.argv[1:]):
        sys.exit("\n".join(found))
