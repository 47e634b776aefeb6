"""A form file's [[webhooks]]: what they mean, and mistakes that name the place and what is allowed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT
from unit.forms.test_form_files import EMAIL, HEAD, NAME, problems, write

from admin_cli.forms.file_warnings import warnings_of
from registration_core.domain.forms import Form
from registration_core.domain.webhooks import Webhook, WebhookEvent, WebhookFormat, webhooks_of
from rollcall_build.forms.example_addresses import ExampleAddressError, ensure_own_addresses
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

URL = 'url = "https://hooks.example.org/rollcall"'
EVENTS = 'events = ["submitted"]'


def a_webhook(*lines: str) -> str:
    return "\n".join(["", "[[webhooks]]", *lines, ""])


def test_webhooks__are_read_and_compiled(tmp_path: Path) -> None:
    """The order of events makes no new form version; a form without webhooks has the version that it had."""
    first = a_webhook('name = "crm"', URL, 'events = ["erased", "submitted"]', 'fields = ["name"]')
    second = a_webhook('url = "https://hooks.slack.com/services/T/B/x"', EVENTS, 'format = "slack"')
    form = compile_forms(write(tmp_path, HEAD + first + second + NAME + EMAIL))["course"]

    assert webhooks_of(Form.from_dict(form.to_dict())) == (
        Webhook(
            "crm",
            "https://hooks.example.org/rollcall",
            (WebhookEvent.SUBMITTED, WebhookEvent.ERASED),
            fields=("name",),
        ),
        Webhook(
            "hooks.slack.com",
            "https://hooks.slack.com/services/T/B/x",
            (WebhookEvent.SUBMITTED,),
            WebhookFormat.SLACK,
        ),
    )
    other = compile_forms(
        write(
            tmp_path, (HEAD + first + second + NAME + EMAIL).replace('"erased", "submitted"', '"submitted", "erased"')
        )
    )
    assert other["course"].version == form.version
    plain = compile_forms(write(tmp_path, HEAD + NAME + EMAIL))["course"]
    assert "webhooks" not in plain.to_dict()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([EVENTS], '"url" is missing; it must be text in quotes'),
        (
            [URL],
            '"events" is missing or empty; use some of submitted, confirmed, waitlisted, promoted, changed, cancelled',
        ),
        ([URL, "events = []"], '"events" is missing or empty'),
        ([URL, 'events = ["submited"]'], '"events" has "submited" (did you mean "submitted"?); use some of'),
        ([URL, 'events = ["test"]'], '"events" has "test"'),
        (['url = "http://hooks.example.org"', EVENTS], '"url" must begin with https://'),
        (['url = "https://10.0.0.1/"', EVENTS], '"url" must have a host name such as hooks.example.org, not an IP'),
        (['url = "https://localhost/"', EVENTS], '"url" must have a host name'),
        (['url = "https://hooks.example.org:444/"', EVENTS], '"url" must use port 443, so leave the port out'),
        ([URL, EVENTS, 'format = "email"'], 'format "email" is unknown; use one of json, slack, teams'),
        (
            [URL, EVENTS, 'fields = ["nam"]'],
            '"fields" has "nam", which is not a field of this form (did you',
        ),
        ([URL, EVENTS, 'name = "The CRM"'], '"name" must begin with a lowercase letter or a digit'),
        ([URL, EVENTS, 'secret = "x"'], 'key "secret" is unknown for a webhook; use one of name, url, events'),
    ],
)
def test_mistake__is_named_with_its_place(tmp_path: Path, lines: list[str], problem: str) -> None:
    (found,) = problems(tmp_path, HEAD + a_webhook(*lines) + NAME + EMAIL)
    assert found.startswith(f"forms/course/form.toml: webhook 1: {problem}")


def test_webhooks__of_one_host_need_names(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, HEAD + a_webhook(URL, EVENTS) * 2 + NAME + EMAIL)
    assert found.endswith('two webhooks are called "hooks.example.org"; give each its own name, such as name = "crm"')


def test_webhooks__are_ten_at_most(tmp_path: Path) -> None:
    many = "".join(a_webhook(URL, EVENTS, f'name = "w{number}"') for number in range(11))
    (found,) = problems(tmp_path, HEAD + many + NAME + EMAIL)
    assert found.endswith("there are 11 webhooks; a form can have at most 10")


def test_guide__shows_webhooks_that_are_valid(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(\[\[webhooks\]\].*?)```", guide, re.DOTALL)
    field = NAME.replace('name = "name"', 'name = "participant_name"')

    form = compile_forms(write(tmp_path, HEAD + shown + field + EMAIL))["course"]

    assert [webhook.name for webhook in webhooks_of(form)] == ["crm", "hooks.slack.com"]


def test_check__warns_about_unsuitable_receivers(tmp_path: Path) -> None:
    keeps = a_webhook('name = "crm"', 'url = "https://hooks.kuggen.se/"', EVENTS, 'fields = ["name"]')
    example = a_webhook('name = "chat"', URL, 'events = ["submitted", "erased"]', 'fields = ["name"]')
    form = compile_forms(write(tmp_path, HEAD + keeps + example + NAME + EMAIL))["course"]

    example_address, keeps_answers = warnings_of(form)
    assert example_address.startswith('webhook "chat": "url" has an example address')
    assert keeps_answers.startswith('webhook "crm": it gets answers and isn\'t told when they are erased here.')
    with pytest.raises(ExampleAddressError, match="course has the webhook chat"):
        ensure_own_addresses([form])
