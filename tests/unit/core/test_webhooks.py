"""Webhooks: which changes they tell of, and what the payload that the guide shows has in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from shipped import ROOT, SOURCES
from unit.core.builders import a_form, an_entry

from registration_core.adapters.webhook_bodies import EVENTS, body_of
from registration_core.adapters.webhook_queue import from_message, to_message
from registration_core.domain.mail import Change
from registration_core.domain.submission import Status
from registration_core.domain.transitions import TRANSITIONS
from registration_core.domain.webhooks import (
    SUBSCRIBABLE,
    Delivery,
    Webhook,
    WebhookEvent,
    WebhookFormat,
    deliveries_for,
)
from rollcall_build.forms.files import compile_forms

URL = "https://hooks.example.org/rollcall"
ALL = Webhook("crm", URL, SUBSCRIBABLE)
GUIDE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")

PENDING, CONFIRMED, WAITLISTED = Status.PENDING, Status.CONFIRMED, Status.WAITLISTED
CANCELLED, SPAM, ERASED = Status.CANCELLED, Status.SPAM, Status.ERASED


def told(change: Change, *webhooks: Webhook) -> list[tuple[str, str]]:
    form = replace(a_form(), webhooks=tuple(each.to_dict() for each in webhooks or (ALL,)))
    return [(delivery.webhook, delivery.event.value) for delivery in deliveries_for(change, form)]


@pytest.mark.parametrize(
    ("was", "now", "events"),
    [
        (None, PENDING, ["submitted"]),
        (None, CONFIRMED, ["submitted", "confirmed"]),
        (None, WAITLISTED, ["submitted", "waitlisted"]),
        (None, SPAM, []),
        (SPAM, CONFIRMED, ["submitted", "confirmed"]),
        (SPAM, CANCELLED, []),
        (PENDING, CONFIRMED, ["confirmed"]),
        (PENDING, CANCELLED, ["cancelled"]),
        (WAITLISTED, CONFIRMED, ["promoted"]),
        (WAITLISTED, PENDING, ["promoted"]),
        (CONFIRMED, WAITLISTED, ["waitlisted"]),
        (CONFIRMED, SPAM, ["cancelled"]),
        (CANCELLED, CONFIRMED, ["confirmed"]),
        (CANCELLED, PENDING, ["changed"]),
        (CONFIRMED, ERASED, ["erased"]),
        (SPAM, ERASED, ["erased"]),
        (CONFIRMED, CONFIRMED, []),
    ],
)
def test_change__tells_what_the_guide_says(was: Status | None, now: Status, events: list[str]) -> None:
    assert [event for _, event in told(Change("reg_1", 2, now, was))] == events


@pytest.mark.parametrize(("was", "now"), [(was, now) for was in Status for now in sorted(TRANSITIONS[was])])
def test_change__of_a_known_submission_is_never_silent(was: Status, now: Status) -> None:
    """Only suspected spam is unknown to receivers, until staff call it genuine or erase it."""
    assert bool(told(Change("reg_1", 2, now, was))) or (was, now) == (SPAM, CANCELLED)


def test_edited_answers__are_told_with_their_names() -> None:
    """An edit can change the status too; a removed answer of an erased submission is no edit."""
    form = replace(a_form(), webhooks=(ALL.to_dict(),))
    (moved, edited) = deliveries_for(Change("reg_1", 2, WAITLISTED, CONFIRMED, edited=("course",)), form)
    assert (moved.event, moved.edited, edited.event, edited.edited) == ("waitlisted", (), "changed", ("course",))
    assert told(Change("reg_1", 2, CONFIRMED, CONFIRMED, edited=("name",))) == [("crm", "changed")]
    assert told(Change("reg_1", 2, ERASED, CONFIRMED, edited=("name",))) == [("crm", "erased")]


def test_receiver__hears_only_of_its_events() -> None:
    chat = Webhook("chat", URL, (WebhookEvent.SUBMITTED,), WebhookFormat.SLACK)
    arrival = Change("reg_1", 1, CONFIRMED)
    assert told(arrival, ALL, chat) == [("crm", "submitted"), ("crm", "confirmed"), ("chat", "submitted")]
    assert told(replace(arrival, quiet=True), ALL, chat) == [("crm", "submitted"), ("crm", "confirmed")]


def test_message__keeps_its_id_and_comes_back_from_the_queue() -> None:
    delivery = Delivery("registration", "crm", "reg_1", WebhookEvent.CHANGED, 3, "2027-03-01T08:15:00+00:00", ("name",))
    assert from_message(to_message(delivery)) == delivery
    assert delivery.message_id == "msg_reg_1_3_changed"
    assert (
        len(
            {
                replace(delivery, version=number, event=event).message_id
                for number, event in product((1, 2), SUBSCRIBABLE)
            }
        )
        == 14
    )


def test_payload__is_the_one_that_the_guide_shows() -> None:
    form = compile_forms(SOURCES.forms)["registration"]
    webhook = Webhook("crm", URL, SUBSCRIBABLE, fields=("participant_name", "allergies"))
    entry = an_entry(
        form,
        {"participant_name": "Robin Ek", "email": "robin@example.org"},
        id="reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC",
        reference="K7QM3XTP",
        version=3,
        option="first-robot",
        submitted_at=datetime(2027, 2, 1, 9, 30, tzinfo=UTC),
        expires_at=datetime(2029, 1, 31, 9, 30, tzinfo=UTC),
    )
    delivery = Delivery(
        form.name, "crm", entry.id, WebhookEvent.CHANGED, 3, "2027-03-01T08:15:00+00:00", ("participant_name",)
    )
    shown = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[-1])

    assert json.loads(body_of(form, webhook, delivery, entry)) == shown
    bare = json.loads(body_of(form, replace(webhook, fields=()), delivery, entry))
    assert "answers" not in bare["data"]
    gone = json.loads(body_of(form, webhook, replace(delivery, event=WebhookEvent.ERASED), entry.erased()))
    assert gone["data"]["answers"] == {}
    assert "Robin" not in json.dumps(gone)


@pytest.mark.parametrize("kind", [WebhookFormat.SLACK, WebhookFormat.TEAMS])
def test_chat__shows_answers_as_plain_text(kind: WebhookFormat) -> None:
    """A mention, a link or a line break in an answer does nothing."""
    form = compile_forms(SOURCES.forms)["contact"]
    name = next(field.name for field in form.fields if field.name == "name")
    entry = an_entry(form, {name: "<!channel> [x](https://evil.example)\n@here & co" + "y" * 600})
    webhook = Webhook("chat", URL, SUBSCRIBABLE, kind, fields=(name,))

    content = json.loads(
        body_of(form, webhook, Delivery(form.name, "chat", entry.id, WebhookEvent.SUBMITTED, 1), entry)
    )

    if kind is WebhookFormat.SLACK:
        lines = content["text"].splitlines()
        assert "&lt;!channel&gt; [x](https://evil.example) @here &amp; co" in lines[1]
        assert "<" not in content["text"]
    else:
        body = content["attachments"][0]["content"]["body"]
        assert {block["type"] for block in body} == {"RichTextBlock"}  # the only text that reads no Markdown
        lines = [block["inlines"][0]["text"] for block in body]
    assert (len(lines), len(lines[1]) < 600) == (2, True)
    assert lines[0].startswith(f"{form.title.in_language('en')}: new submission · ")


def test_chat__has_words_for_every_event() -> None:
    every = set(WebhookEvent)
    assert {language: set(words) for language, words in EVENTS.items()} == {"en": every, "sv": every}


@pytest.mark.parametrize("event", [event.value for event in SUBSCRIBABLE])
def test_guide__explains_every_event(event: str) -> None:
    assert f"\n| `{event}` | " in GUIDE
