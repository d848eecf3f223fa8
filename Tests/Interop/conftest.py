"""Where the built tools are: BYOL_TOOLS, or the release build of this checkout."""

import os
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tools():
    """The folder of byol-convert, byol-verify and byol-inspect."""
    folder = Path(os.environ.get("BYOL_TOOLS", PACKAGE / ".build" / "release")).resolve()
    if not (folder / "byol-convert").exists():
        pytest.fail(f"no tools in {folder}: run ./dev build, or set BYOL_TOOLS")
    return folder
