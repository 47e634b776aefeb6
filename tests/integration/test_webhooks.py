"""Webhooks of the deployed stack: a real receiver gets each event once, and its library accepts the signatures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from integration.api_requests import FORMS, example, send
from integration.staff import Staff
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from webhook_receiver import WebhookReceiver

from admin_cli.stack import stored_forms
from registration_core.domain.webhooks import SUBSCRIBABLE, Webhook
from rollcall_local.credentials import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack
    from webhook_receiver import Message

FUNCTIONS = ("dispatch", "deliver")


@pytest.fixture(scope="module")
def administrator(deployed: DeployedStack) -> Staff:
    """Whoever may read secrets."""
    return Staff(deployed, ROOT)


@pytest.fixture(scope="module")
def receiver(deployed: DeployedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebhookReceiver]:
    """A receiver that the contact form's webhook leads to, and whose certificate the stack trusts."""
    folder = tmp_path_factory.mktemp("receiver")
    with WebhookReceiver(folder) as made:
        crm = Webhook("crm", made.url, SUBSCRIBABLE, fields=("name",))
        forms = FORMS | {"contact": replace(FORMS["contact"], version="0123456789ab", webhooks=(crm.to_dict(),))}
        compiled = folder / "forms"
        compiled.mkdir()
        for name, form in forms.items():
            (compiled / f"{name}.json").write_text(json.dumps(form.to_dict()), encoding="utf-8")
        stored = stored_forms(deployed.client("dynamodb"), deployed.table)
        stored.store(forms)
        before = change_functions(deployed, FORMS_DIR=str(compiled), SSL_CERT_FILE=str(made.certificate))
        yield made
        for name, variables in before.items():
            configure(deployed, name, variables)
        stored.store(FORMS)


def change_functions(stack: DeployedStack, **variables: str) -> dict[str, dict[str, str]]:
    """Add variables to the functions of webhooks, and return those that they had."""
    before = {}
    for name in FUNCTIONS:
        function = stack.client("lambda").get_function_configuration(FunctionName=f"rollcall-local-{name}")
        before[name] = function["Environment"]["Variables"]
        configure(stack, name, before[name] | variables)
    return before


def configure(stack: DeployedStack, name: str, variables: dict[str, str]) -> None:
    client, function = stack.client("lambda"), f"rollcall-local-{name}"
    client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})


def written(stack: DeployedStack) -> str:
    """Send a message with the contact form, and return its ID."""
    answer = send(stack, "contact", example("contact"))
    assert answer.status == 201, answer.body
    submission: str = answer.json["id"]
    return submission


def wait_for(receiver: WebhookReceiver, submission: str, *events: str) -> list[Message]:
    """Wait for a submission's events, in any order, and return their messages in this order."""

    def messages() -> dict[str, list[Message]]:
        by_type: dict[str, list[Message]] = {}
        for message in receiver.messages:
            if message.json["data"].get("id") == submission:
                by_type.setdefault(message.json["type"].removeprefix("submission."), []).append(message)
        return by_type

    wait_until(lambda: set(events) <= messages().keys(), what=f"the webhooks {events} of {submission}")
    found = messages()
    assert {event: len(found[event]) for event in events} == dict.fromkeys(events, 1)
    return [found[event][0] for event in events]


def keys_of(administrator: Staff, *options: str) -> list[str]:
    printed: str = administrator.done("webhook", "secret", "contact", "crm", *options).out
    return printed.split()


def test_submission__is_told_and_verified(
    stack: DeployedStack, receiver: WebhookReceiver, administrator: Staff, manager: Staff
) -> None:
    """The receiver's library accepts the signature, and the message holds the named answers only."""
    submission = written(stack)

    submitted, confirmed = wait_for(receiver, submission, "submitted", "confirmed")

    (key,) = keys_of(administrator)
    for message in (submitted, confirmed):
        assert Verifier(key).verify(message.body, dict(message.headers)) == message.json
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + "A" * 44).verify(submitted.body, dict(submitted.headers))
    shown = manager.json("show", submission, "--json", "reference,answers")
    data = submitted.json["data"]
    assert (data["reference"], data["answers"]) == (shown["reference"], {"name": shown["answers"]["name"]})
    assert shown["answers"]["email"] not in submitted.body.decode()


def test_key__is_rotated_without_losing_a_message(
    stack: DeployedStack, receiver: WebhookReceiver, administrator: Staff
) -> None:
    (old,) = keys_of(administrator)
    new, still = keys_of(administrator, "--rotate", "--yes")
    assert still == old

    (between,) = wait_for(receiver, written(stack), "confirmed")
    for key in (old, new):
        Verifier(key).verify(between.body, dict(between.headers))

    assert keys_of(administrator, "--forget-older", "--yes") == [new]
    (after,) = wait_for(receiver, written(stack), "confirmed")
    Verifier(new).verify(after.body, dict(after.headers))
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(after.body, dict(after.headers))


@pytest.mark.needs("iam enforced")
def test_key__is_not_shown_to_a_manager(manager: Staff) -> None:
    denied = manager("webhook", "secret", "contact", "crm")
    assert (denied.code, denied.out) == (4, "")


def test_message__that_fails_comes_again_with_its_id(
    stack: DeployedStack, receiver: WebhookReceiver, manager: Staff, reader: Staff
) -> None:
    """The second attempt is five seconds later, and has the newest answers."""
    submission = written(stack)
    wait_for(receiver, submission, "confirmed")
    receiver.status = 503

    manager.done("edit", submission, "name=Kim Ek", "--yes")
    (first,) = wait_for(receiver, submission, "changed")
    receiver.messages.remove(first)
    receiver.status = 204
    (second,) = wait_for(receiver, submission, "changed")

    assert second.id == first.id
    assert second.json["data"]["changed"] == ["name"]
    assert second.json["data"]["answers"] == {"name": "Kim Ek"}
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 4
    assert reader.json("webhook", "list", "--json", "name,state") == [{"name": "crm", "state": "on"}]


def test_receiver__that_is_gone_gets_its_messages_later(
    stack: DeployedStack, receiver: WebhookReceiver, manager: Staff
) -> None:
    """After "410 Gone" nothing is sent until a test succeeds; redriven messages keep their IDs."""
    submission = written(stack)
    wait_for(receiver, submission, "submitted", "confirmed")
    receiver.status = 410

    manager.done("status", "cancel", submission, "--yes", "--quiet")
    (refused,) = wait_for(receiver, submission, "cancelled")
    wait_until(lambda: failed(manager), what="a dead letter")
    assert [(line["id"], line["event"], line["why"]) for line in failed(manager)] == [
        (submission, "cancelled", "status 410, 1 attempt")
    ]
    assert manager.json("webhook", "list", "--json", "name,state") == [{"name": "crm", "state": "off"}]
    assert manager("webhook", "test", "contact", "crm").code == 1

    receiver.status = 200
    assert manager.done("webhook", "test", "contact", "crm").err.endswith("contact/crm accepted the test message.\n")
    receiver.messages.remove(refused)
    manager.done("webhook", "redrive", "--all", "--yes")
    (again,) = wait_for(receiver, submission, "cancelled")

    assert (again.id, again.json) == (refused.id, refused.json)
    assert failed(manager) == []
    assert manager.json("webhook", "list", "--json", "name,state") == [{"name": "crm", "state": "on"}]


def failed(staff: Staff) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = staff.json("webhook", "failed", "--json", "id,event,why")
    return lines
