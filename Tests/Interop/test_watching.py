"""TensorBoard reads the events, json the lines and an HTML parser the page that byol-train makes."""

import json
import math
import subprocess
from html.parser import HTMLParser

import pytest

RUN = {"title": "a <run> & more", "steps": 40, "embedding_width": 64, "settings": [{"name": "batch", "value": "8"}]}


def sample(step, loss):
    """What a step of a run is like."""
    return {
        "step": step, "epoch": step / 10, "loss": loss, "tau": 1 - 0.004 / (step + 1),
        "learning_rate": 0.1 * step, "effective_rank": 3.5,
    }  # fmt: skip


def write(path, steps, offset=0.0):
    """A file of metrics."""
    lines = [{"run": RUN}] + [sample(step, offset + math.exp(-step / 7)) for step in steps]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def report(tools, *arguments):
    """What byol-train report prints."""
    command = [str(tools / "byol-train"), "report", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def scalars(folder):
    """The scalars of a folder of events by tag, as TensorBoard shows them."""
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs the packages of requirements-clients.txt")  # fmt: skip
    events = reader.EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def test_tensorboard_shows_every_value(tools, tmp_path):
    metrics = write(tmp_path / "run.jsonl", range(40))
    report(tools, metrics, "--tensorboard", tmp_path / "events")
    found = scalars(tmp_path / "events")
    expected = {
        "train/loss": "loss", "schedule/tau": "tau", "schedule/learning_rate": "learning_rate",
        "collapse/effective_rank": "effective_rank",
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for tag, name in expected.items():
        assert [step for step, _ in found[tag]] == list(range(40))
        for step, value in found[tag]:
            assert value == pytest.approx(sample(step, math.exp(-step / 7))[name], rel=6e-8)


def test_tensorboard_forgets_the_steps_that_a_resumed_run_repeats(tools, tmp_path):
    events = tmp_path / "events"
    report(tools, write(tmp_path / "killed.jsonl", range(20)), "--tensorboard", events)
    [first] = events.iterdir()
    first.rename(events / "events.out.tfevents.0000000000.first")
    report(tools, write(tmp_path / "resumed.jsonl", range(15, 18), offset=5), "--tensorboard", events)
    loss = scalars(events)["train/loss"]
    assert [step for step, _ in loss] == list(range(18))
    assert [value > 5 for _, value in loss] == [False] * 15 + [True] * 3


def test_the_table_in_json(tools, tmp_path):
    metrics = write(tmp_path / "run.jsonl", range(40))
    [summary] = json.loads(report(tools, metrics, "--json"))
    assert (summary["title"], summary["steps"], summary["last_step"]) == (RUN["title"], 40, 39)
    loss = next(row for row in summary["measures"] if row["name"] == "loss")
    assert (loss["first"], loss["last"]) == (1, math.exp(-39 / 7))


class Links(HTMLParser):
    """Everything that a browser would load, and the text that it shows."""

    def __init__(self):
        super().__init__()
        self.loaded, self.text, self.tags = [], "", []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]

    def handle_data(self, data):
        self.text += data


def test_the_page_loads_nothing_and_has_the_curves(tools, tmp_path):
    one, two = write(tmp_path / "one.jsonl", range(40)), write(tmp_path / "two.jsonl", range(30), offset=1)
    report(tools, one, two, "--html", tmp_path / "page.html")
    page = Links()
    page.feed((tmp_path / "page.html").read_text())
    assert page.loaded == ["data:,"]
    assert page.tags.count("polyline") == 2 * 4
    assert RUN["title"] in page.text and "effective rank" in page.text
