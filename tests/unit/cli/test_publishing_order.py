"""`rollcall site`: no page asks what the functions refuse, no submissions get lost from sight, the desk is built."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from shipped import ROOT, SOURCES, copied_sources
from unit.cli.fakes import DESCRIPTION

from admin_cli.stack import Desk
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine

FORMS = compile_forms(SOURCES.forms)
DEPLOYED = {name: form.version for name, form in FORMS.items()}


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_publish__is_refused_for_another_form_version(rollcall_local: CommandLine, arguments: tuple[str, ...]) -> None:
    """It asks AWS for nothing: the fake stack has no client to give."""
    rollcall_local.deployed = DEPLOYED | {"contact": "0123456789ab"}
    ran = rollcall_local("site", "publish", *arguments)
    assert ran.code == 1
    assert "The functions have a different version of contact from your files, so nothing was published" in ran.err
    assert "Deploy first: rollcall local up" in ran.err


def test_publish__is_refused_for_a_form_unknown_to_functions(rollcall: CommandLine) -> None:
    """In AWS the error says how to deploy."""
    rollcall("context", "add", "prod", "--region", "eu-north-1")
    rollcall.deployed = {"contact": DEPLOYED["contact"]}
    ran = rollcall("site", "publish")
    assert "a different version of registration from" in ran.err
    assert "Deploy first: rollcall infra apply, then rollcall site publish" in ran.err


@pytest.mark.parametrize(
    ("desk", "pages"),
    [
        (Desk("iam"), set()),
        (Desk("cognito", user_pool_id="p", client_id="c", sign_in_url="https://s.example"), {"desk", "desk/"}),
    ],
    ids=["iam", "cognito"],
)
def test_build__has_the_desk_if_staff_sign_in_on_a_page(
    rollcall_local: CommandLine, tmp_path: Path, desk: Desk, pages: set[str]
) -> None:
    rollcall_local.description = replace(DESCRIPTION, desk=desk)
    ran = rollcall_local("site", "build", "--out", str(tmp_path / "site"))
    assert ran.code == 0
    assert {key for key in ran.out.splitlines() if key.startswith("desk")} == pages


class EmptyBucket:
    """An S3 client of a bucket without a site."""

    def list_objects_v2(self, **_request: Any) -> dict[str, Any]:
        return {}


class EmptyTable:
    """A DynamoDB client of a table without compiled forms."""

    def __getattr__(self, action: str) -> Any:
        return lambda **_request: {"Items": [], "Responses": {}}


@pytest.mark.parametrize(("bucket", "warns"), [(None, True), ("rollcall-local-files", False)], ids=["without", "with"])
def test_publish__warns_if_the_stack_accepts_no_files(
    rollcall_local: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str | None, *, warns: bool
) -> None:
    """The page would ask for files that nobody could send."""
    sources = copied_sources(tmp_path / "clone")
    shutil.copytree(ROOT / "tests" / "forms" / "portfolio", sources.forms / "portfolio")
    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(sources.organisation))
    rollcall_local.deployed = {name: form.version for name, form in compile_forms(sources.forms).items()}
    rollcall_local.description = replace(DESCRIPTION, files_bucket=bucket)
    rollcall_local.clients = {"s3": EmptyBucket(), "dynamodb": EmptyTable()}

    ran = rollcall_local("site", "publish", "--dry-run", "--out", str(tmp_path / "site"))

    assert ran.code == 0, ran.err
    assert ("warning: nobody can send the files that portfolio asks for" in ran.err) is warns
