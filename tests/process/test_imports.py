"""What a function imports before it can answer: each import costs every visitor."""

from __future__ import annotations

import subprocess
import sys

import pytest

import registration_core

SUBMIT = """
import os, sys
from registration_core import bootstrap
from registration_core.settings import SubmitSettings
bootstrap.submit_parts(SubmitSettings.from_mapping(os.environ))
bootstrap.form_catalogue(SubmitSettings.from_mapping(os.environ))
print(*sys.modules)
"""


@pytest.mark.parametrize("module", ["boto3", "botocore", "jinja2", "segno", "tomllib", "email_validator", "pathlib"])
def test_submit__loads_only_what_it_needs(modules_of_submit: set[str], module: str) -> None:
    assert "registration_core.bootstrap" in modules_of_submit
    assert module not in modules_of_submit


@pytest.fixture(scope="module")
def modules_of_submit() -> set[str]:
    """Return the modules of a new interpreter that is ready for a submission."""
    environ = {
        "STACK": "test",
        "TABLE": "t",
        "SITE_URL": "http://x",
        "ALLOWED_ORIGINS": "http://x",
        "AWS_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    source = str(next(iter(registration_core.__path__))).removesuffix("/registration_core")
    script = f"import sys; sys.path[:0] = [{source!r}]\n{SUBMIT}"
    ran = subprocess.run([sys.executable, "-S", "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())
