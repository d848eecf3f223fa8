"""Adds up what the test runners reported, and prints `N passed, N failed, N skipped`.

Reads a folder: `*.jsonl`, Swift Testing's event stream; `*.xml`, pytest's JUnit reports; `failure-*`,
a runner that ended badly, in its own words; `skipped-*`, a set of tests that could not run. A test
that started and never ended counts as failed. Where the developers' fixtures lie beside the
checkout nothing has a reason to be skipped, and a skipped test is a failure.
"""

import json
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
SHOWN = 50  # failed tests that are printed by name


def swift_outcomes(stream):
    """The outcome of each test function in a Swift Testing event stream, by test id."""
    functions, outcomes, skipped_suites = [], {}, []
    failed = set()
    # JSON Lines end with a line feed alone: `splitlines` would also cut at the next-line and
    # separator characters that JSON leaves as they are inside a string.
    *lines, last = stream.read_text().split("\n")
    if last:
        print(f"note: {stream.name} ends in the middle of a line: its runner was killed")
    for line in lines:
        record = json.loads(line)
        payload = record["payload"]
        if record["kind"] == "test":
            if payload["kind"] == "function":
                functions.append(payload["id"])
            continue
        kind, test = payload["kind"], payload.get("testID")
        if kind == "issueRecorded":
            issue = payload["issue"]
            if issue.get("isFailure", not issue.get("isKnown", False)):
                failed.add(test)
        elif kind == "testSkipped":
            outcomes[test] = SKIPPED
            skipped_suites.append(f"{test}/")
        elif kind == "testEnded":
            outcomes[test] = FAILED if test in failed else PASSED
    for test in functions:
        if test not in outcomes and test.startswith(tuple(skipped_suites)):
            outcomes[test] = SKIPPED
    return {test: outcomes.get(test, FAILED) for test in functions}


def pytest_outcomes(report):
    """The outcome of each test case of a JUnit report, by file, class and name."""
    outcomes = {}
    for case in xml.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        name = f"{report.stem}: {case.get('classname')}.{case.get('name')}"
        if kinds & {"failure", "error"}:
            outcomes[name] = FAILED
        else:
            outcomes[name] = SKIPPED if "skipped" in kinds else PASSED
    return outcomes


def main(folder):
    outcomes, notes = {}, []
    for stream in sorted(folder.glob("*.jsonl")):
        outcomes |= swift_outcomes(stream)
    for report in sorted(folder.glob("*.xml")):
        outcomes |= pytest_outcomes(report)
    for note in sorted(folder.glob("skipped-*")):
        outcomes[note.read_text().strip()] = SKIPPED
    names = {kind: [n for n, o in outcomes.items() if o == kind] for kind in (FAILED, SKIPPED)}
    for note in sorted(folder.glob("failure-*")):
        notes.append(note.read_text().strip())
    # A runner that ended badly with no failed test to show for it (a crash, no tests found).
    if notes and not names[FAILED]:
        names[FAILED] = notes

    fixtures = Path(__file__).resolve().parent.parent.parent / "shared" / "fixtures"
    strict = fixtures.is_dir()
    print()
    for name in names[FAILED][:SHOWN]:
        print(f"failed: {name}")
    if len(names[FAILED]) > SHOWN:
        print(f"... and {len(names[FAILED]) - SHOWN} more")
    for name in names[SKIPPED]:
        print(f"skipped: {name}")
    if strict and names[SKIPPED]:
        print("a skipped test counts as failed where the fixtures are present")
    for note in notes:
        print(f"note: {note}")
    counts = {kind: len(names[kind]) for kind in (FAILED, SKIPPED)}
    if strict:
        counts = {FAILED: counts[FAILED] + counts[SKIPPED], SKIPPED: 0}
    passed = sum(outcome == PASSED for outcome in outcomes.values())
    print(f"{passed} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped")
    return 1 if counts[FAILED] or not passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
