"""The state that the benchmarks convert has the tree that DeepMind's code makes."""

import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
TREE = PACKAGE.parent / "shared/fixtures/deepmind/trees/ResNet50_1x.tsv"
sys.path.insert(0, str(PACKAGE / "Benchmarks"))

import haiku_resnet50  # noqa: E402


def ours():
    for module, name, shape in haiku_resnet50.parameters():
        yield "params", module, name, str(shape), "float32"
    for module, name, shape in haiku_resnet50.statistics():
        yield "state", module, name, str(shape), "int32" if name == "counter" else "float32"


@pytest.mark.skipif(not TREE.exists(), reason="needs the fixtures beside a developer's checkout")
def test_the_benchmark_state_has_the_tree_that_deepminds_code_makes():
    rows = [tuple(line.split("\t")) for line in TREE.read_text().splitlines()]
    theirs = [row for row in rows if row[0] in ("params", "state")]
    assert len(theirs) == 501
    assert sorted(ours()) == sorted(theirs)


def test_the_benchmark_state_has_37_million_parameters_a_network():
    from math import prod

    assert sum(prod(shape) for _, _, shape in haiku_resnet50.parameters()) == 37_115_944
