"""Answers inside another site's frame: who may frame them, and what they leave out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from unit.core.builders import a_field
from unit.handlers.test_door_answers import ORIGIN, PLAIN, Forms, ask
from unit.handlers.test_page import Page

from registration_core.domain.errors import FieldError, FormClosedError, InvalidAnswersError

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.forms import Form

    Ask = Callable[..., dict[str, Any]]

__all__ = ["ask"]
SCHOOL = "https://school.example"
SENT = {"name": "Åsa Ek", "email": "asa@example.org", "day": "tue", "consent": "yes"}
REFUSED = {
    "thanks": None,
    "errors": InvalidAnswersError([FieldError("name", "required", "Enter your name.")]),
    "closed": FormClosedError("x"),
}


@pytest.fixture
def forms(form: Form) -> Forms:
    """The form that one site may show."""
    return Forms(replace(form, embed_on=(SCHOOL,)))


@pytest.mark.parametrize("what", REFUSED)
def test_answer__in_the_forms_frame(ask: Ask, door: Any, what: str) -> None:
    """Only that site may frame it. It has no header, and its links stay in the frame or open another page."""
    door.error = REFUSED[what]

    answer = ask(urlencode(SENT), headers=PLAIN, query={"embed": "yes"})

    headers, page = answer["headers"], Page(answer["body"])
    assert headers["Content-Security-Policy"].endswith(f"; frame-ancestors {SCHOOL}")
    assert "X-Frame-Options" not in headers
    assert not [tag for tag, _ in page.elements if tag in ("header", "nav", "script")]
    for tag, attributes in page.elements:
        if tag == "a" and not attributes["href"].startswith(("#", "mailto:", f"{ORIGIN}/embed/registration")):
            assert attributes["target"] == "_blank"


@pytest.mark.parametrize("what", REFUSED)
def test_answer__elsewhere_is_never_framed(ask: Ask, door: Any, what: str) -> None:
    """The same form's own page has no frame to answer in."""
    door.error = REFUSED[what]

    headers = ask(urlencode(SENT), headers=PLAIN)["headers"]

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")


def test_form_without_sites__is_never_framed(ask: Ask, forms: Forms) -> None:
    """Whatever the address says."""
    forms.form = replace(forms.form, embed_on=())

    answer = ask(urlencode(SENT), headers=PLAIN, query={"embed": "yes"})

    assert answer["headers"]["X-Frame-Options"] == "DENY"
    assert "<header" in answer["body"]


def test_hidden_answer__stays_while_the_form_is_corrected(ask: Ask, door: Any, forms: Forms) -> None:
    forms.form = replace(forms.form, fields=(*forms.form.fields, a_field("hidden", "came_by", from_query="utm_source")))
    door.error = REFUSED["errors"]

    page = Page(ask(urlencode(SENT | {"came_by": "newsletter"}), headers=PLAIN)["body"])

    (hidden,) = [attributes for _, attributes in page.elements if attributes.get("name") == "came_by"]
    assert (hidden["type"], hidden["value"]) == ("hidden", "newsletter")
