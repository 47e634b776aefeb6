"""Keys: pk and sk of each kind of item, attributes that indexes are made of, months."""

from __future__ import annotations

from datetime import UTC, datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

BY_MONTH = "by_month"
BY_EMAIL = "by_email"
BY_TOPIC = "by_topic"

TOPIC, TOPIC_ID = "topic", "topic_id"
"""What `by_topic` is made of. Sparse: only lines of history, mails and suspected spam have them, sorted by time."""
OPEN_MAILS = "MAIL#OPEN"
"""The topic of mails that are on their way, came back, or were kept from a suppressed address."""

SUBMISSION = "SUB"
EVENT = "EVENT#"
MAIL = "MAIL#"
NOTICE = "NOTICE#"
BLANK = "BLANK#"
SENDING = "ROUND#"
QUOTA = "QUOTA"
SEAT = "SEAT#"
WAIT = "WAIT#"

GUARD_KEYS = ("KEY#guards", "KEY")
"""pk and sk of the item that holds the keys that fingerprints are made with."""

ONCE = "ONCE#"
GUARDS = "guards"
"""A submission's attribute: pks of the guards that stand for it, to be removed with it."""
BY_REGISTRANT = "by_registrant"
"""A submission's attribute: its last change was its registrant's own."""
ROW = "row"
"""A submission's attribute: pk of the record that a file's row was imported, deleted when it is erased."""


def submission_key(submission_id: str) -> tuple[str, str]:
    """Return pk and sk of a submission."""
    return f"SUB#{submission_id}", SUBMISSION


def event_key(submission_id: str, event_id: str) -> tuple[str, str]:
    """Return pk and sk of a line of a submission's history. event_id: a ULID."""
    return f"SUB#{submission_id}", f"{EVENT}{event_id}"


def mail_key(submission_id: str, name: str) -> tuple[str, str]:
    """Return pk and sk of what became of one mail. name: `MailRequest.name`."""
    return f"SUB#{submission_id}", f"{MAIL}{name}"


def sending_key(digest: str, number: int) -> tuple[str, str]:
    """Return pk and sk of one of the staff's sendings. digest: of what it says; number: how often it was begun."""
    return f"SEND#{digest}", f"{SENDING}{number:04}"


def reference_key(reference: str) -> tuple[str, str]:
    """Return pk and sk of where a reference leads."""
    return f"REF#{reference}", "REF"


def idempotency_key(form: str, key: str) -> tuple[str, str]:
    """Return pk and sk of a request's first answer."""
    return f"IDEM#{form}#{key}", "IDEM"


def once_key(form: str, option: str, person_fingerprint: str) -> tuple[str, str]:
    """Return pk and sk of the guard that lets a person (address and name) take an option only once."""
    return f"ONCE#{form}#{option}#{person_fingerprint}", "ONCE"


def notice_key(submission_id: str, day: date) -> tuple[str, str]:
    """Return pk and sk of the note that a submission's option was asked for again that day."""
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
    """Return pk and sk of a place in the queue; they sort by ticket."""
    return f"QUOTA#{form}#{option}", f"{WAIT}{ticket:010}"


def rate_key(fingerprint: str, window: str) -> tuple[str, str]:
    """Return pk and sk of a count. fingerprint: HMAC of what is counted. window: which stretch of time."""
    return f"RATE#{fingerprint}#{window}", "RATE"


def suppression_key(email_fingerprint: str) -> tuple[str, str]:
    """Return pk and sk of the note that an address takes no mail. email_fingerprint: HMAC of the address's key."""
    return f"SUPPRESS#{email_fingerprint}", "SUPPRESS"


def erased_key(submission_id: str, at: datetime) -> tuple[str, str]:
    """Return pk and sk of a line in the ledger of erased submissions. at: when it was erased."""
    return f"ERASED#{at.astimezone(UTC):%Y-%m}", submission_id


def guard_key(pk: str) -> tuple[str, str]:
    """Return pk and sk of a guard, of which a submission keeps the pk."""
    return pk, pk.partition("#")[0]


def month_key(form: str, at: datetime) -> str:
    """Return the partition of `by_month` that holds a form's submissions of that month (UTC)."""
    return f"{form}#{at.astimezone(UTC):%Y-%m}"


def history_topic(form: str, at: datetime) -> str:
    """Return the partition of `by_topic` that holds what happened to a form's submissions in that month (UTC)."""
    return f"EVENT#{month_key(form, at)}"


def mails_topic(at: datetime) -> str:
    """Return the partition of `by_topic` that holds the mails which were done with in that month (UTC)."""
    return f"MAIL#{at.astimezone(UTC):%Y-%m}"


def spam_topic(form: str) -> str:
    """Return the partition of `by_topic` that holds a form's suspected spam."""
    return f"SPAM#{form}"


def month_before(at: datetime) -> datetime:
    """Return the first moment of the month before the one of `at`."""
    year, month = (at.year - 1, 12) if at.month == 1 else (at.year, at.month - 1)
    return datetime(year, month, 1, tzinfo=UTC)
