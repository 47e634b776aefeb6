"""A submission's own items: itself, its history and its mails, which share a partition."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from admin_cli.table_check.histories import history_problems
from admin_cli.table_check.problems import UNREADABLE, Invariant, Problem, Repair
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.erasure import MAIL_ATTRIBUTES
from registration_core.adapters.dynamodb.table import delete, update
from registration_core.domain.identifiers import display_reference, ulid_floor
from registration_core.domain.mail import MailState
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item, Write

_STUCK_AFTER = timedelta(days=1)
_INDEXED = ("id", "month", "email_key", keys.TOPIC, keys.TOPIC_ID)
_KEPT_WITH = frozenset({"changed_by", keys.BY_REGISTRANT})
_OPEN = frozenset(
    {
        *(MailState.QUEUED, MailState.SENDING, MailState.BOUNCED, MailState.COMPLAINED),
        *(MailState.REJECTED, MailState.SUPPRESSED),
    }
)
_LINE_KEPT = frozenset(items.EVENT_ATTRIBUTES)


def called(entry: Item) -> str:
    """Return how a finding names a submission, without its registrant."""
    return f"{display_reference(str(entry.get('reference', '')))} ({entry['pk'].removeprefix('SUB#')})"


def is_readable(entry: Item) -> bool:
    """Whether a submission's item can be read. If not, `own_problems` says why."""
    try:
        items.submission_item(items.read_submission(entry))
    except UNREADABLE:
        return False
    return True


def own_problems(entry: Item, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield what is wrong with a submission, its history and its mails. hanging: its partition's other items."""
    subject = (entry["pk"], entry["sk"])
    try:
        submission = items.read_submission(entry)
        expected = items.submission_item(submission)
        for item in hanging:
            _read(item)
    except UNREADABLE as error:
        says = f"{called(entry)}: an item can't be read ({type(error).__name__}: {error})."
        yield Problem(Invariant.READABLE, subject, says, next_step="Restore the submission from a backup.")
        return
    name = called(entry)
    if submission.status is Status.ERASED:
        yield from _left_over(name, entry, hanging, rules)
    else:
        wrong = [each for each in _INDEXED if entry.get(each) != expected.get(each)]
        if wrong:
            values = {each: expected[each] for each in wrong if each in expected}
            writes = rules.changes.of_entry(entry, Invariant.INDEXES, values=values, without=set(wrong) - values.keys())
            says = f"{name}: lists and searches miss it, because {', '.join(wrong)} is wrong."
            yield Problem(Invariant.INDEXES, subject, says, Repair("set it from the submission", writes))
    yield from history_problems(name, entry, hanging, rules.changes)
    yield from _in_journal(name, entry, hanging, rules)
    yield from _expiries(name, entry, hanging, rules)
    yield from _stuck_mails(name, entry, hanging, rules)


def _read(item: Item) -> None:
    """Raise KeyError, ValueError or TypeError for an item that no reader could read."""
    if item["sk"].startswith(keys.EVENT):
        items.read_event(item)
        items.moment_of(item["event"])
    elif item["sk"].startswith(keys.MAIL):
        items.read_mail(item)
        MailState(item["state"])


def _left_over(name: str, entry: Item, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield what an erased submission and its items still have."""
    submission = items.read_submission(entry)
    clean = items.submission_item(submission.erased())
    differ = [
        each for each in (entry.keys() | clean.keys()) - _KEPT_WITH - {"version"} if entry.get(each) != clean.get(each)
    ]
    if differ:
        values = {each: clean[each] for each in differ if each in clean}
        writes = rules.changes.of_entry(entry, Invariant.ERASURES, values=values, without=set(differ) - values.keys())
        says = f"{name}: it is erased and still has {', '.join(sorted(differ))}."
        yield Problem(Invariant.ERASURES, (entry["pk"], entry["sk"]), says, Repair("remove it", writes))
    writes = {}
    for item in hanging:
        kept = MAIL_ATTRIBUTES if item["sk"].startswith(keys.MAIL) else _LINE_KEPT
        if item["sk"].startswith(keys.NOTICE):
            writes[item["sk"]] = delete((item["pk"], item["sk"]))
        elif others := sorted(item.keys() - kept - {keys.TOPIC, keys.TOPIC_ID}):
            removal = "REMOVE " + ", ".join(f"#{each}" for each in others)
            writes[item["sk"]] = update((item["pk"], item["sk"]), removal, "attribute_exists(pk)")
    if writes:
        says = f"{name}: it is erased, and its history or mails still have more than they may."
        repair = Repair("remove it", rules.changes.beside(entry, Invariant.ERASURES, _some(writes)))
        yield Problem(Invariant.ERASURES, (entry["pk"], entry["sk"]), says, repair)


def _in_journal(name: str, entry: Item, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield the events and mails that the index of topics lists wrongly or not at all."""
    writes = {item["sk"]: write for item in hanging if (write := _topic_write(entry, item)) is not None}
    if writes:
        says = f"{name}: `history` and `mail list` miss {len(writes)} of its lines."
        repair = Repair("list them again", rules.changes.beside(entry, Invariant.INDEXES, _some(writes)))
        yield Problem(Invariant.INDEXES, (entry["pk"], entry["sk"]), says, repair)


def _topic_write(entry: Item, item: Item) -> Write | None:
    """Return the write that corrects an item's topic; None if it is right."""
    topic, topic_id = item.get(keys.TOPIC), item.get(keys.TOPIC_ID)
    if item["sk"].startswith(keys.EVENT):
        expected: tuple[str, str] = keys.history_topic(entry["form"], items.moment_of(item["event"])), item["event"]
    elif item["sk"].startswith(keys.MAIL) and (topic is not None or entry["status"] != Status.ERASED):
        # An erasure takes the mails before it off the list.
        mail_name = item["sk"].removeprefix(keys.MAIL)
        moment = _changed_at(item)
        open_ = MailState(item["state"]) in _OPEN
        prefix = topic_id.partition("#")[0] if isinstance(topic_id, str) else ulid_floor(moment)
        submission_id = entry["pk"].removeprefix("SUB#")
        expected = keys.OPEN_MAILS if open_ else keys.mails_topic(moment), f"{prefix}#{submission_id}#{mail_name}"
    else:
        return None
    if (topic, topic_id) == expected:
        return None
    values = {keys.TOPIC: expected[0], keys.TOPIC_ID: expected[1]}
    same = "#state = :state" if "state" in item else "attribute_exists(pk)"
    before = {"state": item["state"]} if "state" in item else {}
    return update((item["pk"], item["sk"]), "SET topic = :topic, topic_id = :topic_id", same, **values, **before)


def _expiries(name: str, entry: Item, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield the events and mails that never expire, or before their submission."""
    dated = (item for item in hanging if item["sk"].startswith((keys.EVENT, keys.MAIL)))
    early = [item for item in dated if item.get("expires_at", 0) < entry["expires_at"]]
    if early:
        until = entry["expires_at"]
        writes = {
            item["sk"]: update((item["pk"], item["sk"]), "SET expires_at = :until", "attribute_exists(pk)", until=until)
            for item in early
        }
        says = f"{name}: {len(early)} of its history and mails expire before it, or never."
        repair = Repair("keep them as long", rules.changes.beside(entry, Invariant.EXPIRY, _some(writes)))
        yield Problem(Invariant.EXPIRY, (entry["pk"], entry["sk"]), says, repair)


def _stuck_mails(name: str, entry: Item, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield the mails that were to be sent long ago."""
    for item in hanging:
        if not item["sk"].startswith(keys.MAIL) or item["state"] not in (MailState.QUEUED, MailState.SENDING):
            continue
        if _changed_at(item) < rules.now - _STUCK_AFTER:
            mail_name = item["sk"].removeprefix(keys.MAIL)
            says = f"{name}: the mail {mail_name} is {item['state']} since {_changed_at(item):%d %B %Y}."
            step = "Try dead letters again with `rollcall mail redrive`, or send it again with `rollcall mail resend`."
            yield Problem(Invariant.MAILS, (entry["pk"], entry["sk"]), says, next_step=step)


def _changed_at(mail: Item) -> datetime:
    """Return when a mail's state changed, by its place in the index, otherwise by its own times."""
    topic_id = mail.get(keys.TOPIC_ID)
    if isinstance(topic_id, str):
        return items.moment_of(topic_id)
    for name in ("sent_at", "asked_at"):
        if name in mail:
            return datetime.fromisoformat(mail[name])
    return items.from_seconds(0)


def _some(writes: dict[str, Write], most: int = 90) -> dict[str, Write]:
    """Return as many writes as one transaction can have; the rest is found again."""
    return dict(list(writes.items())[:most])
