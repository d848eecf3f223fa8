"""The NumPy networks that diagnosis is tested against are DeepMind's, and their files are theirs."""

from pathlib import Path

import numpy as np
import numpy_byol
import pytest

PACKAGE = Path(__file__).resolve().parents[2]
STATES = PACKAGE.parent / "shared/fixtures/deepmind"
FIXTURES = PACKAGE / "Tests/Fixtures/diagnosis"


@pytest.mark.skipif(not STATES.exists(), reason="needs the fixtures beside a developer's checkout")
@pytest.mark.parametrize("net", ["", "_basicblock", "_v2"])
def test_numpys_outputs_are_deepminds(net):
    state = STATES / f"tiny_haiku_byol{net}.npz"
    error, key = numpy_byol.check(state, STATES / f"infer_tiny_haiku_byol{net}.npz")
    assert error < 1e-5, key


@pytest.mark.parametrize("name", ["network.npz", "references.npz"])
def test_the_committed_files_are_what_the_script_makes(name, tmp_path):
    numpy_byol.make(tmp_path)
    made, committed = np.load(tmp_path / name), np.load(FIXTURES / name)
    assert made.files == committed.files
    for key in made.files:
        np.testing.assert_allclose(made[key], committed[key], rtol=1e-5, atol=1e-6, err_msg=key)


def test_every_wrong_thing_shows_in_the_outputs():
    references = np.load(FIXTURES / "references.npz")
    right = references["right/embedding"]
    for name in numpy_byol.CASES.keys() - {"right"}:
        assert np.abs(references[f"{name}/embedding"] - right).max() > 1e-3 * np.abs(right).max()
