"""Puts BENCHMARKS.md together from the samples that are there, whichever of the measurements ran last."""

import json
from pathlib import Path

import bounds_report
import inference_report
import report
import training_report

PACKAGE = Path(__file__).resolve().parent.parent
PARTS = (
    ("conversion.json", report.markdown), ("inference.json", inference_report.section),
    ("training.json", training_report.section), ("bounds.json", bounds_report.section))


def write():
    """Writes the document."""
    folder = PACKAGE / "Benchmarks" / "results"
    parts = [make(json.loads((folder / name).read_text())) for name, make in PARTS if (folder / name).exists()]
    (PACKAGE / "BENCHMARKS.md").write_text("\n".join(parts))


if __name__ == "__main__":
    write()
