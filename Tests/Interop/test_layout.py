"""byol-verify --layout on files of another writer: sound ones, and ones that break each rule."""

import re

import h5py
import numpy as np
import pytest
from h5py import h5d, h5f, h5g, h5t
from layout_writer import Layout, by_dictionary, text
from native import PACKAGE, SAMPLE, convert, tool
from schemas import complaint, printed

STEM = "online/encoder/stem/conv/weight"
SLOT = "optimizer/momentum/online/encoder/stem/conv/weight"


def rules(path, code=1):
    """The numbers of the rules that the tool finds broken."""
    report = printed("byol-verify", "--layout", path, code=code)
    assert complaint("layout-report", report) is None
    assert report["valid"] == (code == 0)
    assert set(report["rules"]) == {finding["rule"] for finding in report["findings"]}
    return set(report["rules"])


def test_a_file_that_follows_the_document_keeps_every_rule(tmp_path):
    path = Layout().write(tmp_path / "sound.h5")
    assert rules(path, code=0) == set()
    code, said = tool("byol-verify", "--layout", path)
    assert code == 0 and "rules of the native layout are kept" in said
    code, said = tool("byol-verify", path)
    assert code == 0 and "intact" in said, said


@pytest.mark.parametrize("options", [(), ("--drop", "target_*"), ("--drop", "opt_state/*", "--no-probe")])
def test_our_own_files_keep_every_rule(tmp_path, options):
    assert rules(convert(SAMPLE, tmp_path / "own.h5", *options), code=0) == set()


def test_the_sample_of_a_released_version_keeps_the_profile():
    # It holds tensors of every type, which are no network.
    found = rules(PACKAGE / "samples/layout-1.0.h5")
    assert found and all(rule[0] in "RPJC" for rule in found)


def test_a_runs_own_file_keeps_every_rule_and_is_said_to_be_trained(tmp_path):
    random = np.random.default_rng(1)
    np.savez(
        tmp_path / "views.npz",
        **{f"view{view}": random.normal(size=(2, 4, 3, 32, 32)).astype(np.float32) for view in (1, 2)})
    run = tmp_path / "run.h5"
    code, said = tool(
        "byol-train", "resume", SAMPLE, "--views", tmp_path / "views.npz", "--out", run, "--no-sync")
    assert code == 0, said
    assert rules(run, code=0) == set()
    code, said = tool("byol-verify", run)
    assert code == 0 and "trained since by byol-train from tiny_haiku_byol.npz, 2 of 2 batches" in said, said
    report = printed("byol-inspect", SAMPLE, run, code=1)
    assert report["target"]["verdict"] == "follows" and report["target"]["steps"] == 2
    assert {"moved", "target", "optimizer", "steps"} <= {sentence["kind"] for sentence in report["sentences"]}


def member(layout, change):
    """Calls `change` with the open file, before the index is written."""
    layout.before_index = change


# What is done to a layout, and the rules that the file then breaks: all of them, and no other.
def times(layout):
    layout.times = True


def unaligned(layout):
    layout.alignment = 1
    layout.tensors["online/heads/a/bias"] = np.ones(1, "<f4")


def filled(layout):
    layout.fill_time = h5d.FILL_TIME_ALLOC


def chunked(layout):
    layout.chunks[STEM] = (4, 3, 7, 7)


def big_endian(layout):
    layout.types[STEM] = h5t.IEEE_F32BE


def other_label(layout):
    layout.labels[STEM] = "float64"


def no_label(layout):
    layout.labels[STEM] = None


def no_digest(layout):
    layout.digests[STEM] = None


def other_digest(layout):
    layout.digests[STEM] = "0" * 64


def group_attribute(layout):
    member(layout, lambda file: text(h5g.open(file, b"online"), "note", b"mine"))


def nine_members(layout):
    member(layout, lambda file: [h5g.create(file, f"x-{n}".encode()) for n in range(9)])


def soft_link(layout):
    def change(file):
        root = h5g.open(file, b"/")
        root.links.create_soft(b"x-soft", b"/online")

    member(layout, change)


def second_link(layout):
    def change(file):
        root = h5g.open(file, b"/")
        root.links.create_hard(b"x-again", root, b"online")

    member(layout, change)


def vlen_text(layout):
    def change(file):
        h5py.File(file).attrs["note"] = "of variable length"

    member(layout, change)


def no_index(layout):
    layout.index = False


def unlisted(layout):
    member(layout, lambda file: layout._tensor(file, "x-mine/tensor", np.ones(2, "<f4")))


def other_format(layout):
    layout.root["format"] = b"byol-chekpoint"


def version_2(layout):
    layout.version = (2, 0)


def no_creator(layout):
    layout.root["created_by"] = None


def other_roles(layout):
    layout.root["roles"] = b"target.encoder,online.encoder,optimizer"


def other_fingerprint(layout):
    layout.root["fingerprint"] = b"0" * 64


def unknown_path(layout):
    layout.tensors["online/encoder/stem/conv/weights"] = np.ones(4, "<f4")


def integers(layout):
    layout.tensors["online/encoder/stem/bn/scale"] = np.ones(4, "<i8")


def flat(layout):
    layout.tensors["online/encoder/stage1/block0/shortcut/conv/weight"] = np.ones((8, 4), "<f4")


def other_slot(layout):
    layout.tensors[SLOT] = np.zeros((4, 3, 7, 5), "<f4")


def no_recipe(layout):
    del layout.documents["recipe"]


def other_schema(layout):
    layout.schemas["recipe"] = "recipes 1.0"


def broken_json(layout):
    layout.documents["recipe"] = b"{"


def impossible(layout):
    layout.documents["contract"] = layout.documents["contract"] | {
        "bn": {"eps": 7, "keep": 0.9, "running_variance": "biased"}}


def other_provenance(layout):
    layout.documents["provenance"] = {
        "created_by": "me", "format_version": [1, 0], "origins": {}, "fingerprints": {"all": "0" * 64}}


def no_batch_norm(layout):
    del layout.tensors["online/encoder/stage2/block0/bn1/scale"]


def other_blocks(layout):
    encoder = layout.documents["contract"]["encoder"] | {"channels": [4, 8, 8, 32]}
    layout.documents["contract"] = layout.documents["contract"] | {"encoder": encoder}


def superblock_3(layout):
    layout.libver = (h5f.LIBVER_V110, h5f.LIBVER_V110)


def superblock_0(layout):
    layout.libver = (h5f.LIBVER_EARLIEST, h5f.LIBVER_V18)


BROKEN = [
    (times, "H4"), (unaligned, "L3"), (filled, "F1"), (chunked, "L1"), (big_endian, "T1"),
    (other_label, "T2"), (no_label, "A7"), (no_digest, "A6"), (other_digest, "B4 J4 R3"), (group_attribute, "A5"),
    (nine_members, "G1"), (soft_link, "G3"), (second_link, "G8 H7"), (vlen_text, "A3 B3"), (no_index, "N3"),
    (unlisted, "N4"), (other_format, "N1"), (version_2, "N2"), (no_creator, "R1"), (other_roles, "R2"),
    (other_fingerprint, "R3"), (unknown_path, "P1"), (integers, "P2"), (flat, "P3"), (other_slot, "P4"),
    (no_recipe, "J1"), (other_schema, "J2"), (broken_json, "J3"), (impossible, "J3"), (other_provenance, "J4"),
    (no_batch_norm, "C1"), (other_blocks, "C2"), (superblock_3, "S2"), (superblock_0, "S2"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), BROKEN, ids=[change.__name__ for change, _ in BROKEN])
def test_a_broken_rule_is_found_and_no_other(change, expected, tmp_path):
    layout = Layout()
    change(layout)
    assert rules(layout.write(tmp_path / "broken.h5")) == set(expected.split())


def test_every_rule_above_the_profile_is_broken_by_one_of_these_files():
    stated = set(re.findall(r"^\| ([RPJC]\d+) \|", (PACKAGE / "docs/format.md").read_text(), re.MULTILINE))
    assert len(stated) == 13
    assert stated <= {rule for _, expected in BROKEN for rule in expected.split()}


def test_several_broken_rules_are_all_found_in_one_run(tmp_path):
    changes = [times, filled, other_label, other_roles, unknown_path, broken_json, soft_link]
    layout = Layout()
    for change in changes:
        change(layout)
    path = layout.write(tmp_path / "broken.h5")
    report = printed("byol-verify", "--layout", path, code=1)
    found = {finding["rule"] for finding in report["findings"]}
    assert found >= {"H4", "F1", "T2", "G3", "P1", "J3"}
    # The times of every object, each with its place.
    places = {finding["place"] for finding in report["findings"] if finding["rule"] == "H4"}
    assert {"/", "/online", f"/{STEM}", "/index"} <= places
    # Rules about the file as a whole are not guessed at.
    assert {"R2", "B1", "B3"} <= {rule for part in report["unchecked"] for rule in part["rules"]}


def test_what_h5pys_dictionaries_write_is_told_from_one_end_to_the_other(tmp_path):
    path = by_dictionary(Layout(), tmp_path / "dictionary.h5")
    code, said = tool("byol-verify", "--layout", path)
    assert code == 1
    found = rules(path)
    assert {"H4", "A3", "A6", "A7", "F1", "L3"} <= found
    for rule in found:
        assert re.search(rf"^  {rule} ", said, re.MULTILINE), rule
    assert f"/{STEM}" in said


def test_damaged_bytes_have_their_places(tmp_path):
    path = Layout().write(tmp_path / "sound.h5")
    data = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        stem = file[STEM].id.get_offset()
    data[stem] ^= 1
    data[50] = 9
    path.write_bytes(data + b"behind")
    report = printed("byol-verify", "--layout", path, code=1)
    found = {(finding["rule"], finding["place"]) for finding in report["findings"]}
    assert {("B4", f"/{STEM}"), ("S7", "superblock"), ("B2", "file"), ("N3", "/index")} <= found


def test_no_hdf5_is_bad_input(tmp_path):
    code, said = tool("byol-verify", "--layout", SAMPLE)
    assert code == 2 and "expected an HDF5 file" in said
    code, _ = tool("byol-verify", "--layout", tmp_path / "missing.h5")
    assert code == 4
    code, _ = tool("byol-verify", "--layout", SAMPLE, SAMPLE)
    assert code == 3
