"""The function links: what registrants do with the links in their mails."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

import os
from dataclasses import dataclass

from registration_core.bootstrap import form_catalogue
from registration_core.bootstrap.connections import functions_table, sdk_client
from registration_core.bootstrap.staff import calendar_link, edit_service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.signing_keys import SecretSigner
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue
    from registration_core.services.calendar_feed import CalendarFeedService
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmissionService
    from registration_core.services.unsubscribe import UnsubscribeService
    from registration_core.settings import LinksSettings


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
    table = functions_table(settings.table)
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
        keys=SecretSigner(sdk_client("secretsmanager"), settings.signing_key_secret, clock=clock),
        clock=clock,
    )


def _with_retired(forms: FormCatalogue, table: Table) -> Mapping[str, Form]:
    """Return the deployed forms, and those that are retired, by name."""
    from registration_core.adapters.dynamodb.stored_forms import StoredForms

    retired = {name: form for name, form in StoredForms(table).read().items() if form.retired}
    return retired | {name: forms.get(name) for name in forms.names()}
