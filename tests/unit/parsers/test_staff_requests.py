"""Changes that the staff API is asked for, whatever is in them: each is made, or refused with a reason."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from unit.cli.office import FORMS
from unit.handlers.staff_office import StaffOffice
from unit.parsers.spoiled import spoiled

ANSWERS = {"participant": "Bo Ek", "email": "bo@example.org", "course": "first-robot", "age": 12, "photos": True}
CALL = {
    "answers": {"answers": {**ANSWERS, "needs": None, "topics": ["a"]}, "waitlist": True},
    "action": {"action": "cancel"},
    "text": {"text": "Called"},
    "at": {"at": "2027-03-01T09:00:00Z"},
    "mail": {"kind": "confirmed", "again": True},
    "capacity": {"capacity": 3, "instead_of": 2},
}
PATHS = st.sampled_from(
    [
        ("PATCH", "submissions/{id}/answers", "answers"),
        ("POST", "submissions/{id}/actions", "action"),
        ("POST", "submissions/{id}/notes", "text"),
        ("PUT", "submissions/{id}/check-ins/2027-03-01", "at"),
        ("POST", "submissions/{id}/mails", "mail"),
        ("PUT", "quotas/registration/first-robot", "capacity"),
    ]
)
HEADERS = st.fixed_dictionaries(
    {"If-Match": st.sampled_from(['"1"', '"2"']) | st.text(max_size=6), "Idempotency-Key": st.text(max_size=9)}
)
WORDS = st.text(min_size=1, max_size=9).map(lambda text: text.replace("/", "").replace("?", "").replace("#", "") or "a")


def ensure_made_or_refused(status: int, content: dict[str, Any]) -> None:
    """Fail for an error of ours, or one without words."""
    assert status < 500, content
    assert status == 200 or (content["code"] and content["detail"])


@given(PATHS, spoiled(CALL), HEADERS)
def test_body__of_any_kind_is_a_change_or_refused(
    called: tuple[str, str, str], bodies: Any, headers: dict[str, str]
) -> None:
    method, path, name = called
    body = bodies.get(name) if isinstance(bodies, dict) else bodies
    office = StaffOffice(forms=dict(FORMS))
    with contextlib.redirect_stdout(io.StringIO()):
        entry = office.register()
        answer = office.call(method, f"/staff/{path.format(id=entry.id)}", body=body, headers=headers)
    ensure_made_or_refused(answer.status, json.loads(answer.raw["body"]))


@given(st.sampled_from(["PUT", "DELETE"]), st.sampled_from(["labels", "check-ins", "notes"]), WORDS)
def test_path__of_any_words_is_a_change_or_refused(method: str, kind: str, word: str) -> None:
    office = StaffOffice(forms=dict(FORMS))
    with contextlib.redirect_stdout(io.StringIO()):
        entry = office.register()
        answer = office.call(method, f"/staff/submissions/{entry.id}/{kind}/{word}")
    ensure_made_or_refused(answer.status, json.loads(answer.raw["body"]))
