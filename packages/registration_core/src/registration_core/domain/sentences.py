"""Sentences about refused requests: one per code and language."""

from __future__ import annotations

from registration_core.domain.messages import words_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.errors import FormClosedError
    from registration_core.domain.messages import Words

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "method_not_allowed": "Send answers with POST to /<form>. Get a form's description with GET /forms/<form>.",
        "unsupported_charset": "Send the body in UTF-8.",
        "unsupported_media_type": "Send application/json, or application/x-www-form-urlencoded from a plain form.",
        "malformed_body": "The body could not be decoded. Send it in UTF-8.",
        "malformed_json": "The body must be a JSON object of answers, with each field name once.",
        "malformed_form": "The body must be form fields in UTF-8.",
        "body_too_large": "Your answers are too long in total. Shorten the longest ones and send them again.",
        "unknown_form": "This form doesn't exist. Look for it on our site.",
        "form_opens": "This form opens on {day} at {time} ({zone}).",
        "form_closed": "This form closed on {day} at {time} ({zone}).",
        "form_closed_now": "This form isn't taking answers at the moment.",
        "invalid_answers": "Some answers are missing or wrong.",
        "invalid_key": "An Idempotency-Key must be 1 to 128 printable ASCII characters, such as a UUID.",
        "key_reused": "This Idempotency-Key was already used with different answers. Send new answers with a new key.",
        "too_many_requests": "We got too many forms from your network. Try again {wait}, or write to us.",
        "too_many_for_email": "We got too many forms for this e-mail address today. Try again {wait}, or write to us.",
        "human_check_failed": "We couldn't check that a person sent this. Reload the page and try again.",
        "human_check_unavailable": "We can't check that a person sent this at the moment. Try again in a minute.",
        "storage_unavailable": "We can't tell yet whether this reached us. Send it again in a moment: it counts once.",
        "internal_error": "We can't tell yet whether this reached us. Send it again in a moment: it counts once.",
        "reload": "Reload this page to send it again: your browser still has what you typed.",
        "form_unavailable": "We can't show the form at the moment. Try again in a minute.",
        "in_a_minute": "in a minute",
        "in_minutes": "in {count} minutes",
        "in_hours": "in {count} hours",
    },
    "sv": {
        "method_not_allowed": "Skicka svaren med POST till /<form>; hämta ett formulär med GET från /forms/<form>.",
        "unsupported_charset": "Skicka innehållet i UTF-8.",
        "unsupported_media_type": "Skicka application/json, eller application/x-www-form-urlencoded från ett formulär.",
        "malformed_body": "Det som skickades kunde inte avkodas. Skicka det i UTF-8.",
        "malformed_json": "Det som skickades är inte ett JSON-objekt med svar, där varje fältnamn står en gång.",
        "malformed_form": "Det som skickades är inte ett formulärs fält i UTF-8.",
        "body_too_large": "Svaren är för långa tillsammans. Korta ner de längsta och skicka dem igen.",
        "unknown_form": "Formuläret finns inte. Leta efter det på vår webbplats.",
        "form_opens": "Formuläret öppnar den {day} kl. {time} ({zone}).",
        "form_closed": "Formuläret stängde den {day} kl. {time} ({zone}).",
        "form_closed_now": "Formuläret tar inte emot några svar just nu.",
        "invalid_answers": "Några svar saknas eller är fel.",
        "invalid_key": "En Idempotency-Key är 1 till 128 skrivbara ASCII-tecken, till exempel en UUID.",
        "key_reused": "Denna Idempotency-Key har redan använts med andra svar. Skicka nya svar med en ny nyckel.",
        "too_many_requests": "För många formulär kom från ditt nätverk. Försök igen {wait}, eller mejla oss.",
        "too_many_for_email": "För många formulär kom i dag för e-postadressen. Försök igen {wait}, eller mejla oss.",
        "human_check_failed": "Vi kunde inte se att en människa skickade det. Ladda om sidan och försök igen.",
        "human_check_unavailable": "Vi kan inte se just nu att en människa skickade det. Försök igen om en minut.",
        "storage_unavailable": "Vi vet inte än om det här kom fram. Skicka det igen om en stund: det räknas en gång.",
        "internal_error": "Vi vet inte än om det här kom fram. Skicka det igen om en stund: det räknas en gång.",
        "reload": "Ladda om sidan för att skicka igen: din webbläsare har kvar det du skrev.",
        "form_unavailable": "Vi kan inte visa formuläret just nu. Försök igen om en minut.",
        "in_a_minute": "om en minut",
        "in_minutes": "om {count} minuter",
        "in_hours": "om {count} timmar",
    },
}
"""Codes and sentences. `form_opens` and `form_closed_now` are wordings of `form_closed`, `too_many_for_email` is one of
`too_many_requests`.

The last three fill in `{wait}`.
"""

_MINUTE_S, _HOUR_S = 60, 3600


def sentence(code: str, language: str, form_words: Words | None = None, /, **values: object) -> str:
    """Return the sentence for a code in this language, otherwise in English. form_words: the form's own."""
    return words_in(SENTENCES, language, form_words, "sentences")[code].format(**values)


def wait_in_words(seconds: int, language: str, form_words: Words | None = None) -> str:
    """Return the wait in words, rounded up: `in 4 minutes`, `in 3 hours`."""
    if seconds <= _MINUTE_S:
        return sentence("in_a_minute", language, form_words)
    if seconds <= 2 * _HOUR_S:
        return sentence("in_minutes", language, form_words, count=-(-seconds // _MINUTE_S))
    return sentence("in_hours", language, form_words, count=-(-seconds // _HOUR_S))


def closed_in_words(error: FormClosedError, language: str, form_words: Words | None = None) -> str:
    """Return that a form is closed, and since or until when."""
    if error.at is None:
        return sentence("form_closed_now", language, form_words)
    offset = f"{error.at:%z}"
    zone = f"UTC{offset[:3]}:{offset[3:5]}" if error.at.utcoffset() else "UTC"
    wording = "form_opens" if error.opens else "form_closed"
    return sentence(wording, language, form_words, day=f"{error.at:%Y-%m-%d}", time=f"{error.at:%H:%M}", zone=zone)
