"""The function sweep."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os

from registration_core.bootstrap import form_catalogue
from registration_core.bootstrap.connections import functions_table, sdk_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.services.sweep import SweepService
    from registration_core.settings import SweepSettings


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
    table = functions_table(settings.table)
    repository, journal = ManagedDynamoRepository(table, clock=clock), DynamoJournal(table, clock=clock)
    queue = SqsMailQueue(sdk_client("sqs"), settings.mail_queue_url)
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
