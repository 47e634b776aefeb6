"""What staff do with submissions, at the desk and with the command line."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os

from registration_core.bootstrap.connections import sdk_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.retries import Deadline
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.ports import FormCatalogue, Signer
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.edit import EditService
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService
    from registration_core.services.openings import OpeningsService
    from registration_core.services.query import QueryService
    from registration_core.services.resend import ResendService
    from registration_core.services.restore import RestoreService
    from registration_core.settings import StaffSettings


def staff_functions_table(settings: StaffSettings) -> tuple[Table, Deadline]:
    """Return the table for the function staff, without the SDK, and the deadline of its calls."""
    from registration_core.adapters.dynamodb.retries import FUNCTION_RETRY_S
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.dynamodb.wire import wire_call_from_environment

    call = wire_call_from_environment()
    return Table(call, settings.table, retry_s=FUNCTION_RETRY_S, deadline=call.deadline), call.deadline


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
        queue=SqsMailQueue(sdk_client("sqs"), mail_queue_url),
        clock=clock,
        suppressions=DynamoSuppressionList(table, signer=signer, clock=clock),
        forms=forms,
    )


def calendar_link(table: Table) -> CalendarLink:
    """Return the secret of the staff's calendar."""
    from registration_core.adapters.dynamodb.calendar_link import DynamoCalendarLink

    return DynamoCalendarLink(table, randomness=os.urandom)
