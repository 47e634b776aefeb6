"""The privacy guide's periods match the code, the forms and Terraform."""

from __future__ import annotations

import re

import pytest
from shipped import ROOT, SOURCES

from registration_core.adapters.dynamodb.deliveries import KEPT as DELIVERIES_KEPT
from registration_core.adapters.signing import LINK_LIFE
from registration_core.domain.mail import MailState
from registration_core.domain.submission import SPAM_KEPT
from registration_core.services.door import ADDRESS_WINDOW_S, EMAIL_WINDOW_S
from registration_core.services.feedback import SUPPRESSED_FOR
from registration_core.services.submit import KEY_KEPT, SAME_ANSWERS_KEPT
from rollcall_build.forms.files import compile_forms

GUIDE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
TERRAFORM = ROOT / "infra" / "terraform"


def row(beginning: str) -> str:
    """Return the table row that starts like this."""
    (row_text,) = re.findall(rf"^\| {re.escape(beginning)}.*$", GUIDE, re.MULTILINE)
    return str(row_text)


def test_guide__says_how_long_the_shipped_forms_keep_submissions() -> None:
    forms = compile_forms(SOURCES.forms)
    sentence = f"registrations as shipped: {forms['registration'].retention_days} days; "
    assert sentence + f"messages: {forms['contact'].retention_days}" in row("submission")
    assert f"suspected spam: {SPAM_KEPT.days} days" in row("submission")


def test_guide__says_how_long_guards_and_suppressions_last() -> None:
    assert (KEY_KEPT.total_seconds(), SAME_ANSWERS_KEPT.total_seconds()) == (24 * 3600, 10 * 60)
    assert "| 24 hours from the submission" in row("the guard against a repeated request, where")
    assert row("guard against a repeated request | a").endswith("24 hours (ten minutes where no key was sent) |")
    assert (ADDRESS_WINDOW_S, EMAIL_WINDOW_S) == (10 * 60, 24 * 3600)
    assert "ten minutes, and a day" in row("limits on how often")
    assert SUPPRESSED_FOR[MailState.COMPLAINED].days == 3650
    assert f"{SUPPRESSED_FOR[MailState.BOUNCED].days} days after a bounce, ten years" in row("suppression")


def test_guide__says_how_long_deliveries_are_remembered() -> None:
    assert f"{DELIVERIES_KEPT.days} days after the last attempt" in row("webhook's delivery")


def test_guide__says_how_long_a_link_works() -> None:
    assert f"work for {LINK_LIFE.days} days at most" in GUIDE


@pytest.mark.parametrize(
    ("file", "beginning", "period"),
    [
        ("modules/mail/main.tf", r'name += "\$\{var\.name\}-mail"', "The mail queue ({days} days)"),
        ("modules/mail/main.tf", r'name += "\$\{var\.name\}-mail-dead-letters"', "its dead letters ({days} days)"),
        ("modules/webhooks/main.tf", r'name += "\$\{var\.name\}-webhooks"', "The webhook queue ({days} days)"),
        (
            "modules/webhooks/main.tf",
            r"webhooks-dead-letters",
            "and its dead letters ({days} days) hold",
        ),
        ("modules/store/main.tf", r"stream-dead-letters", "The dead letters of the change stream ({days} days)"),
    ],
)
def test_guide__says_how_long_queues_keep_messages(file: str, beginning: str, period: str) -> None:
    text = (TERRAFORM / file).read_text(encoding="utf-8")
    (days,) = re.findall(rf"{beginning}[^}}]*?retention_days\s*=\s*(\d+)", text, re.DOTALL)
    assert period.format(days=days) in " ".join(GUIDE.split())


def test_guide__says_how_long_logs_are_kept() -> None:
    variables = (TERRAFORM / "variables.tf").read_text(encoding="utf-8")
    (shipped,) = re.findall(r'variable "log_retention_days".*?default\s+= (\d+)', variables, re.DOTALL)
    retention = {
        name: re.findall(
            r"(?m)^log_retention_days\s+= (\d+)",
            (TERRAFORM if name == "local" else SOURCES.values).joinpath(f"{name}.tfvars").read_text(),
        )
        for name in ("local", "dev", "prod")
    }
    assert retention["prod"] == []
    sentence = f"`log_retention_days` ({shipped} as shipped; local {retention['local'][0]}, dev {retention['dev'][0]})"
    assert sentence in row("logs")
