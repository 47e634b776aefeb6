"""`rollcall webhook`: with fakes; the tests do the part of the function deliver."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest
from contract.fakes import StoppedClock
from contract.mail_fakes import ListedDeadLetters
from contract.webhook_fakes import InMemoryDeliveries, ListedWebhookQueue
from guide import beyond
from shipped import SOURCES
from unit.cli.fakes import DESCRIPTION, CommandLine

from admin_cli.stack import WebhookPlaces
from registration_core.bootstrap.command_line import WebhookParts
from registration_core.domain.dead_letters import DeadLetter
from registration_core.domain.webhooks import SUBSCRIBABLE, Delivery, Webhook, WebhookEvent, WebhookFormat
from registration_core.services.redrive import WebhookRedriveService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unit.cli.fakes import Ran

    from registration_core.adapters.webhook_keys import SecretWebhookKeys

NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
CRM = Webhook("crm", "https://hooks.example.org/a?token=1", SUBSCRIBABLE, fields=("participant_name",))
CHAT = Webhook("chat", "https://hooks.slack.com/services/T/B/x", (WebhookEvent.SUBMITTED,), WebhookFormat.SLACK)
FORMS = compile_forms(SOURCES.forms)
HOOKED = FORMS | {"registration": replace(FORMS["registration"], webhooks=(CRM.to_dict(), CHAT.to_dict()))}
DELIVERY = Delivery("registration", "crm", "reg_1", WebhookEvent.CONFIRMED, 1)
LETTER = DeadLetter("3f2a9c01-aaaa", NOW, DELIVERY, "h")
PLACES = WebhookPlaces("https://sqs/webhooks", "https://sqs/dead", "rollcall/local/webhooks")


class ListedKeys:
    """The keys of one webhook."""

    def __init__(self) -> None:
        self.keys = ["whsec_1"]

    def of(self, form: str, webhook: str) -> Sequence[str]:
        assert (form, webhook) == ("registration", "crm")
        return self.keys

    def rotate(self, form: str, webhook: str) -> Sequence[str]:
        self.keys.insert(0, f"whsec_{len(self.keys) + 1}")
        return self.of(form, webhook)

    def forget_older(self, form: str, webhook: str) -> Sequence[str]:
        del self.keys[1:]
        return self.of(form, webhook)


class World:
    """A command line over a stack in memory. answer: why the receiver refuses a test; empty if it accepts."""

    def __init__(self, rollcall: CommandLine) -> None:
        self.queue = ListedWebhookQueue()
        self.deliveries = InMemoryDeliveries(StoppedClock(NOW))
        self.letters = ListedDeadLetters([LETTER])
        self.answer: str | None = ""
        self.rollcall = rollcall
        rollcall.forms = HOOKED
        rollcall.description = replace(DESCRIPTION, webhooks=PLACES)
        rollcall.sleep = self.deliver
        rollcall.hooks = WebhookParts(
            self.queue,
            self.deliveries,
            WebhookRedriveService(letters=self.letters, queue=self.queue),
            cast("SecretWebhookKeys", ListedKeys()),
        )

    def deliver(self, _seconds: float) -> None:
        """Do what deliver does with a test message."""
        if self.answer is None:
            return
        (delivery,) = self.queue.deliveries
        assert delivery.event is WebhookEvent.TEST
        self.deliveries.take(delivery, holder="one", until=NOW)
        if self.answer:
            self.deliveries.release(delivery, holder="one", problem=self.answer)
        else:
            self.deliveries.end(delivery, holder="one")

    def __call__(self, *arguments: str, terminal: bool = False) -> Ran:
        return self.rollcall("webhook", *arguments, terminal=terminal)


@pytest.fixture
def world(rollcall_local: CommandLine) -> World:
    return World(rollcall_local)


def test_list__shows_where_each_goes_and_no_secret(world: World) -> None:
    world.deliveries.turn_off("registration", "chat")

    ran = world("list", terminal=True)

    crm, chat = [line.split() for line in ran.out.splitlines()[1:]]
    assert crm == ["registration", "crm", "hooks.example.org", "all", "json", "participant_name", "on"]
    assert " ".join(chat).startswith("registration chat hooks.slack.com submitted slack none off since 2027-03-01")
    assert "token" not in ran.out
    (first, second) = json.loads(world("list", "--json", "url,events,fields,state,off_since").out)
    assert first == {
        "url": CRM.url,
        "events": [event.value for event in SUBSCRIBABLE],
        "fields": ["participant_name"],
        "state": "on",
        "off_since": None,
    }
    assert (second["state"], second["off_since"]) == ("off", "2027-03-01T09:30:00Z")


def test_list__says_if_the_stack_delivers_none(world: World) -> None:
    world.rollcall.description = DESCRIPTION
    ran = world("list")
    assert ran.out.count("not delivered") == 2
    assert "Add webhooks = {} to its values" in ran.err
    world.rollcall.forms = FORMS
    assert world("list").err.startswith("No form has a webhook.")


def test_test__says_what_the_receiver_answered(world: World) -> None:
    ran = world("test", "registration", "crm")
    assert (ran.code, ran.err) == (0, "registration/crm accepted the test message.\n")

    world.queue.deliveries.clear()
    world.answer = "status 500"
    ran = world("test", "registration", "crm")
    assert ran.code == 1
    assert "The receiver did not accept the message: status 500." in ran.err


def test_test__that_nobody_delivers_ends(world: World) -> None:
    world.answer = None
    ran = world("test", "registration", "crm")
    assert ran.code == 1
    assert "Nothing was delivered within 30 seconds." in ran.err


@pytest.mark.parametrize(
    ("form", "name", "message"),
    [
        ("registration", "cmr", "The form registration has no webhook 'cmr'. It has: crm, chat."),
        ("contact", "crm", "The form contact has no webhook 'crm'. It has none."),
        ("nothing", "crm", "nothing"),
    ],
)
def test_webhook__that_there_is_not(world: World, form: str, name: str, message: str) -> None:
    for verb in ("test", "secret"):
        ran = world(verb, form, name)
        assert (ran.code, message in ran.err) == (3, True)


def test_secret__is_printed_and_rotated(world: World) -> None:
    assert world("secret", "registration", "crm").out == "whsec_1\n"
    assert world("secret", "registration", "crm", "--rotate", "--dry-run").out == ""
    assert world("secret", "registration", "crm", "--rotate", "--yes").out == "whsec_2\nwhsec_1\n"
    assert world("secret", "registration", "crm", "--forget-older", "--yes").out == "whsec_2\n"
    assert world("secret", "registration", "crm", "--rotate", "--forget-older").code == 2
    chat = world("secret", "registration", "chat")
    assert (chat.code, chat.out, "aren't signed" in chat.err) == (2, "", True)


def test_failed__says_why(world: World) -> None:
    assert json.loads(world("failed", "--json", "why").out) == [{"why": "never attempted: see the log of deliver"}]
    world.deliveries.take(DELIVERY, holder="one", until=NOW)
    world.deliveries.release(DELIVERY, holder="one", problem="status 503")
    assert json.loads(world("failed", "--json", "all").out) == [
        {
            "message": LETTER.id,
            "form": "registration",
            "webhook": "crm",
            "event": "confirmed",
            "id": "reg_1",
            "since": "2027-03-01T09:30:00Z",
            "why": "status 503, 1 attempt",
        }
    ]
    assert world("failed", terminal=True).out.splitlines()[1].split()[0] == "3f2a9c01"
    assert world.letters.held == set()
    world.letters.letters.clear()
    assert world("failed").err == "Every webhook was delivered, or is still being tried.\n"


def test_redrive__queues_what_is_ours_again(world: World) -> None:
    world.letters.letters.append(DeadLetter("9b000000-bbbb", NOW, None, "h2"))
    assert world("redrive").code == 2
    assert world("redrive", "--all", "--dry-run").code == 0
    assert world.queue.deliveries == []

    ran = world("redrive", "3f2a", "--yes")

    assert ran.err.endswith("Skipped 1 message that Rollcall did not send.\nQueued 1 of 1 dead letter again.\n")
    assert (world.queue.deliveries, [letter.id for letter in world.letters.letters]) == ([DELIVERY], ["9b000000-bbbb"])
    assert world("redrive", "3f2a", "--yes").code == 3


@pytest.mark.parametrize("line", beyond("rollcall webhook"))
def test_guide__every_line_works(world: World, line: str) -> None:
    words = shlex.split(line)[2:]
    changes = {"--rotate", "--forget-older", "--all"} & set(words) and "--dry-run" not in words
    assert world(*words, *(["--yes"] if changes else [])).code == 0
