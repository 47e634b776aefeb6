"""What only the command line does: imports, previews, mails, webhooks, and care of tables."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os
from dataclasses import dataclass

from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.webhooks import webhook_dispatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing
    from registration_core.adapters.dynamodb.suppressions import CopiedSuppressions
    from registration_core.adapters.webhook_keys import SecretWebhookKeys
    from registration_core.domain.mail_ports import AccountSuppressions, SuppressionList
    from registration_core.domain.ports import FormCatalogue, Signer
    from registration_core.domain.webhook_ports import Deliveries, WebhookQueue
    from registration_core.services.intake import IntakeService
    from registration_core.services.mail_watch import MailWatch
    from registration_core.services.preview import PreviewService
    from registration_core.services.redrive import RedriveService, WebhookRedriveService
    from registration_core.services.resend import ResendService
    from registration_core.services.send import SendService
    from registration_core.services.unsubscribe import UnsubscribeService


def intake_service(
    dynamodb_client: Any,  # noqa: ANN401 - boto3 ships no types
    table: str,
    signer: Signer,
) -> IntakeService:
    """Return the service that imports rows of a file. signer: has the key of submit's guards."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.intake import IntakeService

    clock = SystemClock()
    repository = ManagedDynamoRepository(staff_table(dynamodb_client, table), clock=clock)
    return IntakeService(repository=repository, signer=signer, clock=clock, randomness=os.urandom)


@dataclass(frozen=True, slots=True)
class MailingParts:
    """The services with which staff send mails. Their own machine sends none: all mails go through the queue."""

    resend: ResendService
    send: SendService
    watch: MailWatch
    redrive: RedriveService
    suppressions: SuppressionList
    unsubscribe: UnsubscribeService
    account_suppressions: Callable[[], AccountSuppressions]


def mailing_parts(
    client: Callable[[str], Any],
    *,
    table: str,
    mail_queue_url: str,
    mail_dead_letters_url: str,
    stream_dead_letters_url: str,
    webhook_queue_url: str,
    forms: FormCatalogue,
    signer: Signer,
) -> MailingParts:
    """Return the command line's mail services.

    client: returns boto3's low-level client of a service. webhook_queue_url: empty if the stack
    delivers no webhooks. signer: makes the same fingerprints as the functions.
    """
    import time

    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dead_letters import SqsDeadLetters, StreamChanges
    from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
    from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
    from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
    from registration_core.adapters.dynamodb.sendings import DynamoSendings
    from registration_core.adapters.dynamodb.unsubscriptions import DynamoUnsubscriptions
    from registration_core.adapters.ses_suppressions import SesAccountSuppressions
    from registration_core.adapters.sqs import SqsMailQueue
    from registration_core.services.mail_watch import MailWatch
    from registration_core.services.redrive import RedriveService
    from registration_core.services.resend import ResendService
    from registration_core.services.send import SendService
    from registration_core.services.unsubscribe import UnsubscribeService

    clock = SystemClock()
    connected, sqs = staff_table(client("dynamodb"), table), client("sqs")
    asked = DynamoAskedMails(connected, clock=clock, randomness=os.urandom)
    queue = SqsMailQueue(sqs, mail_queue_url)
    suppressions = DynamoSuppressionList(connected, signer=signer, clock=clock)
    unsubscriptions = DynamoUnsubscriptions(connected, signer=signer, clock=clock)
    return MailingParts(
        resend=ResendService(asked=asked, queue=queue, clock=clock, suppressions=suppressions, forms=forms),
        send=SendService(
            asked=asked,
            sendings=DynamoSendings(connected, clock=clock),
            queue=queue,
            clock=clock,
            unsubscriptions=unsubscriptions,
        ),
        watch=MailWatch(asked=asked, sleep=time.sleep, monotonic=time.monotonic),
        redrive=RedriveService(
            mail_letters=SqsDeadLetters(sqs, mail_dead_letters_url),
            stream_letters=SqsDeadLetters(sqs, stream_dead_letters_url),
            changes=StreamChanges(client("dynamodbstreams")),
            queue=queue,
            forms=forms,
            repository=DynamoSubmissionRepository(connected, clock=clock),
            clock=clock,
            webhooks=webhook_dispatch(sqs, webhook_queue_url, forms),
        ),
        suppressions=suppressions,
        unsubscribe=UnsubscribeService(unsubscriptions=unsubscriptions, clock=clock),
        account_suppressions=lambda: SesAccountSuppressions(client("sesv2")),
    )


@dataclass(frozen=True, slots=True)
class WebhookParts:
    """What staff need for webhooks. Their own machine delivers none: all go through the queue."""

    queue: WebhookQueue
    deliveries: Deliveries
    redrive: WebhookRedriveService
    keys: SecretWebhookKeys


def webhook_parts(
    client: Callable[[str], Any], *, table: str, queue_url: str, dead_letters_url: str, secret: str
) -> WebhookParts:
    """Return the command line's parts for webhooks. client: returns boto3's low-level client of a service."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dead_letters import SqsDeadLetters
    from registration_core.adapters.dynamodb.deliveries import DynamoDeliveries
    from registration_core.adapters.webhook_keys import SecretWebhookKeys
    from registration_core.adapters.webhook_queue import SqsWebhookQueue
    from registration_core.services.redrive import WebhookRedriveService

    sqs = client("sqs")
    queue = SqsWebhookQueue(sqs, queue_url)
    return WebhookParts(
        queue=queue,
        deliveries=DynamoDeliveries(staff_table(client("dynamodb"), table), clock=SystemClock()),
        redrive=WebhookRedriveService(letters=SqsDeadLetters(sqs, dead_letters_url), queue=queue),
        keys=SecretWebhookKeys(client("secretsmanager"), secret),
    )


def preview_service(forms_dir: Path, *, shared: Path, site_url: str, my_url: str) -> PreviewService:
    """Return the service that renders mails from these folders without sending them. It needs no AWS."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.render import JinjaMailRenderer
    from registration_core.services.preview import PreviewService

    renderer = JinjaMailRenderer(forms_dir, shared=shared, site_url=site_url)
    return PreviewService(renderer=renderer, clock=SystemClock(), my_url=my_url)


def ledger_of_erasures(
    dynamodb_client: Any,  # noqa: ANN401 - boto3 ships no types
    table: str,
    *,
    since: datetime,
) -> Sequence[str]:
    """Return the IDs of a table's erased submissions from the month of `since` on."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository

    return ManagedDynamoRepository(staff_table(dynamodb_client, table), clock=SystemClock()).erased(since=since)


def guard_key_ring(dynamodb_client: Any, table: str) -> GuardKeyRing:  # noqa: ANN401 - boto3 ships no types
    """Return the guard keys of a table, to read and change them."""
    from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing

    return GuardKeyRing(staff_table(dynamodb_client, table))


def copied_suppressions(
    dynamodb_client: Any,  # noqa: ANN401 - boto3 ships no types
    *,
    source: str,
    target: str,
) -> CopiedSuppressions:
    """Return the service that copies suppressions from one table to another."""
    from registration_core.adapters.dynamodb.suppressions import CopiedSuppressions

    return CopiedSuppressions(source=staff_table(dynamodb_client, source), target=staff_table(dynamodb_client, target))
