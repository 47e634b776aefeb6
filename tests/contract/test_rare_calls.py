"""Calls that come so seldom that no test on a stack makes them, each made by an identity of its function or staff.

A recording of calls counts the user `as-submit` as the function submit.
"""

from __future__ import annotations

import os
import urllib.request
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import GivenForms
from contract.identities import clients_of
from contract.test_guard_keys import COURSE, NEW, OLD, ROBIN, Signers

from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
from registration_core.adapters.dynamodb.rates import DynamoRateCounter
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.s3_files import S3Files
from registration_core.adapters.sqs import SqsMailQueue
from registration_core.adapters.webhook_keys import SecretWebhookKeys
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.services.edit import EditService
from registration_core.services.openings import OpeningsService
from registration_core.services.submit import SubmitService
from rollcall_local.credentials import ACCOUNT, client

if TYPE_CHECKING:
    from contract.fakes import StoppedClock

    from rollcall_local.paths import Workspace


def table_of(who: str, emulator: Workspace, table: str) -> Table:
    """Return the table, connected as somebody who may do everything with it."""
    return Table(sdk_call(clients_of(who, emulator)("dynamodb")), table)


def files_bucket(emulator: Workspace) -> str:
    """Return the bucket of the stack's files, made if it isn't there."""
    name, s3 = f"rollcall-local-files-{ACCOUNT}", client("s3", emulator)
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": emulator.region})
    return name


def test_submit__counts_a_senders_requests(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """The stack of the tests has no limits."""
    rates = DynamoRateCounter(table_of("submit", bare_emulator, table))
    end = clock.now() + timedelta(hours=1)

    assert [rates.take("sender", "hour", most=1, expires_at=end) for _ in range(2)] == [True, False]


def test_submit__heeds_guards_of_older_keys(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """While the guard keys change."""
    repository = DynamoSubmissionRepository(table_of("submit", bare_emulator, table), clock=clock)
    older, newer = (
        SubmitService(repository=repository, signer=signer, clock=clock, randomness=os.urandom)
        for signer in (Signers(OLD), Signers(NEW, OLD))
    )
    first = older.submit(COURSE, ROBIN, key="first", language="en")

    assert newer.submit(COURSE, ROBIN, key="first", language="en").id == first.id
    assert newer.submit(COURSE, ROBIN, key="second", language="en").repeated
    assert not newer.submit(COURSE, ROBIN | {"name": "Kim"}, key="third", language="en").repeated


def test_sweep__queues_a_mail_that_nobody_noted(bare_emulator: Workspace) -> None:
    """A mail counts as missed after minutes, which no test on a stack waits for."""
    sqs = client("sqs", bare_emulator)
    url = sqs.create_queue(QueueName="rollcall-local-mail")["QueueUrl"]

    SqsMailQueue(clients_of("sweep", bare_emulator)("sqs"), url).put([MailRequest("reg_1", MailKind.CONFIRMED, 1)])

    assert sqs.receive_message(QueueUrl=url)["Messages"]


@pytest.mark.parametrize("who", ["notify", "feedback", "manager", "staff"])
def test_guard_keys__are_made_by_whoever_is_first(
    bare_emulator: Workspace, table: str, clock: StoppedClock, who: str
) -> None:
    """After an upgrade, a mail may be on its way, or staff may import, before anyone submits."""
    connected = table_of(who, bare_emulator, table)
    signer = GuardKeys(connected)
    suppressions = DynamoSuppressionList(connected, signer=signer, clock=clock)

    assert not suppressions.holds("robin@example.org")
    assert len(signer.keys()) == 1


def test_links__heeds_guards_of_older_keys(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """A registrant who changes an answer meanwhile doesn't become a second person."""
    others, own = (
        ManagedDynamoRepository(table_of(who, bare_emulator, table), clock=clock) for who in ("submit", "links")
    )
    shared: dict[str, Any] = {"clock": clock, "randomness": os.urandom}
    submits = SubmitService(repository=others, signer=Signers(OLD), **shared)
    entry = own.get(submits.submit(COURSE, ROBIN, key="first", language="en").id)
    edits = EditService(forms=GivenForms(COURSE), repository=own, signer=Signers(NEW, OLD), **shared)

    changed = edits.carry_out(edits.plan_own(entry, {"name": "Ada"}, language="en"), by="registrant")

    assert changed.answers["name"] == "Ada"


def test_openings__are_changed_and_read(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """The sweep reads them once an option has started, which none of the tests' organisation has."""
    staff, reader, sweep = (
        OpeningsService(
            repository=ManagedDynamoRepository(table_of(who, bare_emulator, table), clock=clock), clock=clock
        )
        for who in ("staff", "reader", "sweep")
    )

    staff.override(COURSE, "cad", opens=False, until=None, by="ada")

    assert not sweep.openings(COURSE)["cad"].open
    assert not reader.openings(COURSE)["cad"].open
    assert len(reader.history(COURSE)) == 1


def test_deliver__makes_a_webhooks_first_key(bare_emulator: Workspace) -> None:
    name = "rollcall/local/webhooks"
    client("secretsmanager", bare_emulator).create_secret(Name=name, Tags=[{"Key": "Stack", "Value": "local"}])
    keys = SecretWebhookKeys(clients_of("deliver", bare_emulator)("secretsmanager"), name)

    assert keys.of("contact", "crm") == keys.of("contact", "crm")


def test_links__grants_a_plain_forms_upload(bare_emulator: Workspace) -> None:
    """The bucket takes the file by the rights of whoever signed the form."""
    bucket = files_bucket(bare_emulator)
    grant = clients_of("links", bare_emulator)("s3").generate_presigned_post(bucket, "incoming/reg_1/cv/a")
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in grant["fields"].items()]
    parts.append('name="file"; filename="cv.pdf"\r\n\r\n%PDF-')
    body = "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    form = urllib.request.Request(f"{bare_emulator.endpoint_url}/{bucket}", body.encode(), headers)  # noqa: S310 - our own

    with urllib.request.urlopen(form, timeout=10) as answer:  # noqa: S310 - as above
        assert answer.status == HTTPStatus.NO_CONTENT


def test_staff__link_to_a_file(bare_emulator: Workspace) -> None:
    bucket, key = files_bucket(bare_emulator), "kept/reg_1/a"
    client("s3", bare_emulator).put_object(Bucket=bucket, Key=key, Body=b"%PDF-")
    signer = S3Files(clients_of("staff", bare_emulator)("s3"), bucket)

    with urllib.request.urlopen(signer.link(key, filename="cv.pdf", lasts_s=60), timeout=10) as answer:  # noqa: S310 - our own
        assert answer.read() == b"%PDF-"
