"""However a tool ends, it ends soon, with the documented exit code."""

import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
SAMPLE = PACKAGE / "samples" / "tiny_haiku_byol.npz"


def test_a_full_disk_behind_standard_output_is_no_success(tools):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [tools / "byol-inspect", SAMPLE], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 4
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("tool", ["byol-convert", "byol-verify", "byol-inspect"])
def test_a_command_line_without_arguments_is_a_usage_error(tools, tool):
    done = subprocess.run([tools / tool], stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 3
    assert done.stderr


def test_a_tool_that_fails_while_its_libraries_start_does_not_hang(tools, tmp_path):
    # OpenBLAS starts threads when it is loaded; leaving through its exit handler could wait for ever.
    missing, target = tmp_path / "missing.npz", tmp_path / "out.h5"
    for _ in range(50):
        done = subprocess.run(
            [tools / "byol-convert", missing, target], stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 4
        assert b"missing.npz" in done.stderr
    assert not target.exists()
