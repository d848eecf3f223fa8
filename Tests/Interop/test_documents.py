"""The commands in the documents print what the documents say.

In a ```console block a line that begins with `$ ` is a command, and what follows is its output. All
blocks of a document run in order, in one new folder that holds copies of `samples/` and `docs/examples/`.
`./dev docs` runs this with BYOL_UPDATE_DOCUMENTS=1, which writes the output into the document.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
DOCUMENTS = ["README.md", "docs/dialects.md", "docs/training.md"]


def transcript(commands, folder, tools):
    """The commands and all that they print."""
    environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
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


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_in_the_documents_print_what_the_documents_say(name, tools, tmp_path):
    document = PACKAGE / name
    text = document.read_text()
    for folder in ["samples", "docs/examples"]:
        shutil.copytree(PACKAGE / folder, tmp_path / folder)
    blocks = BLOCK.findall(text)
    assert blocks
    printed = [
        transcript([line[2:] for line in block.splitlines() if line.startswith("$ ")], tmp_path, tools)
        for block in blocks
    ]
    if os.environ.get("BYOL_UPDATE_DOCUMENTS"):
        outputs = iter(printed)
        document.write_text(BLOCK.sub(lambda _: next(outputs), text))
        return
    for said, seen in zip(blocks, printed):
        assert comparable(said) == comparable(seen)
