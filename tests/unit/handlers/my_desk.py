"""The links function with a table in memory, and people with links."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from contract.fakes import CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.mail_fakes import InMemoryUnsubscriptions
from contract.manage_fake import InMemoryManagedRepository
from shipped import shipped_forms

from lambda_handlers.log import Log
from lambda_handlers.my_function import MyFunction
from lambda_handlers.my_pages import MyPages
from lambda_handlers.site_words import SiteWords
from registration_core.adapters.signing import MY, TokenSigner
from registration_core.adapters.signing_keys import SecretSigner, parse_keys
from registration_core.domain.examples import fit_ages
from registration_core.domain.policies import Verification
from registration_core.domain.validation import example_submission
from registration_core.services.edit import EditService
from registration_core.services.manage import ManageService
from registration_core.services.own_change import OwnChangeService
from registration_core.services.own_submission import OwnSubmissionService
from registration_core.services.submit import SubmitService
from registration_core.services.unsubscribe import UnsubscribeService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

ROOT = Path(__file__).resolve().parents[3]
SITE = "https://courses.example.org"
SECRET = "0123456789abcdef0123456789abcdef"
NEWER = "fedcba9876543210fedcba9876543210"
FORMS = shipped_forms()
VERIFIED = replace(FORMS["registration"], verification=Verification(48))
CONTACT = FORMS["contact"]


class Secrets:
    """Secrets Manager, with one secret."""

    def __init__(self) -> None:
        self.text: str | None = SECRET

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert SecretId == "rollcall/test/signing-key"
        return {"SecretString": self.text}


class Desk:
    """The function with a table in memory, and people with links."""

    def __init__(self, site_dir: Path, form: Form = VERIFIED) -> None:
        self.form = form
        self.clock = StoppedClock()
        self.table = InMemoryManagedRepository(clock=self.clock, randomness=CountedRandomness("table"))
        self.secrets = Secrets()
        forms, randomness = GivenForms(form, CONTACT), CountedRandomness("desk")
        self.submit = SubmitService(
            repository=self.table, signer=PlainSigner(), clock=self.clock, randomness=randomness
        )
        shared: Any = {"forms": forms, "repository": self.table, "clock": self.clock}
        self.manage = ManageService(randomness=randomness, **shared)
        self.edits = EditService(signer=PlainSigner(), randomness=randomness, **shared)
        self.unsubscriptions = InMemoryUnsubscriptions(self.clock, repository=self.table)
        self.function = MyFunction(
            OwnSubmissionService(manage=self.manage, **shared),
            OwnChangeService(edits=self.edits, **shared),
            UnsubscribeService(unsubscriptions=self.unsubscriptions, clock=self.clock),
            MyPages(SiteWords(str(site_dir), site_url=SITE)),
            SecretSigner(self.secrets, "rollcall/test/signing-key", clock=self.clock),
            clock=self.clock,
            site_url=SITE,
            log=Log("links"),
        )

    def enter(self, form: Any = None, **answers: Any) -> Submission:
        form = form or self.form
        filled_in = {**example_submission(form), "email": f"{len(self.table.entries)}@example.org", **answers}
        filled_in = fit_ages(form, filled_in)
        return self.table.get(self.submit.submit(form, filled_in, key=None, language="en").id)

    def token(self, entry: Submission, *, purpose: str = MY, life: timedelta = timedelta(days=1)) -> str:
        signer = TokenSigner(parse_keys(str(self.secrets.text)))
        return signer.sign(entry.id, purpose=purpose, expires_at=self.clock.now() + life, address=entry.email)

    def look(self, token: str | None, *, accept: str = "", **query: str) -> Any:
        asked = {**({} if token is None else {"t": token}), **query}
        event = {"httpMethod": "GET", "path": "/my", "queryStringParameters": asked or None}
        return self.function({**event, "headers": {"Accept-Language": accept}})

    def press(self, token: str, action: str, **fields: str) -> Any:
        return self._post(None, {"t": token, "action": action, **fields})

    def save(self, token: str, fields: Mapping[str, Any], **query: str) -> Any:
        """Send the page on which a registrant changes answers."""
        return self._post({"t": token, "change": "yes", **query}, fields)

    def _post(self, query: Mapping[str, str] | None, fields: Mapping[str, Any]) -> Any:
        event = {"httpMethod": "POST", "path": "/my", "queryStringParameters": query}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.function({**event, "headers": headers, "body": urlencode(fields, doseq=True)})


def title(answer: dict[str, Any]) -> str:
    heading = re.search(r"<h1>(.*?)</h1>", answer["body"], re.DOTALL)
    assert heading
    return unescape(heading[1])


def buttons(answer: dict[str, Any]) -> list[str]:
    return re.findall(r'name="action" value="(\w+)"', answer["body"])
