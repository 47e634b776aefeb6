"""The mark `needs` among several workers, each a process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT
from unit.test_needs import CONFTEST

if TYPE_CHECKING:
    from pathlib import Path

ASKED = 'ask = lambda names: (open("asked", "a").write(f"{names}\\n"), {name: answers[name] for name in names})[1]'
TEST = 'import pytest\n\n@pytest.mark.needs("rain")\ndef test_one(): assert False\n'


@pytest.mark.full
def test_workers__ask_the_engine_once_and_report_together(tmp_path: Path) -> None:
    conftest = CONFTEST.replace("ask = lambda names: {name: answers[name] for name in names}", ASKED)
    (tmp_path / "conftest.py").write_text('MISSING = CLAIMED = {"rain"}\nUSERS = ()\n' + conftest)
    for number in (1, 2):
        (tmp_path / f"test_{number}.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}

    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout
    assert '2 tests need "rain": it never rains\n    test_1.py (1), test_2.py (1)\n' in ran.stdout
    assert (tmp_path / "asked").read_text() == "['rain']\n"
