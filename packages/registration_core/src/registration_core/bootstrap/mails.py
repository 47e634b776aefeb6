"""The functions that mail: dispatch, notify and feedback."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os

from registration_core.bootstrap import form_catalogue
from registration_core.bootstrap.connections import functions_table, sdk_client
from registration_core.bootstrap.webhooks import webhook_dispatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.adapters.dynamodb.retries import Deadline
    from registration_core.domain.submission import Submission
    from registration_core.services.dispatch import DispatchService
    from registration_core.services.feedback import FeedbackService
    from registration_core.services.notify import NotifyService
    from registration_core.settings import DispatchSettings, FeedbackSettings, NotifySettings


def dispatch_service(settings: DispatchSettings) -> DispatchService:
    """Return the service of dispatch."""
    from registration_core.adapters.sqs import SqsMailQueue
    from registration_core.services.dispatch import DispatchService

    sqs = sdk_client("sqs")
    return DispatchService(
        queue=SqsMailQueue(sqs, settings.mail_queue_url),
        webhooks=webhook_dispatch(sqs, settings.webhook_queue_url, form_catalogue(settings)),
    )


def notify_service(settings: NotifySettings, deadline: Deadline) -> NotifyService:
    """Return the service of notify. deadline: after it, no mail is sent."""
    import boto3

    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.guard_keys import GuardKeys
    from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
    from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
    from registration_core.adapters.dynamodb.sendings import DynamoSendings
    from registration_core.adapters.dynamodb.unsubscriptions import DynamoUnsubscriptions
    from registration_core.adapters.render import JinjaMailRenderer
    from registration_core.adapters.ses import CLIENT_CONFIG, SesMailer
    from registration_core.adapters.signing import MyLinks
    from registration_core.adapters.signing_keys import SecretSigner
    from registration_core.services.notify import NotifyService

    clock = SystemClock()
    table = functions_table(settings.table)
    keys = SecretSigner(sdk_client("secretsmanager"), settings.signing_key_secret, clock=clock, randomness=os.urandom)
    ses = boto3.client("ses", config=CLIENT_CONFIG)

    def my_url(submission: Submission) -> str:
        return MyLinks(keys.signer(), api_url=settings.api_url).my_url(submission, now=clock.now())

    def unsubscribe_url(submission: Submission) -> str:
        return MyLinks(keys.signer(), api_url=settings.api_url).unsubscribe_url(submission, now=clock.now())

    guard_keys = GuardKeys(table)

    return NotifyService(
        forms=form_catalogue(settings),
        repository=DynamoSubmissionRepository(table, clock=clock),
        suppressions=DynamoSuppressionList(table, signer=guard_keys, clock=clock),
        unsubscriptions=DynamoUnsubscriptions(table, signer=guard_keys, clock=clock),
        sendings=DynamoSendings(table, clock=clock),
        renderer=JinjaMailRenderer(settings.forms_dir, site_url=settings.site_url),
        mailer=SesMailer(ses, sender=settings.sender, configuration_set=settings.configuration_set, deadline=deadline),
        links=my_url,
        unsubscribe_links=unsubscribe_url,
        clock=clock,
        randomness=os.urandom,
    )


def feedback_service(settings: FeedbackSettings) -> FeedbackService:
    """Return the service of feedback."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.guard_keys import GuardKeys
    from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes, DynamoSuppressionList
    from registration_core.services.feedback import FeedbackService

    clock = SystemClock()
    table = functions_table(settings.table)
    return FeedbackService(
        outcomes=DynamoMailOutcomes(table, clock=clock),
        suppressions=DynamoSuppressionList(table, signer=GuardKeys(table), clock=clock),
        clock=clock,
    )
