"""What the table promises when many requests arrive at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.entries import an_entry, put
from contract.fakes import START, CountedRandomness, GivenForms, PlainSigner, StoppedClock
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import MailHeldError, SubmissionChangedError
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.quota import Quota, QuotaState
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status
from registration_core.services.intake import IntakeService, Row
from registration_core.services.manage import ManageService
from registration_core.services.restore import RestoreService
from registration_core.services.status import StatusService
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from registration_core.domain.submission import Receipt

FORM = a_form(a_field("email", "email", required=True), a_field("choice", "day", required=True), once="day")
ANSWERS = {"email": "robin@example.org", "day": "a"}
AT_ONCE = 8


@pytest.fixture
def table_repository(dynamodb: Any, table: str, clock: StoppedClock) -> DynamoSubmissionRepository:
    return DynamoSubmissionRepository(
        Table(sdk_call(dynamodb), table), clock=clock, randomness=CountedRandomness("table")
    )


def submit_at_once(repository: DynamoSubmissionRepository, keys: list[str]) -> list[Receipt]:
    def submit(worker: int) -> Receipt:
        service = SubmitService(
            repository=repository,
            signer=PlainSigner(),
            clock=StoppedClock(),
            randomness=CountedRandomness(f"{keys[worker]}, worker {worker}"),
        )
        return service.submit(FORM, ANSWERS, key=keys[worker], language="en")

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(submit, range(len(keys))))


def entries(repository: DynamoSubmissionRepository) -> int:
    return len(repository.list(FORM.name, since=START - timedelta(days=1), limit=50).submissions)


def test_add__stores_one_submission_and_one_answer_per_key(table_repository: DynamoSubmissionRepository) -> None:
    receipts = submit_at_once(table_repository, ["same"] * AT_ONCE)
    assert len({(receipt.id, receipt.reference) for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert entries(table_repository) == 1


def test_add__stores_one_submission_per_address_and_option(table_repository: DynamoSubmissionRepository) -> None:
    receipts = submit_at_once(table_repository, [f"key {worker}" for worker in range(AT_ONCE)])
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len({receipt.reference for receipt in receipts}) == AT_ONCE
    assert len({table_repository.by_reference(receipt.reference).id for receipt in receipts}) == 1
    assert entries(table_repository) == 1


def test_add__gives_exactly_the_free_seats(table_repository: DynamoSubmissionRepository) -> None:
    options = tuple(Option(value, words(value), capacity=5) for value in ("a", "b"))
    form = a_form(
        a_field("email", "email", required=True),
        a_field("choice", "day", required=True, options=options),
        name_field=None,
        quota=Quota("day"),
    )
    shared = {"repository": table_repository, "signer": PlainSigner(), "clock": StoppedClock()}

    def submit(worker: int) -> Receipt:
        service = SubmitService(randomness=CountedRandomness(f"seat, worker {worker}"), **shared)
        return service.submit(form, ANSWERS, key=f"seat {worker}", language="en")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(submit, range(40)))
    tickets = sorted(receipt.position for receipt in receipts if receipt.position is not None)
    assert sum(receipt.status is Status.CONFIRMED for receipt in receipts) == 5
    assert tickets == list(range(1, 36))
    assert table_repository.quotas(form.name, ["a"]) == {"a": QuotaState(form.name, "a", 5, 5, 35, 0)}


def test_lease_mail__goes_to_one_of_many(table_repository: DynamoSubmissionRepository, clock: StoppedClock) -> None:
    request = MailRequest("crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBC", MailKind.STAFF, 1)
    until = clock.now() + timedelta(minutes=1)

    def lease(worker: int) -> bool:
        try:
            return table_repository.lease_mail(request, holder=str(worker), until=until, expires_at=until)
        except MailHeldError:
            return False

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(lease, range(AT_ONCE))) == 1


def test_import__stores_a_row_once_when_many_import_it(dynamodb: Any, table: str) -> None:
    """The losers leave no trace."""

    def take(worker: int) -> Receipt:
        clock = StoppedClock()
        repository = ManagedDynamoRepository(
            Table(sdk_call(dynamodb), table), clock=clock, randomness=CountedRandomness(f"{table} {worker}")
        )
        intake = IntakeService(
            repository=repository, signer=PlainSigner(), clock=clock, randomness=CountedRandomness(f"row {worker}")
        )
        candidate = intake.candidate(FORM, Row(2, 2, ANSWERS))
        return intake.take(FORM, candidate, by=f"worker {worker}", mails=True)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(take, range(AT_ONCE)))

    assert len({(receipt.id, receipt.reference) for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    kinds = {item["sk"]["S"].partition("#")[0] for item in dynamodb.scan(TableName=table)["Items"]}
    assert kinds == {"SUB", "EVENT", "ONCE", "IDEM", "REF"}


def test_status__several_managers_at_once__one_wins(dynamodb: Any, table: str) -> None:
    """Each saw the same version: the version is part of what is written, so only one change is stored."""
    repositories = [
        ManagedDynamoRepository(
            Table(sdk_call(dynamodb), table), clock=StoppedClock(), randomness=CountedRandomness(f"manager {worker}")
        )
        for worker in range(AT_ONCE)
    ]
    entry = an_entry()
    put(repositories[0], entry)
    actions = [StaffAction.CANCEL, StaffAction.MARK_SPAM, StaffAction.ERASE, StaffAction.CANCEL] * (AT_ONCE // 4)

    def act(worker: int) -> StaffAction | None:
        shared: dict[str, Any] = {"forms": GivenForms(), "repository": repositories[worker], "clock": StoppedClock()}
        shared["randomness"] = CountedRandomness(f"worker {worker}")
        manage, restore = ManageService(**shared), RestoreService(signer=PlainSigner(), **shared)
        try:
            StatusService(manage=manage, restore=restore).act(entry, actions[worker], by=f"kim {worker}", expected=1)
        except SubmissionChangedError:
            return None
        return actions[worker]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        (winner,) = filter(None, pool.map(act, range(AT_ONCE)))

    details = repositories[0].details(entry.id)
    assert [event.what for event in details.events] == ["submitted", winner.what]
    assert details.submission.version == 2
