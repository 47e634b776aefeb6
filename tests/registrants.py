"""Registrants: people with submissions in the deployed stack, and the links in their mails."""

from __future__ import annotations

import json
import os
import re
import urllib.parse
import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conftest import wait_until
from integration.api_requests import FORMS, ask, example, stored

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.signing import MY, HmacSigner, TokenSigner
from registration_core.adapters.signing_keys import parse_keys
from registration_core.domain.policies import Verification
from registration_core.services.submit import SubmitService
from rollcall_local.credentials import client, deployer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from conftest import DeployedStack
    from integration.api_requests import Answer

    from registration_core.domain.quota import QuotaState

MY_LINK = re.compile(r"https?://\S+/my\?t=[A-Za-z0-9._-]+")
PLAIN_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


class Registrant:
    """Somebody who sent a form, with a unique address.

    entered: the answers; id: the submission's.
    """

    def __init__(self, stack: DeployedStack, form: str = "contact", *, verifying: bool = False, **answers: Any) -> None:
        definition = FORMS[form]
        if verifying:
            definition = replace(definition, verification=Verification(48))
        self._stack = stack
        self.entered = example(form, **answers)
        service = SubmitService(
            repository=repository(stack),
            signer=HmacSigner(uuid.uuid4().hex),
            clock=SystemClock(),
            randomness=os.urandom,
        )
        self.receipt = service.submit(definition, self.entered, key=None, language="en")
        self.id = self.receipt.id

    @property
    def status(self) -> str:
        """The submission's status in the table."""
        status: str = stored(self._stack, self.id)["status"]["S"]
        return status

    def mailed_link(self, *, count: int = 1) -> str:
        """Wait for this many mails, and return the link in the newest."""
        mail = self._stack.wait_for_mails(to=self.entered["email"], count=count)[-1]
        match = MY_LINK.search(mail.text)
        assert match, mail.text
        return match[0]


def repository(stack: DeployedStack) -> ManagedDynamoRepository:
    """The stack's table, as the functions see it."""
    return ManagedDynamoRepository(Table(sdk_call(stack.client("dynamodb")), stack.table), clock=SystemClock())


def token_of(link: str) -> str:
    """Return the token in a link."""
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["t"][0]


def signed(stack: DeployedStack, entry_id: str, *, expires_at: datetime, purpose: str = MY) -> str:
    """Return a token as notify would sign it for the entry's address; a stack's first mail makes the key."""
    found = repository(stack).several([entry_id])
    address = found[entry_id].email if entry_id in found else ""
    secrets, name = stack.client("secretsmanager"), f"rollcall/{stack.workspace.stack}/signing-key"
    wait_until(lambda: secrets.describe_secret(SecretId=name).get("VersionIdsToStages"), what="the signing key")
    keys = parse_keys(secrets.get_secret_value(SecretId=name)["SecretString"])
    return TokenSigner(keys).sign(entry_id, purpose=purpose, expires_at=expires_at, address=address)


def view(stack: DeployedStack, token: str, **query: str) -> Answer:
    """Open the registrant's own page."""
    asked = urllib.parse.urlencode({"t": token, **query})
    return ask(f"{stack.api_url}/my?{asked}", None, method="GET", headers={"Accept": "text/html"})


def press(stack: DeployedStack, token: str, action: str, **fields: str) -> Answer:
    """Press one of the page's buttons."""
    body = urllib.parse.urlencode({"t": token, "action": action, **fields}).encode()
    return ask(f"{stack.api_url}/my", body, headers=PLAIN_FORM)


def sweep(stack: DeployedStack) -> None:
    """Sweep now, as the deployer may, after any run that the five-minute rule has started."""
    functions = client("lambda", stack.workspace, deployer(stack.workspace))

    def swept() -> bool:
        try:
            answer = functions.invoke(FunctionName=f"rollcall-{stack.workspace.stack}-sweep")
        except functions.exceptions.TooManyRequestsException:
            return False
        report = json.load(answer["Payload"])
        assert "FunctionError" not in answer, report
        assert set(report) == {"lapsed", "settled", "promoted", "mails", "digests", "reminders"}
        return True

    wait_until(swept, what="a sweep")


@contextmanager
def no_seats_left(stack: DeployedStack, form: str, option: str) -> Iterator[None]:
    """Take all free seats of an option away for a while."""
    seats = repository(stack)
    seats.make_quotas(form, FORMS[form].capacities())
    before = seats.quotas(form, [option])[option]
    _publish_seats(seats, seats.set_capacity(form, option, before.taken))
    try:
        yield
    finally:
        _publish_seats(seats, seats.set_capacity(form, option, before.capacity))


def _publish_seats(seats: ManagedDynamoRepository, state: QuotaState) -> None:
    """Update the public seats at once, as `rollcall quota set` does."""
    seats.show_seats(state.form, state.option, state.public_seats)
