"""The composition root: connects the services to their adapters.

Imports are inside the functions, because a visitor waits for submit, which needs neither boto3 nor
Jinja2.
"""

# ruff: noqa: PLC0415 - see the docstring

from __future__ import annotations

import os
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing
    from registration_core.adapters.dynamodb.retries import Deadline
    from registration_core.adapters.dynamodb.suppressions import CopiedSuppressions
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.dynamodb.wire import WireCall
    from registration_core.adapters.exported_files import ExportedFiles
    from registration_core.adapters.signing_keys import SecretSigner
    from registration_core.adapters.upload_grants import UploadGrants
    from registration_core.adapters.webhook_keys import SecretWebhookKeys
    from registration_core.adapters.webhook_queue import SqsWebhookQueue
    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.mail_ports import AccountSuppressions, SuppressionList
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import Clock, FormCatalogue, HumanCheck, Signer
    from registration_core.domain.submission import Submission
    from registration_core.domain.webhook_ports import Deliveries, WebhookQueue
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.calendar_feed import CalendarFeedService
    from registration_core.services.deliver import DeliverService
    from registration_core.services.describe import DescribeService
    from registration_core.services.dispatch import DispatchService, WebhookDispatch
    from registration_core.services.door import Door
    from registration_core.services.edit import EditService
    from registration_core.services.feedback import FeedbackService
    from registration_core.services.file_links import FileLinks
    from registration_core.services.intake import IntakeService
    from registration_core.services.mail_watch import MailWatch
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService
    from registration_core.services.notify import NotifyService
    from registration_core.services.openings import OpeningsService
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmissionService
    from registration_core.services.preview import PreviewService
    from registration_core.services.query import QueryService
    from registration_core.services.receive_files import ReceiveFilesService
    from registration_core.services.redrive import RedriveService, WebhookRedriveService
    from registration_core.services.resend import ResendService
    from registration_core.services.restore import RestoreService
    from registration_core.services.send import SendService
    from registration_core.services.submit import SubmitService
    from registration_core.services.sweep import SweepService
    from registration_core.services.unsubscribe import UnsubscribeService
    from registration_core.settings import (
        DeliverSettings,
        DispatchSettings,
        FeedbackSettings,
        FilesSettings,
        LinksSettings,
        NotifySettings,
        StaffSettings,
        SubmitSettings,
        SweepSettings,
    )


#: Seconds to connect, and to wait for a response: well below the functions' time-outs, so that there is time to retry.
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 3, 5

#: Seconds for all of submit's calls for one request: below its time-out of 10, so that every visitor gets a response.
ANSWER_WITHIN_S = 8.0

#: Seconds that submit's cold start may wait for the table. Lambda allows ten.
START_WITHIN_S = 3.0

#: Seconds that a scanner may take for one file: below the time-out of the function files.
SCANNED_WITHIN_S = 240


def form_catalogue(
    settings: SubmitSettings
    | DispatchSettings
    | NotifySettings
    | DeliverSettings
    | SweepSettings
    | LinksSettings
    | FilesSettings,
) -> FormCatalogue:
    """Return the forms that were deployed with the function."""
    from registration_core.adapters.compiled_forms import CompiledForms

    return CompiledForms(settings.forms_dir)


class SubmitParts:
    """The services of submit. They share one connection, so they handle one event at a time.

    Not a dataclass: creating one costs each cold start as much as ten classes like this.
    """

    def __init__(self, *, connection: WireCall, door: Door, submit: SubmitService, describe: DescribeService) -> None:
        self.connection = connection
        self.door = door
        self.submit = submit
        self.describe = describe


def submit_parts(
    settings: SubmitSettings, environ: Mapping[str, str] | None = None, *, connect: bool = False
) -> SubmitParts:
    """Return the services of submit, which call DynamoDB with only the standard library.

    environ: has the region, endpoint and credentials under the SDKs' names; None for the process's
    own. connect: open the connection and read the guard keys now, in the cold start, and not at the
    first submission.
    """
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.guard_keys import GuardKeys
    from registration_core.adapters.dynamodb.keys import openings_key
    from registration_core.adapters.dynamodb.rates import DynamoRateCounter
    from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.dynamodb.wire import wire_call_from_environment
    from registration_core.services.describe import DescribeService
    from registration_core.services.door import Door, Limits
    from registration_core.services.submit import SubmitService

    clock = SystemClock()
    call = wire_call_from_environment(environ)
    table = Table(call, settings.table, deadline=call.deadline)
    signer = GuardKeys(table, beside=[openings_key(name) for name in form_catalogue(settings).names()])
    if connect:
        call.deadline.begin(START_WITHIN_S)
        signer.warm()
    repository = DynamoSubmissionRepository(table, clock=clock)

    def overrides(form: Form) -> Overrides:
        # Only options that open and close are worth a call of their own: decisions/0089-openings.md.
        known = form.chosen_field is not None or signer.has(openings_key(form.name))
        return repository.overrides(form.name) if known else {}

    return SubmitParts(
        connection=call,
        door=Door(
            rates=DynamoRateCounter(table),
            limits=Limits(per_address=settings.rate_per_address, per_email=settings.rate_per_email),
            signer=signer,
            clock=clock,
            human_check=_human_check(settings, environ, call.deadline),
            overrides=overrides,
        ),
        submit=SubmitService(repository=repository, signer=signer, clock=clock, randomness=os.urandom),
        describe=DescribeService(repository=repository, clock=clock),
    )


def _human_check(settings: SubmitSettings, environ: Mapping[str, str] | None, deadline: Deadline) -> HumanCheck | None:
    """Return the check with Turnstile, or None if the stack doesn't use it."""
    if not settings.turnstile_secret_name:
        return None
    from registration_core.adapters.secret_value import SecretValue
    from registration_core.adapters.turnstile import Turnstile

    secret = SecretValue(settings.turnstile_secret_name, environ, deadline=deadline)
    return Turnstile(secret, url=settings.turnstile_url, deadline=deadline)


def upload_grants(settings: SubmitSettings | LinksSettings) -> UploadGrants | None:
    """Return what grants uploads, without the SDK; None if the stack accepts no files."""
    if not settings.files_bucket:
        return None
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.upload_grants import UploadGrants

    return UploadGrants(settings.files_bucket, settings.files_url, clock=SystemClock())


def receive_files_service(settings: FilesSettings) -> ReceiveFilesService:
    """Return the service of files."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.adapters.s3_files import LambdaScanner, S3Files
    from registration_core.services.receive_files import ReceiveFilesService

    clock, scanner = SystemClock(), None
    if settings.files_scanner:
        scanner = LambdaScanner(
            _client("lambda", read_timeout=SCANNED_WITHIN_S), settings.files_scanner, settings.files_bucket
        )
    return ReceiveFilesService(
        forms=form_catalogue(settings),
        repository=ManagedDynamoRepository(_functions_table(settings.table), clock=clock),
        store=S3Files(_client("s3", signature_version="s3v4"), settings.files_bucket),
        scanner=scanner,
        clock=clock,
    )


def file_links(s3_client: Any, bucket: str) -> FileLinks:  # noqa: ANN401 - boto3 ships no types
    """Return what links to the files in a bucket. s3_client: signs with version 4."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.s3_files import S3Files
    from registration_core.services.file_links import SignedFileLinks

    return SignedFileLinks(S3Files(s3_client, bucket), clock=SystemClock())


def functions_file_links(settings: StaffSettings) -> FileLinks:
    """Return the links of the function staff. Raises NoFilesError if the stack accepts no files."""
    from registration_core.domain.file_errors import NoFilesError

    if not settings.files_bucket:
        raise NoFilesError
    return file_links(_client("s3", signature_version="s3v4"), settings.files_bucket)


def dispatch_service(settings: DispatchSettings) -> DispatchService:
    """Return the service of dispatch."""
    from registration_core.adapters.sqs import SqsMailQueue
    from registration_core.services.dispatch import DispatchService

    sqs = _client("sqs")
    return DispatchService(
        queue=SqsMailQueue(sqs, settings.mail_queue_url),
        webhooks=_webhook_dispatch(sqs, settings.webhook_queue_url, form_catalogue(settings)),
    )


def _webhook_dispatch(
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

    clock, table, sqs = SystemClock(), _functions_table(settings.table), _client("sqs")
    return DeliverParts(
        service=DeliverService(
            forms=form_catalogue(settings),
            repository=DynamoSubmissionRepository(table, clock=clock),
            deliveries=DynamoDeliveries(table, clock=clock),
            keys=SecretWebhookKeys(_client("secretsmanager"), settings.webhook_secret),
            receiver=HttpsReceiver(on_this_machine=is_on_this_machine(os.environ)),
            write=body_of,
            clock=clock,
            randomness=os.urandom,
        ),
        queue=SqsWebhookQueue(sqs, settings.webhook_queue_url),
        dead_letters=SqsWebhookQueue(sqs, settings.webhook_dead_letters_url),
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
    table = _functions_table(settings.table)
    keys = SecretSigner(_client("secretsmanager"), settings.signing_key_secret, clock=clock, randomness=os.urandom)
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
    table = _functions_table(settings.table)
    return FeedbackService(
        outcomes=DynamoMailOutcomes(table, clock=clock),
        suppressions=DynamoSuppressionList(table, signer=GuardKeys(table), clock=clock),
        clock=clock,
    )


def query_service(table: Table, forms: Mapping[str, Form] | None = None) -> QueryService:
    """Return the service with which staff find submissions. forms: None if none were published."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
    from registration_core.adapters.dynamodb.stored_forms import StoredForms
    from registration_core.services.query import QueryService

    clock = SystemClock()
    return QueryService(
        forms=forms,
        repository=DynamoSubmissionRepository(table, clock=clock),
        clock=clock,
        versions=StoredForms(table).versions,
    )


def journal(table: Table) -> Journal:
    """Return the journal for staff."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.journal import DynamoJournal

    return DynamoJournal(table, clock=SystemClock())


def preview_service(forms_dir: Path, *, shared: Path, site_url: str, my_url: str) -> PreviewService:
    """Return the service that renders mails from these folders without sending them. It needs no AWS."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.render import JinjaMailRenderer
    from registration_core.services.preview import PreviewService

    renderer = JinjaMailRenderer(forms_dir, shared=shared, site_url=site_url)
    return PreviewService(renderer=renderer, clock=SystemClock(), my_url=my_url)


def manage_service(table: Table, forms: FormCatalogue) -> ManageService:
    """Return the service that verifies, cancels, promotes and erases submissions.

    forms: the stack's stored forms.
    """
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.manage import ManageService

    clock = SystemClock()
    repository = ManagedDynamoRepository(table, clock=clock)
    return ManageService(forms=forms, repository=repository, clock=clock, randomness=os.urandom)


def attendance_service(table: Table, forms: FormCatalogue) -> AttendanceService:
    """Return the service that checks people in and lists them."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.attendance import AttendanceService

    clock = SystemClock()
    return AttendanceService(
        forms=forms,
        repository=ManagedDynamoRepository(table, clock=clock),
        query=query_service(table, {name: forms.get(name) for name in forms.names()}),
        clock=clock,
    )


def openings_service(table: Table) -> OpeningsService:
    """Return the service that opens and closes forms and their options."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.openings import OpeningsService

    clock = SystemClock()
    return OpeningsService(repository=ManagedDynamoRepository(table, clock=clock), clock=clock)


def note_service(table: Table) -> NoteService:
    """Return the service that adds notes to submissions and removes them."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.notes import NoteService

    clock = SystemClock()
    return NoteService(repository=ManagedDynamoRepository(table, clock=clock), clock=clock)


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


def edit_service(table: Table, forms: FormCatalogue, signer: Signer) -> EditService:
    """Return the service that edits submissions. signer: has the key of submit's guards."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.edit import EditService

    clock = SystemClock()
    repository = ManagedDynamoRepository(table, clock=clock)
    return EditService(forms=forms, repository=repository, signer=signer, clock=clock, randomness=os.urandom)


def restore_service(table: Table, forms: FormCatalogue, signer: Signer) -> RestoreService:
    """Return the service that restores cancelled submissions. signer: has the key of submit's guards."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.services.restore import RestoreService

    clock = SystemClock()
    repository = ManagedDynamoRepository(table, clock=clock)
    return RestoreService(forms=forms, repository=repository, signer=signer, clock=clock, randomness=os.urandom)


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
            webhooks=_webhook_dispatch(sqs, webhook_queue_url, forms),
        ),
        suppressions=suppressions,
        unsubscribe=UnsubscribeService(unsubscriptions=unsubscriptions, clock=clock),
        account_suppressions=lambda: SesAccountSuppressions(client("sesv2")),
    )


def resend_service(table: Table, *, mail_queue_url: str, forms: FormCatalogue, signer: Signer) -> ResendService:
    """Return the service with which the function staff sends mails again. signer: as for `mailing_parts`."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
    from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
    from registration_core.adapters.sqs import SqsMailQueue
    from registration_core.services.resend import ResendService

    clock = SystemClock()
    return ResendService(
        asked=DynamoAskedMails(table, clock=clock, randomness=os.urandom),
        queue=SqsMailQueue(_client("sqs"), mail_queue_url),
        clock=clock,
        suppressions=DynamoSuppressionList(table, signer=signer, clock=clock),
        forms=forms,
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


def sweep_service(settings: SweepSettings) -> SweepService:
    """Return the service of sweep."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
    from registration_core.adapters.dynamodb.journal import DynamoJournal
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.adapters.dynamodb.sendings import DynamoSendings
    from registration_core.adapters.sqs import SqsMailQueue
    from registration_core.services.manage import ManageService
    from registration_core.services.reminders import ReminderService
    from registration_core.services.send import SendService
    from registration_core.services.sweep import SweepService

    clock = SystemClock()
    forms = form_catalogue(settings)
    table = _functions_table(settings.table)
    repository, journal = ManagedDynamoRepository(table, clock=clock), DynamoJournal(table, clock=clock)
    queue = SqsMailQueue(_client("sqs"), settings.mail_queue_url)
    asked = DynamoAskedMails(table, clock=clock, randomness=os.urandom)
    sendings = DynamoSendings(table, clock=clock)
    send = SendService(asked=asked, sendings=sendings, queue=queue, clock=clock)
    return SweepService(
        forms=forms,
        repository=repository,
        manage=ManageService(forms=forms, repository=repository, clock=clock, randomness=os.urandom),
        queue=queue,
        journal=journal,
        asked=asked,
        reminders=ReminderService(repository=repository, journal=journal, sendings=sendings, send=send, clock=clock),
        clock=clock,
    )


@dataclass(frozen=True, slots=True)
class LinksParts:
    """The services of links."""

    service: OwnSubmissionService
    changes: OwnChangeService
    feed: CalendarFeedService
    unsubscribe: UnsubscribeService
    keys: SecretSigner
    clock: Clock


def links_parts(settings: LinksSettings) -> LinksParts:
    """Return the services of links."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.guard_keys import GuardKeys
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.adapters.dynamodb.unsubscriptions import DynamoUnsubscriptions
    from registration_core.adapters.signing_keys import SecretSigner
    from registration_core.services.calendar_feed import CalendarFeedService
    from registration_core.services.manage import ManageService
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmissionService
    from registration_core.services.unsubscribe import UnsubscribeService

    clock = SystemClock()
    forms = form_catalogue(settings)
    table = _functions_table(settings.table)
    repository = ManagedDynamoRepository(table, clock=clock)
    manage = ManageService(forms=forms, repository=repository, clock=clock, randomness=os.urandom)
    guard_keys = GuardKeys(table)
    edits = edit_service(table, forms, guard_keys)
    unsubscriptions = DynamoUnsubscriptions(table, signer=guard_keys, clock=clock)
    return LinksParts(
        service=OwnSubmissionService(forms=forms, repository=repository, manage=manage, clock=clock),
        changes=OwnChangeService(forms=forms, repository=repository, edits=edits, clock=clock),
        feed=CalendarFeedService(
            link=calendar_link(table), forms=lambda: _with_retired(forms, table), repository=repository
        ),
        unsubscribe=UnsubscribeService(unsubscriptions=unsubscriptions, clock=clock),
        keys=SecretSigner(_client("secretsmanager"), settings.signing_key_secret, clock=clock),
        clock=clock,
    )


def _with_retired(forms: FormCatalogue, table: Table) -> Mapping[str, Form]:
    """Return the deployed forms, and those that are retired, by name."""
    from registration_core.adapters.dynamodb.stored_forms import StoredForms

    retired = {name: form for name, form in StoredForms(table).read().items() if form.retired}
    return retired | {name: forms.get(name) for name in forms.names()}


def calendar_link(table: Table) -> CalendarLink:
    """Return the secret of the staff's calendar."""
    from registration_core.adapters.dynamodb.calendar_link import DynamoCalendarLink

    return DynamoCalendarLink(table, randomness=os.urandom)


def exported_files(settings: StaffSettings) -> ExportedFiles:
    """Return the exported files of the function staff. It loads the SDK, which only exports need."""
    from registration_core.adapters.exported_files import ExportedFiles

    return ExportedFiles(_client("s3", signature_version="s3v4"), settings.exports_bucket)


def staff_functions_table(settings: StaffSettings) -> tuple[Table, Deadline]:
    """Return the table for the function staff, without the SDK, and the deadline of its calls."""
    from registration_core.adapters.dynamodb.retries import FUNCTION_RETRY_S
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.dynamodb.wire import wire_call_from_environment

    call = wire_call_from_environment()
    return Table(call, settings.table, retry_s=FUNCTION_RETRY_S, deadline=call.deadline), call.deadline


def staff_table(dynamodb_client: Any, name: str) -> Table:  # noqa: ANN401 - boto3 ships no types
    """Return a table for the command line, which retries longer than a visitor would wait."""
    from registration_core.adapters.dynamodb.retries import STAFF_RETRY_S

    return _sdk_table(dynamodb_client, name, STAFF_RETRY_S)


def _functions_table(name: str) -> Table:
    from registration_core.adapters.dynamodb.retries import FUNCTION_RETRY_S

    return _sdk_table(_client("dynamodb"), name, FUNCTION_RETRY_S)


def _sdk_table(dynamodb_client: Any, name: str, retry_s: float) -> Table:  # noqa: ANN401 - boto3 ships no types
    from registration_core.adapters.dynamodb.sdk import sdk_call
    from registration_core.adapters.dynamodb.table import Table

    return Table(sdk_call(dynamodb_client), name, retry_s=retry_s)


def _client(service: str, **options: Any) -> Any:  # noqa: ANN401 - boto3 ships no types
    import boto3
    from botocore.config import Config

    from registration_core.adapters.dynamodb.sdk import ONE_ATTEMPT

    config = Config(**{"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": READ_TIMEOUT_S} | options)
    return boto3.client(service, config=config.merge(ONE_ATTEMPT) if service == "dynamodb" else config)
