"""Random variants of every dialect that can be run, in and out: the outputs agree, the tree comes back.

`BYOL_INTEROP_SEED=N` repeats a run; its seed is printed at the end, and in every failure.
"""

import json

import pytest

pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

from conftest import SEED
from native import convert, tool
from trees import aliases, difference, load
from variants import VARIANTS, make

TOLERANCE = 1e-5

# What rounding alone may do to two float32 programs: a random network can be ill-conditioned.
ROUNDING = 5e-5


@pytest.fixture(scope="module", params=VARIANTS)
def made(request, tmp_path_factory):
    """A variant: its dialect, file, reference, and native file."""
    folder = tmp_path_factory.mktemp(request.param)
    path, reference, variant = make(request.param, SEED, folder)
    code, said = tool("byol-convert", "--no-sync", path, folder / "native.h5")
    assert code == 0, f"seed {SEED}: {said}"
    return variant.dialect, path, reference, folder / "native.h5"


def test_a_variant_is_recognised(made):
    dialect, _, _, native = made
    code, said = tool("byol-inspect", "--json", native)
    assert code == 0, f"seed {SEED}: {said}"
    assert json.loads(said)["source_dialect"]["name"] == dialect, f"seed {SEED}"


def test_both_engines_compute_what_the_library_does(made):
    _, _, reference, native = made
    code, said = tool("byol-verify", native, "--expect", reference, "--tolerance", TOLERANCE)
    if code == 1 and "rounding explains it" in said:
        code, said = tool("byol-verify", native, "--expect", reference, "--tolerance", ROUNDING)
    assert code == 0, f"seed {SEED}: {said}"


def test_the_way_back_gives_the_same_tree(made):
    dialect, path, _, native = made
    back = convert(native, path.with_name(f"back-{path.name}"), "--to", dialect)
    before, after = load(path), load(back)
    assert difference(before, after) is None, f"seed {SEED}"
    assert aliases(before) == aliases(after), f"seed {SEED}"
