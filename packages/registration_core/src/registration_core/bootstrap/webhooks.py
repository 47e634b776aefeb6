"""The functions' part of webhooks: what dispatch queues, and deliver."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os
from dataclasses import dataclass

from registration_core.bootstrap import form_catalogue
from registration_core.bootstrap.connections import functions_table, sdk_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from registration_core.adapters.webhook_queue import SqsWebhookQueue
    from registration_core.domain.ports import FormCatalogue
    from registration_core.services.deliver import DeliverService
    from registration_core.services.dispatch import WebhookDispatch
    from registration_core.settings import DeliverSettings


def webhook_dispatch(
    sqs_client: Any,  # noqa: ANN401 - boto3 ships no types
    queue_url: str,
    forms: FormCatalogue,
) -> WebhookDispatch | None:
    """Return the service that queues webhooks; None if the stack delivers none."""
    from registration_core.adapters.webhook_queue import SqsWebhookQueue
    from registration_core.services.dispatch import WebhookDispatch

    return WebhookDispatch(queue=SqsWebhookQueue(sqs_client, queue_url), forms=forms) if queue_url else None


@dataclass(frozen=True, slots=True)
class DeliverParts:
    """The services of deliver. queue, dead_letters: of the webhooks."""

    service: DeliverService
    queue: SqsWebhookQueue
    dead_letters: SqsWebhookQueue


def deliver_parts(settings: DeliverSettings) -> DeliverParts:
    """Return the services of deliver."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.deliveries import DynamoDeliveries
    from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
    from registration_core.adapters.webhook_bodies import body_of
    from registration_core.adapters.webhook_keys import SecretWebhookKeys
    from registration_core.adapters.webhook_queue import SqsWebhookQueue
    from registration_core.adapters.webhook_receiver import HttpsReceiver, is_on_this_machine
    from registration_core.services.deliver import DeliverService

    clock, table, sqs = SystemClock(), functions_table(settings.table), sdk_client("sqs")
    return DeliverParts(
        service=DeliverService(
            forms=form_catalogue(settings),
            repository=DynamoSubmissionRepository(table, clock=clock),
            deliveries=DynamoDeliveries(table, clock=clock),
            keys=SecretWebhookKeys(sdk_client("secretsmanager"), settings.webhook_secret),
            receiver=HttpsReceiver(on_this_machine=is_on_this_machine(os.environ)),
            write=body_of,
            clock=clock,
            randomness=os.urandom,
        ),
        queue=SqsWebhookQueue(sqs, settings.webhook_queue_url),
        dead_letters=SqsWebhookQueue(sqs, settings.webhook_dead_letters_url),
    )
