"""Changes of the staff API, with the function killed between its writes: the same request again finishes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from contract.damaged_table import FORM, books_of
from faults.conftest import ORIGIN, client, function_environment
from faults.functions import FunctionDiedError, running
from faults.kills import KillAt
from unit.handlers.staff_office import CLIENT, MANAGER, claims

from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from contract.damaged_table import Books
    from faults.functions import Function
    from faults.proxy import FaultProxy

    from registration_core.domain.submission import Submission

WRITE, QUEUE = "TransactWriteItems", "SendMessageBatch"


class Kill(NamedTuple):
    """Where the function is killed. carried_out: after the call was done, instead of before."""

    operation: str
    call: int
    carried_out: bool


def often(*kept: object, of: Iterable[tuple[object, ...]]) -> list[Any]:
    """Return all these parameters; those that aren't kept in `make test` are for `make test-full`."""
    return [each if each in kept else pytest.param(*each, marks=pytest.mark.full) for each in of]


KILLS = [Kill(WRITE, call, carried_out) for call in (1, 2) for carried_out in (False, True)]
MAIL_KILLS = [
    Kill(QUEUE, 1, carried_out=False),
    *(pytest.param(kill, marks=pytest.mark.full) for kill in (*KILLS[:2], Kill(QUEUE, 1, carried_out=True))),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """The staff function behind a proxy, over a table with room for two on the form's day."""

    books: Books
    staff: Function
    proxy: FaultProxy

    def kill(self, kill: Kill) -> None:
        self.proxy.plan = KillAt(self.staff, kill.operation, calls=(kill.call,), carried_out=kill.carried_out)

    def whats(self, submission: Submission) -> list[str]:
        return [each.what for each in self.books.repository.details(submission.id).events]

    def until_answered(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and the same again after the function died, which the plan has it do once."""
        with pytest.raises(FunctionDiedError):
            self.staff.invoke(request)
        response = self.staff.invoke(request)
        assert response["statusCode"] == 200, response
        content: dict[str, Any] = json.loads(response["body"])
        return content


@pytest.fixture
def queue(emulator: str, table: str) -> str:
    return str(client("sqs", emulator).create_queue(QueueName=table)["QueueUrl"])


@pytest.fixture
def staff(staffs_package: Path, proxy: FaultProxy, table: str, queue: str, tmp_path: Path) -> Iterator[Function]:
    """The staff function in one process, behind the proxy."""
    environ = function_environment(staffs_package, proxy.endpoint, table) | {
        "STAFF_AUTH": "cognito",
        "STAFF_CLIENTS": CLIENT,
        "MAIL_QUEUE_URL": queue,
        "EXPORTS_BUCKET": "exports",
    }
    with running("lambda_handlers.staff", environ, tmp_path / "staff.log") as function:
        yield function


@pytest.fixture
def desk(tmp_path: Path, dynamodb: Any, table: str, staff: Function, proxy: FaultProxy) -> Desk:
    books = books_of(tmp_path, dynamodb, table)
    StoredForms(books.table).store({FORM.name: FORM})
    return Desk(books, staff, proxy)


def event(method: str, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "path": f"/staff/submissions/{path}",
        "headers": {"Content-Type": "application/json", "Origin": ORIGIN} | headers,
        "body": json.dumps(body),
        "requestContext": {"requestId": "r", "authorizer": {"claims": claims(MANAGER)}},
    }


@pytest.mark.parametrize(
    ("change", "kill"),
    often(
        ("cancel", Kill(WRITE, 1, carried_out=True)),
        ("edit", Kill(WRITE, 2, carried_out=False)),
        of=product(("cancel", "erase", "edit"), KILLS),
    ),
)
def test_change__is_done_once_and_its_seat_given_away_once(desk: Desk, change: str, kill: Kill) -> None:
    """The first write changes the submission, the second promotes the next in line."""
    first, _, waiting = (desk.books.register(name) for name in ("robin", "kim", "ada"))
    desk.kill(kill)
    request = event("POST", f"{first.id}/actions", {"action": change}, **{"If-Match": '"1"'})
    if change == "edit":
        request = event("PATCH", f"{first.id}/answers", {"answers": {"day": "b"}}, **{"If-Match": '"1"'})

    entry = desk.until_answered(request)

    done = {"cancel": "cancelled", "erase": "erased", "edit": "edited day"}[change]
    assert desk.whats(first) == ["submitted", done]
    assert (entry["version"], desk.books.get(waiting.id).status) == (2, Status.CONFIRMED)
    assert desk.whats(waiting) == ["submitted", "promoted"]
    assert desk.books.problems() == []


@pytest.mark.parametrize("kill", MAIL_KILLS)
def test_mail__is_asked_for_once(desk: Desk, queue: str, emulator: str, kill: Kill) -> None:
    """The queue may have it twice: notify sends it once."""
    robin = desk.books.register("robin")
    desk.kill(kill)

    desk.until_answered(event("POST", f"{robin.id}/mails", {}, **{"Idempotency-Key": "k-1"}))

    assert desk.whats(robin) == ["submitted", "mail resent: confirmed"]
    messages = client("sqs", emulator).receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    assert len({message["Body"] for message in messages}) == 1


@pytest.mark.full
@pytest.mark.parametrize("kill", KILLS[:2])
def test_note__is_added_once(desk: Desk, kill: Kill) -> None:
    robin = desk.books.register("robin")
    desk.kill(kill)

    entry = desk.until_answered(event("POST", f"{robin.id}/notes", {"text": "Called"}, **{"Idempotency-Key": "k-1"}))

    assert (entry["notes_count"], desk.whats(robin)) == (1, ["submitted", "noted"])
