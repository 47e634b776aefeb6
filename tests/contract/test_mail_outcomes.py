"""What SES reports about mails, and which addresses get none: the same contract in memory and on a table."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from contract.fakes import CountedRandomness, InMemorySubmissionRepository, PlainSigner, StoppedClock
from contract.mail_fakes import InMemoryMailOutcomes, InMemorySuppressionList, InMemoryUnsubscriptions
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes, DynamoSuppressionList
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.dynamodb.unsubscriptions import DynamoUnsubscriptions
from registration_core.domain.errors import MailHeldError, MailLeaseLostError
from registration_core.domain.identifiers import new_submission_id
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Idempotency

if TYPE_CHECKING:
    from registration_core.domain.mail_ports import MailOutcomes, SuppressionList, Unsubscriptions
    from registration_core.domain.ports import SubmissionRepository

ADDRESS = "robin@example.org"


@dataclass
class Mails:
    """One stored submission, and everything known about its mails."""

    clock: StoppedClock
    repository: SubmissionRepository
    outcomes: MailOutcomes
    suppressions: SuppressionList
    unsubscriptions: Unsubscriptions

    def __post_init__(self) -> None:
        entry = an_entry(
            a_form(),
            {"name": "Åsa", "email": ADDRESS},
            id=new_submission_id("crs", self.clock.at, os.urandom),
            expires_at=self.clock.at + timedelta(days=30),
        )
        key = Idempotency("key-1", "f", self.clock.at + timedelta(days=1))
        self.repository.add(entry, once=None, idempotency=key)
        self.entry = entry
        self.request = MailRequest(entry.id, MailKind.CONFIRMED, 1)

    def lease(self, holder: str = "worker-1") -> bool:
        until = self.clock.at + timedelta(seconds=90)
        return self.repository.lease_mail(self.request, holder=holder, until=until, expires_at=self.entry.expires_at)

    def send(self) -> None:
        assert self.lease()
        self.repository.mark_mail_sent(self.request, holder="worker-1", message_id="m-1")

    @property
    def state(self) -> tuple[str, str | None]:
        (mail,) = self.repository.details(self.entry.id).mails
        return mail.state, mail.message_id


@pytest.fixture(params=["memory", "table"])
def mails(request: pytest.FixtureRequest) -> Mails:
    """Return both kinds in turn, with one submission."""
    clock = StoppedClock()
    if request.param == "memory":
        fake = InMemorySubmissionRepository(clock, CountedRandomness())
        return Mails(
            clock,
            fake,
            InMemoryMailOutcomes(fake),
            InMemorySuppressionList(clock, repository=fake),
            InMemoryUnsubscriptions(clock, repository=fake),
        )
    table, call = request.getfixturevalue("table"), sdk_call(request.getfixturevalue("dynamodb"))
    repository = DynamoSubmissionRepository(Table(call, table), clock=clock)
    suppressions = DynamoSuppressionList(Table(call, table), signer=PlainSigner(), clock=clock)
    unsubscriptions = DynamoUnsubscriptions(Table(call, table), signer=PlainSigner(), clock=clock)
    return Mails(clock, repository, DynamoMailOutcomes(Table(call, table), clock=clock), suppressions, unsubscriptions)


@pytest.mark.parametrize(
    "reported", list(permutations((MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED))), ids=",".join
)
def test_note__keeps_the_gravest_outcome_in_any_order(mails: Mails, reported: tuple[MailState, ...]) -> None:
    mails.send()
    for state in (*reported, *reported):
        mails.outcomes.note(mails.request, state)
    assert mails.state == ("complained", "m-1")


def test_note__says_whether_it_changed_anything(mails: Mails) -> None:
    mails.send()
    assert mails.outcomes.note(mails.request, MailState.BOUNCED)
    assert not mails.outcomes.note(mails.request, MailState.BOUNCED)
    assert not mails.outcomes.note(mails.request, MailState.DELIVERED)
    assert mails.state == ("bounced", "m-1")


def test_note__ignores_an_unknown_mail(mails: Mails) -> None:
    assert not mails.outcomes.note(mails.request, MailState.DELIVERED)
    assert mails.repository.details(mails.entry.id).mails == ()


def test_note__before_the_sender__keeps_outcome_and_message_id(mails: Mails) -> None:
    """An outcome that arrives before the sender noted the mail stands, and gets the message's ID later."""
    mails.lease()
    assert mails.outcomes.note(mails.request, MailState.DELIVERED)
    assert not mails.lease("worker-2"), "it was sent, as SES says"
    mails.repository.mark_mail_sent(mails.request, holder="worker-1", message_id="m-1")
    assert mails.state == ("delivered", "m-1")
    with pytest.raises(MailLeaseLostError):
        mails.repository.mark_mail_sent(mails.request, holder="worker-2", message_id="m-2")
    assert mails.state == ("delivered", "m-1")


@pytest.mark.parametrize(
    "state", [MailState.SUPPRESSED, MailState.UNSUBSCRIBED, MailState.OUTDATED, MailState.UNADDRESSED]
)
def test_end_mail__stops_the_mail_from_being_sent(mails: Mails, state: MailState) -> None:
    mails.lease()
    mails.repository.end_mail(mails.request, holder="worker-1", state=state)
    assert mails.state == (state.value, None)
    assert not mails.lease("worker-2")


def test_end_mail__without_the_lease_has_no_effect(mails: Mails) -> None:
    mails.lease()
    mails.clock.forward(seconds=91)
    mails.lease("worker-2")
    mails.repository.end_mail(mails.request, holder="worker-1", state=MailState.OUTDATED)
    assert mails.state == ("sending", None)
    with pytest.raises(MailHeldError):
        mails.lease("worker-3")


def test_suppressions__match_any_spelling_until_they_expire(mails: Mails) -> None:
    assert not mails.suppressions.holds(ADDRESS)
    mails.suppressions.add(ADDRESS, reason=MailState.BOUNCED, expires_at=mails.clock.at + timedelta(days=1))
    assert mails.suppressions.holds(ADDRESS.upper())
    assert not mails.suppressions.holds("other@example.org")
    mails.clock.forward(days=1)
    assert not mails.suppressions.holds(ADDRESS)


@pytest.mark.parametrize("days", [(1, 9), (9, 1)])
def test_suppressions__keep_the_longest_period(mails: Mails, days: tuple[int, int]) -> None:
    for each in days:
        expires_at = mails.clock.at + timedelta(days=each)
        mails.suppressions.add(ADDRESS, reason=MailState.COMPLAINED, expires_at=expires_at)
    mails.clock.forward(days=8)
    assert mails.suppressions.holds(ADDRESS)


def test_lift__allows_mail_again_and_adds_to_each_history(mails: Mails) -> None:
    """Any spelling works, also when only the mail provider suppressed the address."""
    mails.suppressions.add(ADDRESS, reason=MailState.COMPLAINED, expires_at=mails.clock.at + timedelta(days=3650))

    mails.clock.forward(seconds=1)
    mails.suppressions.lift(ADDRESS.upper(), entries=[mails.entry], by="kim")

    assert not mails.suppressions.holds(ADDRESS)
    mails.clock.forward(seconds=1)
    mails.suppressions.lift(ADDRESS, entries=[mails.entry], by="robin")
    events = mails.repository.details(mails.entry.id).events
    assert [event.by for event in events] == ["registrant", "kim", "robin"]
    assert [event.what for event in events] == ["submitted", "suppression lifted", "suppression lifted"]
    mails.suppressions.add(ADDRESS, reason=MailState.BOUNCED, expires_at=mails.clock.at + timedelta(days=1))
    assert mails.suppressions.holds(ADDRESS)


def test_unsubscription__is_for_the_address_and_the_form(mails: Mails) -> None:
    """In any spelling; repeated, it adds nothing to the history."""
    sibling = replace(mails.entry, email=ADDRESS.upper())
    other_form = replace(mails.entry, form="other")
    stranger = replace(mails.entry, email="kim@example.org")
    until = mails.clock.at + timedelta(days=9)
    for _ in range(2):
        mails.clock.forward(seconds=1)
        mails.unsubscriptions.add(mails.entry, expires_at=until)

    held = [mails.unsubscriptions.holds(each) for each in (mails.entry, sibling, other_form, stranger)]
    assert held == [True, True, False, False]
    assert not mails.suppressions.holds(ADDRESS)
    mails.clock.forward(seconds=1)
    mails.unsubscriptions.lift(sibling, by="kim")
    assert not mails.unsubscriptions.holds(mails.entry)
    lines = [(event.what, event.by) for event in mails.repository.details(mails.entry.id).events]
    assert lines == [("submitted", "registrant"), ("mail unsubscribed", "registrant"), ("mail subscribed again", "kim")]
    mails.unsubscriptions.add(mails.entry, expires_at=until)
    mails.clock.forward(days=9)
    assert not mails.unsubscriptions.holds(mails.entry)
