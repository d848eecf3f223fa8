"""What the tests of the native layout share: the tools, the schema's names, converted files."""

import json
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
SAMPLE = PACKAGE / "samples/tiny_haiku_byol.npz"
TOOLS = Path(os.environ.get("BYOL_TOOLS", PACKAGE / ".build/release"))


def tool(name, *arguments):
    """Runs a tool; its exit code and what it printed."""
    command = [TOOLS / name, *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return run.returncode, run.stdout + run.stderr


def convert(source, target, *options):
    """Converts, which must succeed."""
    code, said = tool("byol-convert", "--no-sync", *options, source, target)
    assert code == 0, said
    return target


@lru_cache
def schema():
    """`schemas/checkpoint.json`."""
    return json.loads((PACKAGE / "schemas/checkpoint.json").read_text())


def pattern(template):
    """The expression that the names of a template match."""
    types = {"int": "(?:0|[1-9][0-9]*)", "digits": "[0-9]{2,}", "word": "[A-Za-z0-9_.-]{1,64}"}
    types |= {name: "(?:" + "|".join(words) + ")" for name, words in schema()["words"].items()}
    types |= {"parameter": ".+/(?:weight|bias|scale|offset)", "bn": ".+/bn[0-9]*", "path": ".+"}
    parts = re.split(r"\{(?:\w+:)?(\w+)\}", template)
    return "".join(types[part] if k % 2 else re.escape(part) for k, part in enumerate(parts))


def rules_of(path):
    """The schema's tensors whose template has the name `path`."""
    return [rule for rule in schema()["tensors"] if re.fullmatch(pattern(rule["name"]), path)]
