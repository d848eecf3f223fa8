"""The cases: when a conversion is killed, which calls are refused, and what must be left."""

import random
import subprocess
import time
from dataclasses import dataclass

import tracing

ANYWHERE = "anywhere"
TRIES_A_KILL = 6
REFUSALS_A_PHASE = 20
ERRORS = ("EIO", "ENOSPC")
REFUSED = ("reserve", "write", "sync", "rename", "sync-folder")


@dataclass
class Case:
    """One conversion that was disturbed."""

    phase: str
    how: str  # "at a call", "at a random moment", or the error that a call got
    before: str  # what the destination was: "no file" or "old file"
    after: str  # what it was afterwards: "no file", "old file", "new file" or "BROKEN"
    left: int  # temporary files that lay beside it
    then: str  # what was seen next: "recovered", or what went wrong
    right: bool


class Bench:
    """A folder to convert in, with the bytes that the destination may hold."""

    def __init__(self, tool, old_source, new_source, folder):
        self.tool, self.source = tool, new_source
        self.destination = folder / "out" / "checkpoint.h5"
        self.destination.parent.mkdir()
        self.old = self.golden(old_source)
        self.new = self.golden(new_source)
        self.forced = [*map(str, (tool, new_source, self.destination)), "--quiet", "--force"]
        self.unforced = self.forced[:-1]
        assert self.old != self.new

    def golden(self, source):
        """What an undisturbed conversion of `source` writes."""
        self.clear()
        command = [*map(str, (self.tool, source, self.destination)), "--quiet"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return self.destination.read_bytes()

    def clear(self):
        """Removes all that lies in the destination's folder."""
        for path in self.destination.parent.iterdir():
            path.unlink()

    def prepare(self, before):
        """Brings the destination into the state `before`; the command to run then."""
        self.clear()
        if before == "no file":
            return self.unforced
        self.destination.write_bytes(self.old)
        return self.forced

    def state(self):
        """What the destination holds, and how many temporary files lie beside it."""
        left = sum(".byol-tmp-" in path.name for path in self.destination.parent.iterdir())
        if not self.destination.exists():
            return "no file", left
        found = self.destination.read_bytes()
        return {self.old: "old file", self.new: "new file"}.get(found, "BROKEN"), left

    def recover(self):
        """Converts again, undisturbed: "recovered", or what is wrong then."""
        try:
            done = subprocess.run(
                self.forced, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=tracing.PATIENCE)
        except subprocess.TimeoutExpired:
            return f"the next run still ran after {tracing.PATIENCE} s"
        if done.returncode != 0:
            return f"the next run exited {done.returncode}: {done.stdout.decode().strip()}"
        found, left = self.state()
        if found != "new file":
            return f"the next run left: {found}"
        return f"the next run left {left} temporary files" if left else "recovered"


def _killed(bench, phase, how, before):
    after, left = bench.state()
    then = bench.recover()
    right = after in (before, "new file") and then == "recovered"
    return Case(phase, how, before, after, left, then, right)


def kills(bench, count):
    """Yields the cases of killed conversions: `count` or more in every phase, and as many anywhere."""
    rehearsals, durations = {}, {}
    for before in ("no file", "old file"):
        command = bench.prepare(before)
        tracing.run(command)  # warms the caches, so that the next one's times are typical
        rehearsals[before] = tracing.run(bench.prepare(before))
        bench.prepare(before)
        started = time.monotonic()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        durations[before] = time.monotonic() - started

    landed = {phase: 0 for phase in tracing.PHASES}
    for phase in tracing.PHASES:
        for turn in range(count * TRIES_A_KILL):
            if landed[phase] >= count:
                break
            before = ("no file", "old file")[turn % 2]
            rehearsal = rehearsals[before]
            if phase not in rehearsal.calls:
                break  # reported by `shortfalls`
            command = bench.prepare(before)
            # A phase of one short call is hardly ever hit at random: every other kill is at a call.
            if turn // 2 % 2 == 0:
                name, ordinal = random.choice(rehearsal.calls[phase])
                how = "at a call"
                trace = tracing.run(command, inject=f"{name}:signal=SIGKILL:when={ordinal}")
            else:
                how = "at a random moment"
                trace = tracing.run(command, kill_at=(phase, tracing.moment(rehearsal, phase)))
            if trace.status is None:
                yield Case(phase, how, before, *bench.state(), trace.message, False)
            elif trace.status == -9 and trace.phase is not None:
                landed[trace.phase] += 1
                yield _killed(bench, trace.phase, how, before)

    for turn in range(2 * count):
        before = ("no file", "old file")[turn % 2]
        command = bench.prepare(before)
        if tracing.run_and_kill(command, random.uniform(0, durations[before])) == -9:
            yield _killed(bench, ANYWHERE, "at a random moment", before)


def shortfalls(cases, count):
    """The phases in which fewer than `count` conversions were killed, with their numbers."""
    landed = {phase: sum(case.phase == phase for case in cases) for phase in tracing.PHASES}
    return {phase: number for phase, number in landed.items() if number < count}


def refusals(bench):
    """Yields a case for each call of a conversion that the system refuses, with every error.

    Of a phase of many calls these are the first, the last and some between, chosen at random.
    """
    for before in ("no file", "old file"):
        calls = tracing.run(bench.prepare(before)).calls
        for phase in REFUSED:
            chosen = sorted(set(calls.get(phase, [])))
            if len(chosen) > REFUSALS_A_PHASE:
                between = random.sample(chosen[1:-1], REFUSALS_A_PHASE - 2)
                chosen = [chosen[0], *between, chosen[-1]]
            for name, ordinal in chosen:
                for error in ERRORS:
                    command = bench.prepare(before)
                    trace = tracing.run(command, inject=f"{name}:error={error}:when={ordinal}")
                    if trace.refused:  # threads share the calls differently in every run
                        yield _refused(bench, phase, error, before, trace)


def _refused(bench, phase, error, before, trace):
    after, left = bench.state()
    # Once renamed, the new file is in place and whole; only its durability is in doubt.
    expected = "new file" if phase == "sync-folder" else before
    if trace.status == 0 and after == "new file":
        # Not every call is needed: without the means to link, a file is renamed.
        then, expected = "succeeded by other means", after
    elif trace.status == 4 and trace.message:
        then = "exited 4 with a sentence"
    else:
        then = f"status {trace.status}: {trace.message or 'said nothing'}"
    right = then in ("succeeded by other means", "exited 4 with a sentence")
    return Case(phase, error, before, after, left, then, right and after == expected and left == 0)
