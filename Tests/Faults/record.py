"""Keeps the cases: all of them in a log, their counts in the repository and in the document."""

import json
import subprocess
from collections import Counter

import cases
import interposer

BEGIN, END = "<!-- counts: written by ./dev faults -->", "<!-- end of counts -->"
KEYS = ("scenario", "kind", "phase", "how", "before", "after", "left", "then", "right")


class Log:
    """`.build-faults/*.jsonl`: a line for the run, and one for each case as soon as it is known."""

    def __init__(self, path, package, **settings):
        # What the tools are made of; documents may change between the parts of a run.
        tree = subprocess.run(
            ["git", "-C", package, "rev-parse", "--short=12", "HEAD:Sources"], capture_output=True,
            text=True)
        self.head = {"sources": tree.stdout.strip() or "unknown", **settings}
        self.lines = []
        self.file = open(path, "w")
        self._write(self.head)

    def add(self, case):
        """Keeps a case."""
        self.lines.append(case.line())
        self._write(self.lines[-1])

    def _write(self, value):
        self.file.write(json.dumps(value) + "\n")
        self.file.flush()

    @property
    def wrong(self):
        """The cases that were not as they must be."""
        return [line for line in self.lines if not line["right"]]


def read(paths):
    """The head and the cases of logs, which must have been asked for in one way."""
    heads, cases_read = [], []
    for path in sorted(paths):
        head, *lines = map(json.loads, path.read_text().splitlines())
        heads.append(head)
        cases_read += lines
    apart = {key: ", ".join(sorted({str(head.pop(key)) for head in heads}))
             for key in ("sources", "seed")}
    if any(head != heads[0] for head in heads):
        raise SystemExit(f"the logs are of different runs: {heads}")
    return {**apart, **heads[0]}, cases_read


def write_counts(path, head, cases_seen):
    """Writes how often each kind of case was seen, a JSON object a line, the run's own first."""
    counts = Counter(tuple(line[key] for key in KEYS) for line in cases_seen)
    lines = [json.dumps(head)]
    lines += [json.dumps(dict(zip(KEYS, key), count=count)) for key, count in sorted(counts.items())]
    path.write_text("\n".join(lines) + "\n")


def write_document(counts, document):
    """Writes the tables of a file of counts into the document."""
    head, *lines = map(json.loads, counts.read_text().splitlines())
    text = document.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    document.write_text(before + BEGIN + "\n" + tables(head, lines) + "\n" + END + after)


def tables(head, lines):
    """The counts as tables in Markdown."""
    total = sum(line["count"] for line in lines)
    wrong = sum(line["count"] for line in lines if not line["right"])
    text = ["", f"{total:,} cases, {wrong} of them otherwise than promised: {head['kills']} kills in "
            f"each main phase and up to {head['refusals']} refusals in every one for native HDF5, fewer "
            f"for what goes the same way. The tools were those of the tree `Sources` "
            f"{head['sources']}, the seed {head['seed']}."]
    disturbed = [line for line in lines if line["kind"] != "place"]
    for scenario in dict.fromkeys(line["scenario"] for line in disturbed):
        own = [line for line in disturbed if line["scenario"] == scenario]
        text += ["", f"**{scenario}**", ""]
        killed = [line for line in own if line["kind"] == "kill"]
        if killed:
            text += _killed(killed)
        refused = [line for line in own if line["kind"] == "refusal"]
        if refused:
            text += ["", *_refused(refused)]
    placed = [line for line in lines if line["kind"] == "place"]
    if placed:
        text += ["", *_placed(placed)]
    return "\n".join(text) + "\n"


def _sum(lines, **wanted):
    return sum(line["count"] for line in lines
               if all(line[key] == value for key, value in wanted.items()))


def _phases(lines):
    order = [*interposer.PHASES, "begin", cases.ANYWHERE]
    return sorted({line["phase"] for line in lines}, key=order.index)


def _killed(lines):
    text = ["| killed in phase | times | nothing there after | old | between | new |"
            " temporary file left, removed by the next run | anything else |",
            "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for phase in _phases(lines):
        rows = [line for line in lines if line["phase"] == phase]
        left = _sum(rows, left=True, then="recovered")
        text.append(
            f"| {phase} | {_sum(rows)} | {_sum(rows, after='no file')} | {_sum(rows, after='old file')} |"
            f" {_sum(rows, after='between')} | {_sum(rows, after='new file')} | {left} |"
            f" {_sum(rows, right=False)} |")
    return text


def _refused(lines):
    text = ["| call refused in phase | EIO | ENOSPC | EDQUOT | half written | exit 4 and a sentence |"
            " succeeded, output whole | anything else |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for phase in _phases(lines):
        rows = [line for line in lines if line["phase"] == phase]

        def of(error):
            return sum(line["count"] for line in rows if line["how"].endswith(error))

        right = [line for line in rows if line["right"]]
        stopped = sum(line["count"] for line in right if line["then"].startswith(cases.SENTENCE))
        text.append(
            f"| {phase} | {of('EIO')} | {of('ENOSPC')} | {of('EDQUOT')} | {of('half')} | {stopped} |"
            f" {_sum(right) - stopped} | {_sum(rows, right=False)} |")
    return text


def _placed(lines):
    text = ["| destination | tool | before | what happened | times |", "|---|---|---|---|---:|"]
    for line in lines:
        mark = "" if line["right"] else " (WRONG)"
        text.append(f"| {line['how']} | {line['scenario']} | {line['before']} | "
                    f"{line['then']}; {line['after']}{mark} | {line['count']} |")
    return text
