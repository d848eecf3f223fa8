"""Where the built tools are, and the seed of what is drawn.

BYOL_TOOLS is the folder of the tools, else the release build of this checkout; BYOL_INTEROP_SEED is the seed of
the variants, else a new one, which is printed at the end.
"""

import os
import secrets
from pathlib import Path

import pytest

# These networks run for milliseconds; without the compiler's diligence they begin in seconds.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

PACKAGE = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("BYOL_INTEROP_SEED") or secrets.randbelow(1_000_000))


@pytest.fixture(scope="session")
def tools():
    """The folder of byol-convert, byol-verify and byol-inspect."""
    folder = Path(os.environ.get("BYOL_TOOLS", PACKAGE / ".build" / "release")).resolve()
    if not (folder / "byol-convert").exists():
        pytest.fail(f"no tools in {folder}: run ./dev build, or set BYOL_TOOLS")
    return folder


def pytest_terminal_summary(terminalreporter):
    """The seed, whatever the outcome."""
    terminalreporter.write_line(f"the variants' seed: BYOL_INTEROP_SEED={SEED}")
