"""Guard keys: made once by whoever comes first, reread every few minutes, and older ones still recognised."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from contract.conftest import REGION
from contract.fakes import GivenForms, StoppedClock
from contract.faulty_table import Fault, FaultyCall, patient_table
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing, Ring, RingChangedError
from registration_core.adapters.dynamodb.guard_keys import FRESH_S, GuardKeys
from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.dynamodb.wire import wire_call
from registration_core.adapters.signing import HmacSigner
from registration_core.domain.errors import AlreadyRegisteredError, KeyReusedError, StorageUnavailableError
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailState
from registration_core.domain.ports import Signer
from registration_core.domain.submission import Status
from registration_core.services.edit import EditService
from registration_core.services.intake import IntakeService, Row
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.ports import ManagedRepository
    from registration_core.domain.submission import Receipt

OLD, NEW = "0" * 64, "1" * 64
COURSE = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field(
        "choice", "course", required=True, options=tuple(Option(value, words(value)) for value in ("python", "cad"))
    ),
    once="course",
    name_field="name",
)
ROBIN = {"name": "Robin", "email": "robin@example.org", "course": "python"}


class Signers(Signer):
    """Signs with the given keys, newest first."""

    def __init__(self, *keys: str) -> None:
        self._signers = [HmacSigner(key) for key in keys]

    def fingerprint(self, purpose: str, value: str) -> str:
        return self._signers[0].fingerprint(purpose, value)

    def fingerprints(self, purpose: str, value: str) -> Sequence[str]:
        return [signer.fingerprint(purpose, value) for signer in self._signers]


@dataclass
class Office:
    """One table, and services that sign with any keys."""

    repository: ManagedRepository
    clock: StoppedClock

    def submit(self, *keys: str, key: str | None = None, **changes: str) -> Receipt:
        service = SubmitService(
            repository=self.repository, signer=Signers(*keys), clock=self.clock, randomness=os.urandom
        )
        return service.submit(COURSE, {**ROBIN, **changes}, key=key, language="en")

    def rows(self, *keys: str) -> IntakeService:
        return IntakeService(repository=self.repository, signer=Signers(*keys), clock=self.clock, randomness=os.urandom)


@pytest.fixture
def office(repository: ManagedRepository, clock: StoppedClock) -> Office:
    return Office(repository, clock)


@pytest.fixture(params=["sdk", "wire"])
def call(request: pytest.FixtureRequest, dynamodb: Any, emulator: str) -> Iterator[Call]:
    """Return each way to call the table in turn."""
    if request.param == "sdk":
        yield sdk_call(dynamodb)
        return
    with closing(wire_call(emulator, REGION, Credentials("test", "test"))) as wire:
        yield wire


def test_keys__are_made_once_and_shared(call: Call, table: str) -> None:
    """A function and a command that start on an empty table make the same fingerprints."""
    first, second = GuardKeys(Table(call, table)), GuardKeys(Table(call, table))

    assert first.fingerprint("once", "robin") == second.fingerprint("once", "robin")
    assert len(first.keys()[0]) == 64


def test_keys__made_at_the_same_time_are_one(emulator: str, table: str) -> None:
    """Whoever loses the race uses the key that the winner wrote."""

    def made(_: int) -> str:
        with closing(wire_call(emulator, REGION, Credentials("test", "test"))) as wire:
            return GuardKeys(Table(wire, table)).fingerprint("once", "robin")

    with ThreadPoolExecutor(8) as workers:
        assert len(set(workers.map(made, range(16)))) == 1


def test_keys__are_reread_after_five_minutes(call: Call, table: str) -> None:
    """A change reaches every function within minutes; if the table can't be read, the known keys stay."""
    now, failing = [0.0], [False]

    def asked(operation: str, params: Any) -> dict[str, Any]:
        if failing[0]:
            raise AwsCallError("ServiceUnavailable", "not now")
        return call(operation, params)

    keys = GuardKeys(Table(asked, table), monotonic=lambda: now[0])
    before = keys.fingerprint("once", "robin")
    ring = GuardKeyRing(Table(call, table))
    older = ring.read()
    assert older is not None
    ring.write(Ring((NEW, *older.keys)), instead_of=older)
    assert keys.fingerprint("once", "robin") == before

    now[0] = FRESH_S
    assert keys.fingerprints("once", "robin") == (HmacSigner(NEW).fingerprint("once", "robin"), before)

    failing[0], now[0] = True, 3 * FRESH_S
    assert keys.fingerprint("once", "robin") == HmacSigner(NEW).fingerprint("once", "robin")


def test_keys__are_read_again_after_a_failed_first_read(call: Call, table: str) -> None:
    """A start that can't reach the table does not break the next event."""
    failing = [True]

    def asked(operation: str, params: Any) -> dict[str, Any]:
        if failing[0]:
            raise AwsCallError("ConnectionLost", "not now")
        return call(operation, params)

    keys = GuardKeys(Table(asked, table))
    keys.warm()
    with pytest.raises(StorageUnavailableError):
        keys.fingerprint("once", "robin")

    failing[0] = False
    assert keys.fingerprint("once", "robin")


def test_ring__refuses_to_overwrite_a_concurrent_change(call: Call, table: str) -> None:
    """If two people change the keys at once, one gets an error and no key is lost."""
    ring = GuardKeyRing(Table(call, table))
    ring.write(Ring((OLD,)), instead_of=None)
    with pytest.raises(RingChangedError):
        ring.write(Ring((NEW,)), instead_of=None)
    announced = Ring((OLD,)).announce(NEW, at=datetime(2027, 3, 1, 12, tzinfo=UTC))
    ring.write(announced, instead_of=Ring((OLD,)))
    with pytest.raises(RingChangedError):
        ring.write(Ring((OLD,)).announce("2" * 64, at=datetime.now(UTC)), instead_of=Ring((OLD,)))

    assert ring.read() == announced
    ring.write(announced.put_in_force(), instead_of=announced)
    assert ring.read() == Ring((NEW, OLD))


def test_ring__is_written_though_the_answer_was_lost(dynamodb: Any, table: str) -> None:
    """The write is sent again and finds itself there: nobody else changed the keys."""
    call = FaultyCall(sdk_call(dynamodb), [Fault.LOST, Fault.CONFLICT, Fault.CONFLICT, Fault.LOST])
    ring = GuardKeyRing(patient_table(call, table))
    first = Ring((OLD,))
    announced = first.announce(NEW, at=datetime(2027, 3, 1, 12, tzinfo=UTC))

    ring.write(first, instead_of=None)
    ring.write(announced, instead_of=first)

    assert (ring.read(), call.faults) == (announced, [])


def test_ring__keeps_functions_one_step_apart_compatible(call: Call, table: str) -> None:
    """A function recognises guards made with the keys of the step before and the step after its own."""
    ring = GuardKeyRing(Table(call, table))
    steps = [Ring((OLD,)), Ring((OLD,), NEW, datetime.now(UTC)), Ring((NEW, OLD))]
    known = []
    for before, after in zip([None, *steps], steps, strict=False):
        ring.write(after, instead_of=before)
        known.append(GuardKeys(Table(call, table)).fingerprints("once", "robin"))

    for one, next_one in pairwise(known):
        assert one[0] in next_one
        assert next_one[0] in one


@pytest.mark.parametrize("keys", [(OLD, NEW), (NEW, OLD)], ids=["announced", "in force"])
def test_once__with_an_older_key__leads_to_the_first_submission(office: Office, keys: tuple[str, str]) -> None:
    """Somebody who registered before the keys changed is recognised during the change and after it."""
    first = office.submit(OLD, key="a")

    again = office.submit(*keys, key="b")

    assert again.repeated
    assert office.repository.by_reference(again.reference).id == first.id
    assert not office.submit(*keys, key="c", name="Kim").repeated


def test_once__with_an_older_key__is_free_after_a_cancellation(office: Office) -> None:
    first = office.repository.get(office.submit(OLD, key="a").id)
    cancelled = replace(first, status=Status.CANCELLED, version=2)
    office.repository.change(first, cancelled, what="cancelled", by="registrant")

    assert not office.submit(NEW, OLD, key="b").repeated


def test_same_request__across_a_key_change__counts_once(office: Office) -> None:
    """A visitor who sends the same form again gets the first answer, with or without an idempotency key."""
    named, plain = office.submit(OLD, key="a", name="Kim"), office.submit(OLD)

    assert office.submit(NEW, OLD, key="a", name="Kim").id == named.id
    assert office.submit(NEW, OLD).id == plain.id
    with pytest.raises(KeyReusedError):
        office.submit(NEW, OLD, key="a", name="Ada")


def test_import__of_an_old_file_after_a_key_change__adds_nothing(office: Office) -> None:
    row = Row(2, 2, {**ROBIN, "course": "cad"})
    before, after = (
        next(rows.check(COURSE, [row], {})).candidate for rows in (office.rows(OLD), office.rows(NEW, OLD))
    )
    assert before is not None
    assert after is not None
    first = office.rows(OLD).take(COURSE, before, by="staff", mails=False)

    assert office.rows(NEW, OLD).known(COURSE, after) == first.id
    assert office.rows(NEW, OLD).take(COURSE, after, by="staff", mails=False).id == first.id


def test_edit__to_a_person_with_an_old_guard__names_their_entry(office: Office) -> None:
    """Staff can't give a submission the name and address of another person's submission."""
    first, other = office.submit(OLD, key="a"), office.submit(OLD, key="b", name="Kim")
    editing = EditService(
        forms=GivenForms(COURSE),
        repository=office.repository,
        signer=Signers(NEW, OLD),
        clock=office.clock,
        randomness=os.urandom,
    )
    entry = office.repository.get(other.id)

    with pytest.raises(AlreadyRegisteredError, match=first.id):
        editing.carry_out(editing.plan(entry, {"name": "Robin"}), by="staff")

    renamed = editing.carry_out(editing.plan(entry, {"name": "Ada"}), by="staff")
    assert renamed.answers["name"] == "Ada"
    assert office.submit(NEW, OLD, key="c", name="Ada").repeated
    assert not office.submit(NEW, OLD, key="d", name="Kim").repeated


def test_suppression__survives_a_key_change(call: Call, table: str, clock: StoppedClock) -> None:
    later = clock.now() + timedelta(days=30)
    before = DynamoSuppressionList(Table(call, table), signer=Signers(OLD), clock=clock)
    before.add("robin@example.org", reason=MailState.BOUNCED, expires_at=later)

    after = DynamoSuppressionList(Table(call, table), signer=Signers(NEW, OLD), clock=clock)

    assert after.holds("Robin@example.org")
    assert not after.holds("kim@example.org")
