"""Webhooks' bodies: JSON for programs, and messages for the chats of Slack and Teams.

Answers are what strangers typed, so a chat gets them as plain text, without links or mentions.
"""

from __future__ import annotations

import json

from registration_core.adapters.mail_values import chosen_option, shown_answers
from registration_core.domain.identifiers import display_reference
from registration_core.domain.webhooks import WebhookEvent, WebhookFormat, payload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.domain.webhooks import Delivery, Webhook

LONGEST_ANSWER = 500
"""In a chat, in characters. Slack and Teams refuse messages of some ten thousand."""

EVENTS: Mapping[str, Mapping[WebhookEvent, str]] = {
    "en": {
        WebhookEvent.SUBMITTED: "new submission",
        WebhookEvent.CONFIRMED: "confirmed",
        WebhookEvent.WAITLISTED: "on the waiting list",
        WebhookEvent.PROMOTED: "got a seat from the waiting list",
        WebhookEvent.CHANGED: "changed",
        WebhookEvent.CANCELLED: "cancelled",
        WebhookEvent.ERASED: "erased",
        WebhookEvent.TEST: "test message from Rollcall",
    },
    "sv": {
        WebhookEvent.SUBMITTED: "ny anmälan",
        WebhookEvent.CONFIRMED: "bekräftad",
        WebhookEvent.WAITLISTED: "står i kö",
        WebhookEvent.PROMOTED: "fick en plats från kön",
        WebhookEvent.CHANGED: "ändrad",
        WebhookEvent.CANCELLED: "avbokad",
        WebhookEvent.ERASED: "raderad",
        WebhookEvent.TEST: "testmeddelande från Rollcall",
    },
}
"""What a chat shows for each event, in the form's first language, otherwise in English."""

_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""https://docs.slack.dev/messaging/formatting-message-text/#escaping"""


def body_of(form: Form, webhook: Webhook, delivery: Delivery, submission: Submission | None) -> bytes:
    """Return a message's body. submission: as it is now; None for a test."""
    if webhook.format is WebhookFormat.JSON:
        content = payload(webhook, delivery, submission)
    else:
        lines = _lines(form, webhook, delivery, submission)
        content = _slack(lines) if webhook.format is WebhookFormat.SLACK else _teams(lines)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _lines(form: Form, webhook: Webhook, delivery: Delivery, submission: Submission | None) -> list[str]:
    """Return the lines of a chat's message: what happened, then the answers that the webhook's fields name."""
    language = form.languages[0]
    what = EVENTS.get(language, EVENTS["en"])[delivery.event]
    first = f"{form.title.in_language(language)}: {what}"
    if submission is None:
        return [first]
    chosen = chosen_option(form, submission)
    about = [chosen[1].label.in_language(language)] if chosen is not None else []
    answers = [
        f"{answer['label']}: {' '.join(answer['value'].split())[:LONGEST_ANSWER]}"
        for answer in shown_answers(form, submission, language)
        if answer["name"] in webhook.fields
    ]
    return [" · ".join((first, *about, display_reference(submission.reference))), *answers]


def _slack(lines: Sequence[str]) -> dict[str, object]:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/."""
    return {"text": "\n".join(lines).translate(_SLACK), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def _teams(lines: Sequence[str]) -> dict[str, object]:
    """Return an adaptive card, as Teams's workflow "Post to a channel when a webhook request is received" expects it.

    Its text is in RichTextBlocks, the only ones that read no Markdown:
    https://adaptivecards.io/explorer/RichTextBlock.html
    """
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
