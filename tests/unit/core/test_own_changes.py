"""Own changes with questions that depend on an answer: what is asked, offered and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contract.fakes import START, CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import a_field, a_form, words

from registration_core.domain.conditions import Condition
from registration_core.domain.fields import Option
from registration_core.domain.own_changes import OwnChanges, changeable_fields, offered_options
from registration_core.services.edit import EditService
from registration_core.services.own_change import OwnChangeService
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission

CAKE = (Option("yes", words("Yes")), Option("no", words("No")))
ONLY_WITH_CAKE = Condition("cake", ("yes",))
FORM = a_form(
    a_field("email", "email", required=True),
    a_field("choice", "cake", options=CAKE, required=True),
    a_field("text", "kind", required=True, show_when=ONLY_WITH_CAKE),
    a_field(
        "choice",
        "drink",
        options=(Option("tea", words("Tea")), Option("cocoa", words("Cocoa"), show_when=ONLY_WITH_CAKE)),
    ),
)


class Desk:
    """A registrant of the form."""

    def __init__(self, *fields: str, **answers: str) -> None:
        self.form = replace(FORM, own_changes=OwnChanges(fields).to_dict())
        clock = StoppedClock()
        self.table = InMemoryManagedRepository(clock, CountedRandomness("table"))
        shared = {"repository": self.table, "clock": clock}
        forms, randomness = GivenForms(self.form), CountedRandomness("service")
        submits = SubmitService(signer=PlainSigner(), randomness=randomness, **shared)  # type: ignore[arg-type]
        edits = EditService(forms=forms, signer=PlainSigner(), randomness=randomness, **shared)  # type: ignore[arg-type]
        self.service = OwnChangeService(forms=forms, edits=edits, **shared)  # type: ignore[arg-type]
        sent = {"email": "asa@example.org", **answers}
        self.id = submits.submit(self.form, sent, key=None, language="en").id

    @property
    def entry(self) -> Submission:
        return self.table.get(self.id)

    def names(self) -> list[str]:
        return [field.name for field in changeable_fields(self.form, self.entry, START)]

    def change(self, **sent: str) -> bool:
        return self.service.change(self.id, sent, version=self.entry.version, language="en", may_wait=False)


def test_changeable__leaves_out_what_is_not_asked_with_answers_that_stay() -> None:
    assert Desk("kind", "drink", cake="no").names() == ["drink"]
    assert Desk("kind", "drink", cake="yes", kind="Apple").names() == ["kind", "drink"]
    assert Desk("cake", "kind", "drink", cake="no").names() == ["cake", "kind", "drink"]


def test_offered__leaves_out_options_that_an_answer_that_stays_rules_out() -> None:
    without, free = Desk("drink", cake="no"), Desk("cake", "kind", "drink", cake="no")
    drink = FORM.fields[3]
    assert [one.value for one in offered_options(without.form, drink, without.entry, {}, START)] == ["tea"]
    assert [one.value for one in offered_options(free.form, drink, free.entry, {}, START)] == ["tea", "cocoa"]


def test_change__takes_away_what_is_not_asked_any_more() -> None:
    """A page without a script sends it along."""
    desk = Desk("cake", "kind", "drink", cake="yes", kind="Apple")
    assert desk.change(cake="no", kind="Apple")
    assert desk.entry.answers == {"email": "asa@example.org", "cake": "no"}


def test_change__of_what_may_not_be_changed_changes_nothing() -> None:
    desk = Desk("drink", cake="no")
    assert not desk.change(email="eve@example.org", cake="yes")
    assert desk.entry.email == "asa@example.org"
