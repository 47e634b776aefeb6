"""What an erasure leaves in the table: no personal value, wherever it was written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, PlainSigner, StoppedClock
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb import keys as names
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import StorageUnavailableError, SubmissionChangedError
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Status
from registration_core.services.intake import IntakeService, Row
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("choice", "day", required=True, options=(Option("a", words("A"), capacity=1),)),
    once="day",
    quota=Quota("day"),
)
ANSWERS = {"name": "Åsa Lindqvist", "email": "asa@example.org", "day": "a"}
PERSONAL = ("lindqvist", "asa@", "example.org", PlainSigner().fingerprint("once", "asa@example.org åsa lindqvist"))


class Breaking:
    """Passes calls on until one of them, then loses the connection for good."""

    def __init__(self, dynamodb: Any, at: int) -> None:
        self._call = sdk_call(dynamodb)
        self.left = at

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.left -= 1
        if self.left == 0:
            raise AwsCallError("ConnectionLost", "no answer")
        return self._call(operation, params)


def submit(repository: ManagedDynamoRepository, clock: StoppedClock, *, seed: str, key: str | None = None) -> str:
    service = SubmitService(
        repository=repository, signer=PlainSigner(), clock=clock, randomness=CountedRandomness(seed)
    )
    return service.submit(FORM, ANSWERS, key=key, language="sv").id


def everything(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    return list(dynamodb.scan(TableName=table, ConsistentRead=True)["Items"])


@pytest.mark.parametrize("broken_at", range(1, 9))
def test_erase__leaves_no_personal_value_even_if_interrupted(
    dynamodb: Any, table: str, clock: StoppedClock, broken_at: int
) -> None:
    call = Breaking(dynamodb, at=0)
    repository = ManagedDynamoRepository(
        Table(call, table, retry_s=0), clock=clock, randomness=CountedRandomness(table)
    )
    submission_id = submit(repository, clock, seed=f"{table} first")
    submit(repository, clock, seed=f"{table} again", key="again")
    pk = f"SUB#{submission_id}"
    bounce = {"diagnostic": {"S": "550 asa@example.org is unknown"}, "expires_at": {"N": "9999999999"}}
    mail = {"pk": {"S": pk}, "sk": {"S": "MAIL#confirmed#1"}, "kind": {"S": "confirmed"}, "state": {"S": "bounced"}}
    dynamodb.put_item(TableName=table, Item=mail | bounce | {"version": {"N": "1"}})
    assert any(item["sk"]["S"].startswith(names.NOTICE) for item in everything(dynamodb, table))

    call.left = broken_at
    clock.forward(minutes=1)
    try:
        repository.erase(repository.get(submission_id), by="registrant")
    except StorageUnavailableError:
        repository.erase(repository.get(submission_id), by="registrant")
    call.left = 0

    left = everything(dynamodb, table)
    table_text = json.dumps(left, ensure_ascii=False).lower()
    assert not any(word in table_text for word in PERSONAL)
    assert {item["sk"]["S"].partition("#")[0] for item in left if item["pk"]["S"] == pk} == {"SUB", "EVENT", "MAIL"}
    assert repository.quotas("course", ["a"])["a"].taken == 0
    details = repository.details(submission_id)
    assert details.submission.status is Status.ERASED
    assert [(event.what, event.by) for event in details.events][-1] == ("erased", "registrant")
    assert [mail.state for mail in details.mails] == ["bounced"]
    assert repository.erased(since=START) == [submission_id]


def test_erase__leaves_nothing_of_an_imported_row(dynamodb: Any, table: str, clock: StoppedClock) -> None:
    repository = ManagedDynamoRepository(
        Table(sdk_call(dynamodb), table), clock=clock, randomness=CountedRandomness(f"{table} import")
    )
    intake = IntakeService(
        repository=repository, signer=PlainSigner(), clock=clock, randomness=CountedRandomness(f"{table} rows")
    )
    candidate = intake.candidate(FORM, Row(2, 2, ANSWERS))
    taken = intake.take(FORM, candidate, by="kim", mails=False)
    repository.erase(repository.get(taken.id), by="kim")
    table_text = json.dumps(everything(dynamodb, table), ensure_ascii=False).lower()
    assert not any(word in table_text for word in (*PERSONAL, candidate.key))


def test_change__marks_the_registrants_own_change(dynamodb: Any, table: str, clock: StoppedClock) -> None:
    """The stream uses the mark to decide whether staff hear of a cancellation; the next change clears it."""
    repository = ManagedDynamoRepository(
        Table(sdk_call(dynamodb), table), clock=clock, randomness=CountedRandomness(table)
    )
    submission_id = submit(repository, clock, seed=table)

    def marked() -> bool:
        key = {"pk": {"S": f"SUB#{submission_id}"}, "sk": {"S": "SUB"}}
        return names.BY_REGISTRANT in dynamodb.get_item(TableName=table, Key=key)["Item"]

    assert not marked()
    for by, status, expected in (("registrant", Status.CANCELLED, True), ("kim", Status.SPAM, False)):
        before = repository.get(submission_id)
        after = replace(before, status=status, version=before.version + 1)
        repository.change(before, after, what="changed", by=by)
        assert marked() is expected
    repository.erase(repository.get(submission_id), by="registrant")
    assert marked()


def test_erase__of_what_somebody_else_changed_leaves_it_whole(dynamodb: Any, table: str) -> None:
    """Its mails stay in lists, since it isn't erased."""
    clock = StoppedClock()
    repository = ManagedDynamoRepository(
        Table(sdk_call(dynamodb), table), clock=clock, randomness=CountedRandomness("lost race")
    )
    before = repository.get(submit(repository, clock, seed="lost race"))
    request = MailRequest(before.id, MailKind.CONFIRMED, 1)
    until = clock.now() + timedelta(seconds=90)
    repository.lease_mail(request, holder="n", until=until, expires_at=before.expires_at)
    repository.change(before, replace(before, version=2, labels=("paid",)), what="labelled paid", by="kim")
    stored = everything(dynamodb, table)

    with pytest.raises(SubmissionChangedError):
        repository.erase(before, by="robin")

    assert everything(dynamodb, table) == stored
