"""Keeps the cases: a table of all of them, and their counts in docs/reliability.md."""

from collections import Counter
from dataclasses import astuple, fields

import cases
import tracing

BEGIN, END = "<!-- counts: written by ./dev faults -->", "<!-- end of counts -->"


def write(package, killed, refused):
    """Writes `Tests/Faults/results/{kills,refusals}.tsv` and the counts in the document."""
    folder = package / "Tests" / "Faults" / "results"
    folder.mkdir(exist_ok=True)
    for name, rows in (("kills", killed), ("refusals", refused)):
        header = "\t".join(field.name for field in fields(cases.Case))
        lines = ["\t".join(str(value) for value in astuple(row)) for row in rows]
        (folder / f"{name}.tsv").write_text("\n".join([header, *lines]) + "\n")
    document = package / "docs" / "reliability.md"
    text = document.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    document.write_text(before + BEGIN + "\n" + counts(killed, refused) + END + after)


def counts(killed, refused):
    """Two tables in Markdown: kills by phase, and refused calls by phase."""
    phases = [*tracing.PHASES, cases.ANYWHERE]
    lines = ["", "| killed in phase | times | no file after | old file after | new file after |"
             " temporary file left, removed by the next run | anything else |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for phase in phases:
        rows = [case for case in killed if case.phase == phase]
        after = Counter(case.after for case in rows)
        left = sum(case.left > 0 and case.then == "recovered" for case in rows)
        wrong = sum(not case.right for case in rows)
        lines.append(f"| {phase} | {len(rows)} | {after['no file']} | {after['old file']} |"
                     f" {after['new file']} | {left} | {wrong} |")
    lines += ["", "| call refused in phase | times | exit 4 and a sentence, nothing left behind |"
              " succeeded by other means | anything else |", "|---|---:|---:|---:|---:|"]
    for phase in cases.REFUSED:
        rows = [case for case in refused if case.phase == phase]
        others = sum(case.right and case.then.startswith("succeeded") for case in rows)
        wrong = sum(not case.right for case in rows)
        stopped = len(rows) - others - wrong
        lines.append(f"| {phase} | {len(rows)} | {stopped} | {others} | {wrong} |")
    return "\n".join(lines) + "\n\n"
