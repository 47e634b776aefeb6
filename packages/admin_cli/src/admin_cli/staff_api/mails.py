"""Mails through the staff API: sends one again, and follows what becomes of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from admin_cli.staff_api.unsupported import Unsupported, not_through_the_api
from registration_core.bootstrap.command_line import MailingParts
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailRequest, MailState
from registration_core.domain.whole_records import read_details
from registration_core.services.resend import ResendService

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiReads
    from registration_core.domain.mail import MailKind
    from registration_core.domain.mail_ports import AskedMails, SuppressionList
    from registration_core.domain.ports import FormCatalogue, MailQueue
    from registration_core.domain.submission import SubmissionDetails
    from registration_core.services.mail_watch import MailWatch
    from registration_core.services.resend import Resend


def api_mailing(api: Api, forms: FormCatalogue, watch: MailWatch) -> MailingParts:
    """Return the mail services that the API offers. The others raise CliError."""
    missing: Any = Unsupported()
    return MailingParts(
        resend=ApiResend(api, forms),
        send=missing,
        watch=watch,
        redrive=missing,
        suppressions=missing,
        unsubscribe=missing,
        account_suppressions=_no_account_suppressions,
    )


def mail_states(reads: ApiReads) -> AskedMails:
    """Return what a `MailWatch` takes, to follow mails."""
    return cast("AskedMails", ApiMailStates(reads))


class ApiMailStates:
    """The part of `AskedMails` that follows mails."""

    def __init__(self, reads: ApiReads) -> None:
        self._reads = reads

    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return the states of known mails by submission ID and mail name."""
        wanted = {(request.id, request.name) for request in requests}
        states = {}
        for submission_id in {each for each, _ in wanted}:
            for mail in read_details(self._reads.entry(submission_id)).mails:
                name = MailRequest(submission_id, mail.kind, mail.version, mail.copy, mail.sending).name
                if (submission_id, name) in wanted:
                    states[submission_id, name] = MailState(mail.state)
        return states


class ApiResend(ResendService):
    """Sends mails again through the API."""

    def __init__(self, api: Api, forms: FormCatalogue) -> None:
        missing: Any = Unsupported()
        super().__init__(
            asked=cast("AskedMails", missing),
            queue=cast("MailQueue", missing),
            clock=api.clock,
            suppressions=cast("SuppressionList", missing),
            forms=forms,
        )
        self._api = api

    def plan(
        self,
        details: SubmissionDetails,
        kind: MailKind | None = None,
        *,
        again: bool = False,
        key: str | None = None,
    ) -> Resend:
        """Return what would be sent, checked here and by the API, which knows who gets no mail."""
        return super().plan(details, kind, again=again, key=key or new_ulid(datetime.now(UTC), os.urandom))

    def resend(self, plan: Resend, *, by: str) -> None:
        """Queue the mail."""
        del by
        self._send(plan)

    def _ensure_has_reader(self, plan: Resend) -> None:
        if not plan.begun:
            self._send(plan, dry_run=True)

    def _send(self, plan: Resend, **more: bool) -> None:
        """Ask the API for the mail. It was already checked here whether the same one went out lately."""
        body: dict[str, object] = {"kind": str(plan.request.kind), "again": True, **more}
        self._api.change(
            "POST",
            "submissions",
            plan.submission.id,
            "mails",
            body=body,
            version=plan.submission.version,
            key=plan.key or new_ulid(datetime.now(UTC), os.urandom),
        )


def _no_account_suppressions() -> Any:  # noqa: ANN401 - it always raises
    raise not_through_the_api()
