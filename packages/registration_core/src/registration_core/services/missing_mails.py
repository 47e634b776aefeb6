"""Missing mails: those that a submission's history causes, but that nobody recorded."""

from __future__ import annotations

from registration_core.domain.concurrent_changes import edited_fields
from registration_core.domain.mail import Change, mails_for
from registration_core.domain.submission import Status
from registration_core.domain.transitions import REGISTRANT, REPAIRED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from registration_core.domain.mail import MailRequest
    from registration_core.domain.submission import SubmissionDetails


def missing_mails(details: SubmissionDetails, *, until: datetime) -> list[MailRequest]:
    """Return the mails that a submission's history until then causes, that still fit, and that nobody recorded."""
    noted = {(mail.kind, mail.version) for mail in details.mails}
    return [
        request
        for change in changes_of(details, until=until)
        for request in mails_for(change)
        if request.fits(details.submission) and (request.kind, request.version) not in noted
    ]


def changes_of(details: SubmissionDetails, *, until: datetime | None = None) -> Iterator[Change]:
    """Yield a submission's changes as the stream would. until: leave out later ones."""
    was: Status | None = None
    for event in sorted(details.events, key=lambda event: event.version or 0):
        if event.status is None or event.version is None or (until is not None and event.at > until):
            continue
        by_registrant = event.by == REGISTRANT and was is not None
        verified = by_registrant and (was, event.status) == (Status.PENDING, Status.CONFIRMED)
        with_others = verified and details.submission.members != ()
        quiet = details.submission.quiet and (was is None or with_others)
        if not event.what.startswith(REPAIRED):
            yield Change(
                details.submission.id,
                event.version,
                event.status,
                was,
                quiet=quiet,
                by_registrant=by_registrant,
                edited=edited_fields(event),
                left=None if event.moved is None else event.moved[0] or None,
            )
        was = event.status
