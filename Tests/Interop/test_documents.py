"""The commands in the documents print what the documents say.

In a ```console block a line that begins with `$ ` is a command, and what follows is its output. In the how-tos
a ```python block is run too, and what it prints is the ```text block behind it. All blocks of a document run in
order, in one new folder that holds copies of `samples/` and `docs/examples/`. `./dev docs` runs this with
BYOL_UPDATE_DOCUMENTS=1, which writes the output into the document.
"""

import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"^```console\n(?P<console>.*?)^```$|^```python\n(?P<python>.*?)^```$(?:\n\n```text\n(?P<text>.*?)^```$)?",
    re.MULTILINE | re.DOTALL)
HOWTOS = sorted(str(path.relative_to(PACKAGE)) for path in (PACKAGE / "docs/howto").glob("*.md"))
DOCUMENTS = ["README.md", "docs/dialects.md", "docs/training.md", *HOWTOS]


def transcript(commands, folder, tools):
    """The commands and all that they print."""
    programs = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "OMP_NUM_THREADS": "2"}
    lines = []
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{command} exited {done.returncode}: {done.stdout}"
        lines += [f"$ {command}", done.stdout.rstrip("\n")]
    return "\n".join(line for line in lines if line) + "\n"


def comparable(text):
    """Without what depends on processor, engine or release: sizes of rounding errors and the like."""
    text = re.sub(r"\b\d(\.\d+)?e[-+]?\d+", "ERROR", text)
    text = re.sub(r"\b(within|error|L2) 0\b", r"\1 ERROR", text)
    text = re.sub(r"\bat \w+, tolerance\b", "at OUTPUT, tolerance", text)
    text = re.sub(r"\b(onednn|openblas) float32\b", "ENGINE", text)
    text = re.sub(r"\bloss \d\.\d+ to \d\.\d+", "loss LOSS", text)
    text = re.sub(r"\b[\d,.]+ pictures/s", "RATE pictures/s", text)
    return re.sub(r" +", " ", text)


def executed(program, names, document, line):
    """What a part of a how-to prints, which begins behind that line; the parts of one page share their names."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n" * line + program, document, "exec"), names)
    return printed.getvalue()


def needed(program):
    """Skips where a package that a page imports is not installed."""
    for name in re.findall(r"^(?:import|from) (\w+)", program, re.MULTILINE):
        if name != "torchvision" and importlib.util.find_spec(name) is None:
            pytest.skip(f"needs the package {name}")
        if name == "torchvision":
            pytest.importorskip("torch")
            import libraries

            libraries.torchvision()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_in_the_documents_print_what_the_documents_say(name, tools, tmp_path, monkeypatch):
    document = PACKAGE / name
    text = document.read_text()
    for folder in ["samples", "docs/examples"]:
        shutil.copytree(PACKAGE / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".build"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(PACKAGE / "python")
    blocks = [block for block in BLOCK.finditer(text) if block["console"] is not None or name in HOWTOS]
    assert blocks
    names, changed = {"__name__": "howto"}, text
    for block in blocks:
        if block["console"] is not None:
            said, commands = block["console"], re.findall(r"^\$ (.*)$", block["console"], re.MULTILINE)
            seen = transcript(commands, tmp_path, tools)
            made = f"```console\n{seen}```"
        else:
            needed(block["python"])
            line = text.count("\n", 0, block.start("python"))
            said, seen = block["text"] or "", executed(block["python"], names, name, line)
            made = f"```python\n{block['python']}```" + (f"\n\n```text\n{seen}```" if seen else "")
        if os.environ.get("BYOL_UPDATE_DOCUMENTS"):
            changed = changed.replace(block[0], made, 1)
        else:
            assert comparable(said) == comparable(seen)
    if changed != text:
        document.write_text(changed)


def test_every_howto_is_found_from_the_list():
    """The page that lists the how-tos names all of them, and nothing that is not there."""
    index = (PACKAGE / "docs/howto.md").read_text()
    assert sorted(re.findall(r"\]\((howto/[\w-]+\.md)\)", index)) == [name[len("docs/") :] for name in HOWTOS]
