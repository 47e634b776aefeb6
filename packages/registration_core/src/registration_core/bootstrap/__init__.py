"""The composition root: connects the services to their adapters, with a module for each use.

What submit needs is in the package itself, because a visitor waits for each module that submit
imports. For the same reason imports are inside the functions: submit needs neither boto3 nor Jinja2.
"""

# ruff: noqa: PLC0415 - see the docstring

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.retries import Deadline
    from registration_core.adapters.dynamodb.wire import WireCall
    from registration_core.adapters.upload_grants import UploadGrants
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import FormCatalogue, HumanCheck
    from registration_core.services.describe import DescribeService
    from registration_core.services.door import Door
    from registration_core.services.submit import SubmitService
    from registration_core.settings import (
        DeliverSettings,
        DispatchSettings,
        FilesSettings,
        LinksSettings,
        NotifySettings,
        SubmitSettings,
        SweepSettings,
    )


#: Seconds for all of submit's calls for one request: below its time-out of 10, so that every visitor gets a response.
ANSWER_WITHIN_S = 8.0

#: Seconds that submit's cold start may wait for the table. Lambda allows ten.
START_WITHIN_S = 3.0


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
