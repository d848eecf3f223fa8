"""The cases of a scenario: when it is killed, which of its calls are refused, what must be left."""

import errno
import random
from dataclasses import asdict, dataclass

import interposer
from scenarios import BETWEEN, NEW

ANYWHERE = "anywhere"
MAIN_PHASES = ("write", "verify", "sync", "rename")  # the others get a fifth of the kills
TRIES_A_KILL = 4
ERRORS = ("EIO", "ENOSPC", "EDQUOT")
WRITES = ("write", "pwrite", "pwrite64")
SENTENCE = "exited 4 with a sentence"
UNHARMED = "succeeded, the output whole"


@dataclass
class Case:
    """One run that was disturbed."""

    scenario: str
    kind: str  # "kill", "refusal" or "place"
    phase: str
    how: str  # when it was killed; the error that a call got; what the destination was
    before: str  # what lay there
    after: str  # what lies there now
    left: bool  # whether a temporary file lies beside it
    then: str  # what was seen next
    right: bool

    def line(self):
        """The case as a line of the log."""
        return asdict(self)


def kills(scenario, tools, count, only=()):
    """Yields runs that are killed: `count` or more in every main phase, and some anywhere.

    In each phase: before and after each call, or as many of these moments as are asked for; then at
    random moments, counted from a random call on. `only`: phases, where not all are wanted.
    """
    rehearsals = {}
    for before in scenario.befores:
        run = tools.run(scenario.prepare(before), without=scenario.without)
        assert run.status == 0, f"{scenario.name}: {run.message}"
        rehearsals[before] = run
    phases = [p for p in interposer.PHASES
              if any(c.phase == p for r in rehearsals.values() for c in r.calls)
              and (not only or p in only)]
    for phase in phases:
        wanted = count if phase in MAIN_PHASES else max(2, count // 5)
        moments = [(before, call.number, how) for before, run in rehearsals.items()
                   for call in run.calls if call.phase == phase for how in ("before", "after")]
        random.shuffle(moments)
        landed = 0
        for turn in range(wanted * TRIES_A_KILL):
            if landed >= wanted:
                break
            # Every moment once; then again at a call, for those phases that are over in no time, or later.
            if turn < len(moments) or turn % 2:
                before, number, when = moments[turn % len(moments)]
                how, do = f"{when} a call", f"kill {when}"
            else:
                before, number, _ = random.choice(moments)
                run = rehearsals[before]
                pause = random.uniform(0, 1.5 * run.seconds / len(phases))
                how, do = "at a random moment", f"kill later {int(pause * 1e9)}"
            run = tools.run(scenario.prepare(before), at=number, do=do, without=scenario.without)
            if run.status == -9:
                landed += run.phase == phase
                yield _killed(scenario, run.phase, how, before)
            elif run.status is None:
                yield Case(scenario.name, "kill", phase, how, before, "?", True, "hung", False)
    if scenario.without or only and ANYWHERE not in only:
        return
    for turn in range(max(2, count // 5)):
        before = scenario.befores[turn % len(scenario.befores)]
        command = scenario.prepare(before)
        if interposer.killed(command, random.uniform(0, rehearsals[before].seconds)).status == -9:
            yield _killed(scenario, ANYWHERE, "at a random moment", before)


def _killed(scenario, phase, how, before):
    after, left = scenario.state(before), scenario.left() > 0
    then = scenario.recover(before)
    right = after in (before, NEW, BETWEEN) and then == "recovered"
    return Case(scenario.name, "kill", phase, how, before, after, left, then, right)


def refusals(scenario, tools, most):
    """Yields runs of which a call is refused, with every error; of a phase with many calls, `most`.

    A write is also cut short once: half of its bytes, which is no error and must do no harm.
    """
    turn = 0
    for before in scenario.befores:
        calls = tools.run(scenario.prepare(before), without=scenario.without).calls
        named = [c.number for c in calls if c.phase == "rename"]
        for phase in dict.fromkeys(c.phase for c in calls):
            chosen = [c for c in calls if c.phase == phase]
            pairs = [(c, e) for c in chosen for e in ERRORS]
            pairs += [(c, "half") for c in chosen if c.name in WRITES]
            if len(pairs) > most:
                # Every call in turn, as long as there is room, and each with another error.
                random.shuffle(chosen)
                options = (*ERRORS, "half")
                pairs = []
                for call in chosen[:most]:
                    turn += 1
                    error = options[turn % (4 if call.name in WRITES else 3)]
                    pairs.append((call, error))
            for call, error in pairs:
                do = "short" if error == "half" else f"error {getattr(errno, error)}"
                run = tools.run(
                    scenario.prepare(before), at=call.number, do=do, without=scenario.without)
                if run.disturbed:  # threads share the calls differently in every run
                    is_late = bool(named) and call.number > min(named)
                    yield _refused(scenario, phase, f"{run.disturbed.name}: {error}", before, run,
                                   is_late)


def _refused(scenario, phase, how, before, run, is_late):
    after, left = scenario.state(before), scenario.left() > 0
    if run.status == 0:
        then = UNHARMED
        right = scenario.is_right_success(run, after)
    elif run.status == 4 and run.message and not how.endswith("half"):
        then = SENTENCE
        right = scenario.is_right_failure(run, before, after, is_late)
    else:
        then, right = f"status {run.status}: {run.message or 'said nothing'}", False
    # What could not be removed is removed by the next run.
    if left and right:
        right = (how.startswith(("unlink", "rmdir", "flock"))
                 and scenario.recover(before) == "recovered")
        then += ", the temporary file is removed by the next run"
    return Case(scenario.name, "refusal", phase, how, before, after, left, then, right)
