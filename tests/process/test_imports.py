"""What a function imports before it can answer: each import costs every visitor."""

from __future__ import annotations

import subprocess
import sys

import pytest
from shipped import SOURCES

import lambda_handlers
import registration_core

SUBMIT = """
import os, sys
from registration_core import bootstrap
from registration_core.settings import SubmitSettings
bootstrap.submit_parts(SubmitSettings.from_mapping(os.environ))
bootstrap.form_catalogue(SubmitSettings.from_mapping(os.environ))
print(*sys.modules)
"""


STAFF = """
import sys
from lambda_handlers import staff
staff._function()
print(*sys.modules)
"""


@pytest.mark.parametrize("module", ["boto3", "botocore", "jinja2", "segno", "tomllib", "email_validator", "pathlib"])
def test_submit__loads_only_what_it_needs(modules_of_submit: set[str], module: str) -> None:
    assert "registration_core.bootstrap" in modules_of_submit
    assert module not in modules_of_submit


@pytest.mark.parametrize("module", ["boto3", "botocore", "jinja2", "tempfile", "xlsxwriter"])
def test_staff__loads_only_what_it_needs(modules_of_staff: set[str], module: str) -> None:
    """An export loads the rest."""
    assert "lambda_handlers.staff_api.exports" in modules_of_staff
    assert module not in modules_of_staff


@pytest.fixture(scope="module")
def modules_of_submit() -> set[str]:
    """Return the modules of a new interpreter that is ready for a submission."""
    return modules_of(SUBMIT)


@pytest.fixture(scope="module")
def modules_of_staff() -> set[str]:
    """Return the modules of a new interpreter that is ready for a call of the staff API."""
    return modules_of(STAFF)


def modules_of(script: str) -> set[str]:
    """Return the modules that a new interpreter has after a script."""
    environ = {
        "FORMS_DIR": str(SOURCES.forms),  # it has no compiled form, which is fine here
        "STACK": "test",
        "TABLE": "t",
        "SITE_URL": "http://x",
        "ALLOWED_ORIGINS": "http://x",
        "STAFF_AUTH": "iam",
        "MAIL_QUEUE_URL": "http://x/mail",
        "EXPORTS_BUCKET": "exports",
        "AWS_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    sources = [str(next(iter(package.__path__)).rpartition("/")[0]) for package in (registration_core, lambda_handlers)]
    whole = f"import sys; sys.path[:0] = {sources!r}\n{script}"
    ran = subprocess.run([sys.executable, "-S", "-c", whole], env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())
