"""Which recordings of the real provider there are, and what a run says while there are none."""

from __future__ import annotations

from pathlib import Path

RECORDED = Path(__file__).with_name("recorded")

RECORDINGS = sorted(RECORDED.glob("*.jsonl"))

NONE_YET = (
    "Not proven: there is no recording of the real AWS provider yet. "
    "Run `make prove` on a machine that reaches the Terraform registry, and commit what it records."
)
