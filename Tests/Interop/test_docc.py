"""The libraries' pages are made without a warning: every link of a catalogue leads to a declaration."""

import json
import sys

import pytest
from native import PACKAGE, TOOLS

sys.path.insert(0, str(PACKAGE / "docs"))

import docc  # noqa: E402

needs_docc = pytest.mark.skipif(not docc.tool("docc"), reason="needs a toolchain with docc")
needs_modules = pytest.mark.skipif(
    not (TOOLS / "Modules/Checkpoints.swiftdoc").exists(), reason=f"needs the modules of a build in {TOOLS}")


def test_every_product_has_a_catalogue():
    library = (PACKAGE / "docs/library.md").read_text()
    products = [line.split("`")[1] for line in library.splitlines() if line.startswith("| `")]
    assert products and sorted(products) == list(docc.catalogues())


@needs_docc
@needs_modules
def test_the_pages_are_made_without_a_warning(tmp_path):
    assert docc.make(TOOLS, tmp_path / "site") == []
    for module in docc.catalogues():
        page = json.loads((tmp_path / f"site/data/documentation/{module.lower()}.json").read_text())
        assert page["metadata"]["title"] == module and page["topicSections"]


@needs_docc
@needs_modules
def test_a_link_that_leads_nowhere_is_found(tmp_path, monkeypatch):
    catalogue = tmp_path / "Embedding.docc"
    catalogue.mkdir()
    text = (docc.catalogues()["Embedding"] / "Embedding.md").read_text()
    (catalogue / "Embedding.md").write_text(text.replace("``FeatureFile`` holds", "``NoSuchFile`` holds"))
    monkeypatch.setattr(docc, "catalogues", lambda: {"Embedding": catalogue})
    found = docc.make(TOOLS, tmp_path / "site")
    assert len(found) == 1 and "NoSuchFile" in found[0]
