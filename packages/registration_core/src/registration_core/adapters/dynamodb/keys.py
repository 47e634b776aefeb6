"""Keys: pk and sk of each kind of item, attributes of the indexes, and months."""

from __future__ import annotations

from datetime import UTC, datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

BY_MONTH = "by_month"
BY_EMAIL = "by_email"
BY_TOPIC = "by_topic"

TOPIC, TOPIC_ID = "topic", "topic_id"
"""The attributes of the index `by_topic`. Sparse: only events, mails and suspected spam have them, sorted by time."""
OPEN_MAILS = "MAIL#OPEN"
"""The topic of mails that are queued, bounced or suppressed."""

SUBMISSION = "SUB"
EVENT = "EVENT#"
MAIL = "MAIL#"
NOTICE = "NOTICE#"
BLANK = "BLANK#"
SENDING = "ROUND#"
WEBHOOK = "HOOK#"
QUOTA = "QUOTA"
OPENINGS = "OPENINGS"
OVERRIDE = "AT#"
SEAT = "SEAT#"
WAIT = "WAIT#"

GUARD_KEYS = ("KEY#guards", "KEY")
"""pk and sk of the item with the guard keys."""

CALENDAR = ("CALENDAR", "LINK")
"""pk and sk of the item with the secret of the staff's calendar."""

ONCE = "ONCE#"
GUARDS = "guards"
"""A submission's attribute: the pks of its guards, which are deleted with it."""
BY_REGISTRANT = "by_registrant"
"""A submission's attribute: its registrant made the last change."""
ROW = "row"
"""A submission's attribute: pk of the record that a file's row was imported, deleted when it is erased."""


def submission_key(submission_id: str) -> tuple[str, str]:
    """Return pk and sk of a submission."""
    return f"SUB#{submission_id}", SUBMISSION


def event_key(submission_id: str, event_id: str) -> tuple[str, str]:
    """Return pk and sk of an event in a submission's history. event_id: a ULID."""
    return f"SUB#{submission_id}", f"{EVENT}{event_id}"


def mail_key(submission_id: str, name: str) -> tuple[str, str]:
    """Return pk and sk of a mail. name: `MailRequest.name`."""
    return f"SUB#{submission_id}", f"{MAIL}{name}"


def sending_key(digest: str, number: int) -> tuple[str, str]:
    """Return pk and sk of a sending. digest: of its text. number: how often it was started."""
    return f"SEND#{digest}", f"{SENDING}{number:04}"


def webhook_key(form: str, webhook: str) -> tuple[str, str]:
    """Return pk and sk of the mark that a receiver wants no more messages."""
    return f"{WEBHOOK}{form}#{webhook}", "OFF"


def delivery_key(form: str, webhook: str, message_id: str) -> tuple[str, str]:
    """Return pk and sk of a webhook's delivery."""
    return webhook_key(form, webhook)[0], f"MESSAGE#{message_id}"


def reference_key(reference: str) -> tuple[str, str]:
    """Return pk and sk of a reference."""
    return f"REF#{reference}", "REF"


def idempotency_key(form: str, key: str) -> tuple[str, str]:
    """Return pk and sk of a request's first response."""
    return f"IDEM#{form}#{key}", "IDEM"


def once_key(form: str, option: str, person_fingerprint: str) -> tuple[str, str]:
    """Return pk and sk of the guard that lets a person (address and name) take an option only once."""
    return f"ONCE#{form}#{option}#{person_fingerprint}", "ONCE"


def notice_key(submission_id: str, day: date) -> tuple[str, str]:
    """Return pk and sk of the day's notice that someone registered again for a submission's option."""
    return f"SUB#{submission_id}", f"{NOTICE}{day.isoformat()}"


def blank_key(submission_id: str, number: int) -> tuple[str, str]:
    """Return pk and sk of a repeat's placeholder for a new submission's item. submission_id: an unused one."""
    return f"SUB#{submission_id}", f"{BLANK}{number}"


def quota_key(form: str, option: str) -> tuple[str, str]:
    """Return pk and sk of an option's quota."""
    return f"QUOTA#{form}#{option}", QUOTA


def seat_key(form: str, option: str, submission_id: str) -> tuple[str, str]:
    """Return pk and sk of a seat."""
    return f"QUOTA#{form}#{option}", f"{SEAT}{submission_id}"


def wait_key(form: str, option: str, ticket: int) -> tuple[str, str]:
    """Return pk and sk of a ticket on the waiting list; they sort by ticket."""
    return f"QUOTA#{form}#{option}", f"{WAIT}{ticket:010}"


def openings_key(form: str) -> tuple[str, str]:
    """Return pk and sk of the overrides in force of a form's openings."""
    return f"{OPENINGS}#{form}", OPENINGS


def override_key(form: str, event_id: str) -> tuple[str, str]:
    """Return pk and sk of a line in the history of overrides. event_id: a ULID."""
    return openings_key(form)[0], f"{OVERRIDE}{event_id}"


def rate_key(fingerprint: str, window: str) -> tuple[str, str]:
    """Return pk and sk of a count. fingerprint: HMAC of the sender. window: the name of the time window."""
    return f"RATE#{fingerprint}#{window}", "RATE"


def suppression_key(email_fingerprint: str) -> tuple[str, str]:
    """Return pk and sk of a suppression. email_fingerprint: HMAC of the address's key."""
    return f"SUPPRESS#{email_fingerprint}", "SUPPRESS"


def erased_key(submission_id: str, at: datetime) -> tuple[str, str]:
    """Return pk and sk of an item in the ledger of erasures. at: when it was erased."""
    return f"ERASED#{at.astimezone(UTC):%Y-%m}", submission_id


def guard_key(pk: str) -> tuple[str, str]:
    """Return pk and sk of a guard from the pk that its submission keeps."""
    return pk, pk.partition("#")[0]


def month_key(form: str, at: datetime) -> str:
    """Return the partition of `by_month` with a form's submissions of that month (UTC)."""
    return f"{form}#{at.astimezone(UTC):%Y-%m}"


def history_topic(form: str, at: datetime) -> str:
    """Return the partition of `by_topic` with a form's events of that month (UTC)."""
    return f"EVENT#{month_key(form, at)}"


def mails_topic(at: datetime) -> str:
    """Return the partition of `by_topic` with the mails that were finished in that month (UTC)."""
    return f"MAIL#{at.astimezone(UTC):%Y-%m}"


def spam_topic(form: str) -> str:
    """Return the partition of `by_topic` with a form's suspected spam."""
    return f"SPAM#{form}"


def month_before(at: datetime) -> datetime:
    """Return the start of the month before that of `at`."""
    year, month = (at.year - 1, 12) if at.month == 1 else (at.year, at.month - 1)
    return datetime(year, month, 1, tzinfo=UTC)
