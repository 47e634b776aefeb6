"""Requests to the deployed API, example submissions with unique addresses, and reads of stored submissions."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from organisation import organisation

from registration_core.domain.examples import fit_ages
from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import DeployedStack

with TemporaryDirectory() as _folder:
    FORMS = compile_forms(organisation(Path(_folder) / "ours").forms)
PLAIN_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The API's answer."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    """Stops urllib from following redirects, so that a test can see them."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def ask(url: str, body: bytes | None, *, method: str = "POST", headers: Mapping[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310 - the stack's own addresses
    try:
        with urllib.request.build_opener(KeepRedirects).open(request, timeout=30) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read().decode())


def send(stack: DeployedStack, form: str, answers: Mapping[str, Any], **headers: str) -> Answer:
    """Send a form as the site's script does. headers: `Idempotency_Key="k1"`."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", "Origin": stack.site_url, **names}
    return ask(f"{stack.api_url}/{form}", json.dumps(answers).encode(), headers=sent)


def post_plainly(stack: DeployedStack, form: str, answers: Mapping[str, Any], **headers: str) -> Answer:
    """Send a form as a browser without JavaScript does."""
    pairs = [
        (name, "yes" if value is True else str(value))
        for name, answer in answers.items()
        for value in (answer if isinstance(answer, list) else [answer])
    ]
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = urllib.parse.urlencode(pairs).encode()
    return ask(f"{stack.api_url}/{form}", body, headers=PLAIN_FORM | {"Origin": stack.site_url} | names)


def example(form: str, **changes: Any) -> dict[str, Any]:
    """Return a valid submission from an address that no other test uses."""
    answers = {**example_submission(FORMS[form]), "email": f"{uuid.uuid4().hex}@example.org", **changes}
    return answers if "birth_date" in changes else fit_ages(FORMS[form], answers)


def stored(stack: DeployedStack, submission_id: str) -> dict[str, Any]:
    """Return the item of a submission, or an empty dictionary."""
    item = stack.client("dynamodb").get_item(
        TableName=stack.table, Key={"pk": {"S": f"SUB#{submission_id}"}, "sk": {"S": "SUB"}}, ConsistentRead=True
    )
    fields: dict[str, Any] = item.get("Item", {})
    return fields
