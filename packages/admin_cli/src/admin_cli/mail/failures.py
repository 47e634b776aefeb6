"""Mails that need attention: those that failed and that no later mail replaced, with their submissions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import TO_STAFF, MailState
from registration_core.domain.submission import Status
from registration_core.services.redrive import FAILED, stuck

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from admin_cli.stack import Stack
    from registration_core.domain.journal import JournalMail
    from registration_core.domain.submission import MailRecord, Submission, SubmissionDetails

_WHY = {
    MailState.BOUNCED: "the address's mail server returned it",
    MailState.COMPLAINED: "the reader reported it as spam",
    MailState.REJECTED: "the mail service found a virus in it",
    MailState.SUPPRESSED: "an earlier mail to the address bounced or was reported as spam",
    MailState.QUEUED: "queued long ago; resend it",
    MailState.SENDING: "begun long ago; nobody knows whether it went out",
}

#: How many submissions are looked up at once.
_LOOKUPS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class FailedMail:
    """One mail. at: when it failed. reference, name: empty if it is about no submission, such as a digest."""

    id: str
    mail: MailRecord
    at: datetime
    reference: str
    name: str

    @property
    def why(self) -> str:
        """Why it failed, if that is known."""
        return self.mail.problem or _WHY[MailState(self.mail.state)]


def failed_mails(stack: Stack, *, since: datetime) -> list[FailedMail]:
    """Return the mails that failed since then and that no later mail replaced, newest first.

    Raises StorageUnavailableError.
    """
    now = datetime.now(UTC)
    failing = [each for each in stack.journal().open_mails(since=since) if _failed(each.mail, now)]
    submissions = look_up(stack, {each.id for each in failing})
    failed = []
    for each in failing:
        details = submissions.get(each.id)
        if details is None:
            if "_" not in each.id:
                failed.append(FailedMail(each.id, each.mail, each.at, "", each.id))
        elif not _replaced(each, details):
            submission = details.submission
            reference, name = display_reference(submission.reference), name_of(stack, submission)
            failed.append(FailedMail(each.id, each.mail, each.at, reference, name))
    return failed


def name_of(stack: Stack, submission: Submission) -> str:
    """Return the name of the person that a submission is about."""
    form = stack.forms.get(submission.form)
    return form.name_in(submission.answers) if form is not None else ""


def _failed(mail: MailRecord, now: datetime) -> bool:
    return mail.state in FAILED or stuck(mail, now)


def look_up(stack: Stack, ids: Iterable[str]) -> Mapping[str, SubmissionDetails]:
    """Return the submissions with these IDs, without those that are gone. Several are read at a time.

    Raises StorageUnavailableError.
    """
    query = stack.query()

    def details(submission_id: str) -> SubmissionDetails | None:
        try:
            return query.show(submission_id) if "_" in submission_id else None
        except SubmissionNotFoundError:
            return None

    with ThreadPoolExecutor(_LOOKUPS_AT_ONCE) as pool:
        all_details = list(pool.map(details, ids))
    return {each.submission.id: each for each in all_details if each is not None}


def _replaced(failed: JournalMail, details: SubmissionDetails) -> bool:
    """Whether a later mail reached the same reader, or the submission is erased."""
    if details.submission.status is Status.ERASED:
        return True
    to_staff = failed.mail.kind in TO_STAFF
    begun = failed.mail.sent_at or failed.at
    return any(
        mail.state in (MailState.SENT, MailState.DELIVERED)
        and (mail.kind in TO_STAFF) is to_staff
        and mail.sent_at is not None
        and mail.sent_at > begun
        for mail in details.mails
    )
