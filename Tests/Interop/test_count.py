"""Tests/count.py: what the runners reported is counted, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

COUNT = Path(__file__).resolve().parent.parent / "count.py"


def record(record_kind, /, **payload):
    return json.dumps({"kind": record_kind, "payload": payload}, ensure_ascii=False) + "\n"


def count(folder):
    done = subprocess.run([sys.executable, COUNT, folder], capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def functions(*names):
    return "".join(record("test", kind="function", id=name) for name in names)


def ended(name):
    return record("event", kind="testEnded", testID=name)


def test_a_record_goes_on_after_characters_that_only_look_like_line_ends(tmp_path):
    odd = record("event", kind="testStarted", testID="a", text="\x85 \u2028 \u2029 \x1c \x0b")
    (tmp_path / "swift.jsonl").write_text(functions("a", "b") + odd + ended("a") + ended("b"))
    assert count(tmp_path) == (0, ["", "2 passed, 0 failed, 0 skipped"])


def test_what_never_ended_failed(tmp_path):
    (tmp_path / "swift.jsonl").write_text(functions("a", "b") + ended("a") + '{"kind": "ev')
    code, lines = count(tmp_path)
    assert code == 1
    assert "failed: b" in lines and "middle of a line" in lines[0]
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"


def test_an_issue_is_a_failure_and_a_known_one_is_not(tmp_path):
    issues = record("event", kind="issueRecorded", testID="a", issue={"isKnown": False}) + record(
        "event", kind="issueRecorded", testID="b", issue={"isKnown": True}
    )
    (tmp_path / "swift.jsonl").write_text(functions("a", "b") + issues + ended("a") + ended("b"))
    code, lines = count(tmp_path)
    assert code == 1
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"


def test_a_runner_that_ended_badly_is_a_failure(tmp_path):
    (tmp_path / "swift.jsonl").write_text(functions("a") + ended("a"))
    (tmp_path / "failure-swift").write_text("swift test ended with 1")
    assert count(tmp_path)[0] == 1


def test_many_failures_are_named_up_to_a_bound(tmp_path):
    (tmp_path / "swift.jsonl").write_text(functions(*(f"t{i}" for i in range(80))))
    code, lines = count(tmp_path)
    assert code == 1
    assert sum(line.startswith("failed: ") for line in lines) == 50
    assert "... and 30 more" in lines
    assert lines[-1] == "0 passed, 80 failed, 0 skipped"
