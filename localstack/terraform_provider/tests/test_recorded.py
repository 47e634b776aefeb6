"""The stand-in, compared with the recordings of the real provider that `make prove` made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from recordings_there import RECORDED, RECORDINGS
from shipped import ROOT

from recorder.comparison import accepted_differences, report, schema_differences
from recorder.recordings import Recording
from recorder.run import Prover
from standin.facts import SCHEMA_FILE

if TYPE_CHECKING:
    import pathlib


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_stand_in__calls_what_the_real_provider_calls(
    file: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each resource type, create, read, update and delete make the same calls with the same parameters."""
    real = Recording.read(file)
    monkeypatch.setenv("ROLLCALL_EMULATOR", real.emulator)

    stand_in = Prover(ROOT, tmp_path, "stand-in", print).prove().recording

    assert report(real, stand_in, accepted_differences(RECORDED, real.emulator)) == []


def test_schema__is_the_real_providers() -> None:
    real = json.loads((RECORDED / "schema.json").read_text(encoding="utf-8"))

    assert schema_differences(real, json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))) == []
