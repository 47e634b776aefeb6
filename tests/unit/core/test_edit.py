"""Edits: the form's own rules, the seat of an option, and the person that a submission stands for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from contract.fakes import START, CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import a_field, a_form, words

from registration_core.domain.cells import raw_answer
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    InvalidAnswersError,
    NoSeatError,
    StatusTransitionError,
    SubmissionChangedError,
)
from registration_core.domain.fields import Option
from registration_core.domain.policies import Verification
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Receipt, Status, Submission
from registration_core.services.edit import EditService
from registration_core.services.manage import ManageService
from registration_core.services.submit import SubmitService

COURSES = (Option("a", words("Robots"), capacity=1), Option("b", words("Sensors"), capacity=1), Option("c", words("C")))
TOPICS = a_field("choices", "topics")


@dataclass
class Desk:
    """A form with counted courses, its submissions, and staff who edit them."""

    verification: Verification | None = None
    clock: StoppedClock = field(default_factory=StoppedClock)

    def __post_init__(self) -> None:
        self.form = a_form(
            a_field("text", "name", required=True, max_length=20),
            a_field("email", "email", required=True),
            a_field("choice", "day", required=True, options=COURSES),
            a_field("number", "age", maximum=99),
            a_field("textarea", "needs"),
            TOPICS,
            a_field("consent", "photos"),
            quota=Quota("day"),
            once="day",
            verification=self.verification,
        )
        self.repository = InMemoryManagedRepository(self.clock, CountedRandomness("repository"))
        randomness = CountedRandomness("service")
        forms = GivenForms(self.form)
        shared = {"repository": self.repository, "clock": self.clock, "randomness": randomness}
        self.submits = SubmitService(signer=PlainSigner(), **shared)  # type: ignore[arg-type]
        self.manage = ManageService(forms=forms, **shared)  # type: ignore[arg-type]
        self.edits = EditService(forms=forms, signer=PlainSigner(), **shared)  # type: ignore[arg-type]

    def submit(self, name: str = "Åsa", *, day: str = "a") -> Receipt:
        answers = {"name": name, "email": "asa@example.org", "day": day, "needs": "nuts"}
        return self.submits.submit(self.form, answers, key=None, language="sv")

    def edit(self, receipt: Receipt, *, may_wait: bool = False, **changes: str) -> Submission:
        plan = self.edits.plan(self.repository.get(receipt.id), changes)
        return self.edits.carry_out(plan, by="kim", may_wait=may_wait)

    def taken(self) -> tuple[int, int]:
        quotas = self.repository.quotas("course", ["a", "b"])
        return tuple(quotas[option].taken if option in quotas else 0 for option in ("a", "b"))  # type: ignore[return-value]


def test_edit__changes_named_fields_and_reports_no_values() -> None:
    desk = Desk()
    receipt = desk.submit()
    edited = desk.edit(receipt, email="Per@Example.ORG", needs="", age="12", topics="A, b", photos="ja")
    assert edited.answers == {
        "name": "Åsa",
        "email": "Per@example.org",
        "day": "a",
        "age": 12,
        "topics": ["a", "b"],
        "photos": True,
    }
    assert list(edited.answers) == ["name", "email", "day", "age", "topics", "photos"]
    assert (edited.email, edited.version, edited.form_version) == ("Per@example.org", 2, desk.form.version)
    assert desk.repository.get(receipt.id) == edited
    last = desk.repository.details(receipt.id).events[-1]
    assert (last.what, last.by, last.status) == ("edited email, needs, age, topics, photos", "kim", Status.CONFIRMED)


def test_edit__repeated__writes_nothing() -> None:
    desk = Desk()
    receipt = desk.submit()
    desk.edit(receipt, age="12")
    assert desk.edits.plan(desk.repository.get(receipt.id), {"age": " 12 ", "name": "Åsa"}).fields == ()
    assert desk.edit(receipt, age="12").version == 2
    assert len(desk.repository.details(receipt.id).events) == 2


def test_edit__names_every_wrong_field_and_no_other() -> None:
    desk = Desk()
    receipt = desk.submit()
    desk.form = replace(desk.form, fields=(*desk.form.fields, a_field("text", "new", required=True)))
    desk.edits._forms = GivenForms(desk.form)
    with pytest.raises(InvalidAnswersError) as raised:
        desk.edit(receipt, email="nobody", age="100", name="", nope="1", day="d")
    assert {(error.field, error.code) for error in raised.value.errors} == {
        ("name", "required"),
        ("email", "not_an_email"),
        ("day", "unknown_option"),
        ("age", "too_large"),
        ("nope", "unknown_field"),
    }
    assert desk.edit(receipt, age="9").answers["age"] == 9


def test_edit__keeps_answers_to_removed_fields() -> None:
    desk = Desk()
    receipt = desk.submit()
    desk.form = replace(desk.form, fields=tuple(each for each in desk.form.fields if each.name != "needs"))
    desk.edits._forms = GivenForms(desk.form)
    assert desk.edit(receipt, age="9").answers["needs"] == "nuts"
    with pytest.raises(InvalidAnswersError, match="no such field"):
        desk.edit(receipt, needs="none")


def test_edit__refuses_a_concurrent_change() -> None:
    desk = Desk()
    receipt = desk.submit()
    plan = desk.edits.plan(desk.repository.get(receipt.id), {"age": "9"})
    desk.edit(receipt, name="Bo")
    with pytest.raises(SubmissionChangedError):
        desk.edits.carry_out(plan, by="lee")
    assert "age" not in desk.repository.get(receipt.id).answers


def test_edit__refuses_an_erased_submission() -> None:
    desk = Desk()
    receipt = desk.submit()
    desk.manage.erase(receipt.id, by="kim")
    with pytest.raises(StatusTransitionError, match="nothing to edit"):
        desk.edit(receipt, age="9")


def test_edit__to_another_course_passes_the_seat_on() -> None:
    desk = Desk()
    seated, waiting = desk.submit("Åsa"), desk.submit("Bo")
    moved = desk.edit(seated, day="Sensors")
    assert (moved.option, moved.answers["day"], moved.status) == ("b", "b", Status.CONFIRMED)
    assert desk.taken() == (1, 1)
    assert desk.repository.get(waiting.id).status is Status.CONFIRMED
    desk.clock.forward(minutes=11)  # until then, the very same answers count as a repeat
    assert not desk.submit("Åsa", day="a").repeated
    assert desk.submit("Åsa", day="b").repeated


def test_edit__to_a_full_course_needs_consent_to_wait() -> None:
    desk = Desk()
    seated, full = desk.submit("Åsa"), desk.submit("Bo", day="b")
    with pytest.raises(NoSeatError):
        desk.edit(seated, day="b")
    assert (desk.repository.get(seated.id).option, desk.taken()) == ("a", (1, 1))
    moved = desk.edit(seated, day="b", may_wait=True)
    assert (moved.status, moved.position, moved.option, desk.taken()) == (Status.WAITLISTED, 1, "b", (0, 1))
    desk.manage.cancel(full.id, by="kim")
    assert desk.repository.get(seated.id).status is Status.CONFIRMED


def test_edit__from_waiting_to_a_free_seat_counts_as_promoted() -> None:
    desk = Desk(verification=Verification(within_hours=2))
    desk.submit("Åsa")
    waiting = desk.submit("Bo")
    desk.clock.forward(hours=1)
    moved = desk.edit(waiting, day="b")
    assert (moved.status, moved.position) == (Status.PENDING, None)
    assert moved.verify_by == START.replace(microsecond=0) + timedelta(hours=3)
    assert moved.version == 2


def test_edit__to_an_uncounted_option_frees_the_seat() -> None:
    desk = Desk()
    moved = desk.edit(desk.submit(), day="c")
    assert (moved.option, moved.status, desk.taken()) == (None, Status.CONFIRMED, (0, 0))


def test_edit__to_a_new_address_restarts_the_deadline() -> None:
    desk = Desk(verification=Verification(within_hours=2))
    receipt = desk.submit()
    desk.clock.forward(hours=1)
    edited = desk.edit(receipt, email="new@example.org")
    assert (edited.status, edited.verify_by) == (Status.PENDING, START.replace(microsecond=0) + timedelta(hours=3))


def test_edit__to_a_new_address_makes_it_unproven() -> None:
    """Otherwise somebody could verify their own address and then have any text mailed to a stranger."""
    desk = Desk(verification=Verification())
    receipt = desk.submit()
    desk.manage.verify(receipt.id, by="registrant")
    assert desk.repository.get(receipt.id).verified_at is not None
    assert desk.edit(receipt, name="Åsa Ek").verified_at is not None
    assert desk.edit(receipt, email="new@example.org").verified_at is None


def test_edit__refuses_to_register_somebody_twice() -> None:
    desk = Desk()
    first, second = desk.submit("Åsa"), desk.submit("Bo")
    with pytest.raises(AlreadyRegisteredError) as raised:
        desk.edit(second, name="  åsa ")
    assert raised.value.first == first.id
    assert desk.repository.get(second.id).answers["name"] == "Bo"


def test_edit__corrects_a_submission_older_than_the_once_rule() -> None:
    desk = Desk()
    before = desk.repository.get(desk.submit().id)
    answers = {name: value for name, value in before.answers.items() if name != "day"}
    older = desk.repository.change(
        before, replace(before, answers=answers, option=None, version=2), what="edited name", by="kim"
    )
    plan = desk.edits.plan(older, {"email": "per@example.org"})
    edited = desk.edits.carry_out(plan, by="kim")
    assert (edited.email, edited.option, "day" in edited.answers) == ("per@example.org", None, False)


def test_edit__reads_the_key_only_if_needed() -> None:
    class NoKey(PlainSigner):
        def fingerprint(self, purpose: str, value: str) -> str:
            raise AssertionError((purpose, value))

    desk = Desk()
    receipt = desk.submit()
    desk.edits._signer = NoKey()
    assert desk.edit(receipt, age="9", needs="none").version == 2


def test_edit__of_a_cancelled_submission_takes_no_seat() -> None:
    desk = Desk()
    receipt = desk.submit()
    desk.manage.cancel(receipt.id, by="kim")
    edited = desk.edit(receipt, day="b", email="new@example.org")
    assert (edited.status, edited.option, desk.taken()) == (Status.CANCELLED, "b", (0, 0))


@pytest.mark.parametrize(
    ("kind", "cell", "raw"),
    [
        ("text", "'tis", "'tis"),
        ("choice", "B (sv)", "b"),
        ("choice", " b ", "b"),
        ("choice", "nope", "nope"),
        ("choices", "a; C (SV)", ["a", "c"]),
        ("choices", "a,b", ["a", "b"]),
        ("choices", "", []),
        ("consent", "Nej", False),
        ("consent", "x", True),
        ("consent", "perhaps", "perhaps"),
    ],
)
def test_cells__read_as_people_write_them(kind: str, cell: str, raw: object) -> None:
    assert raw_answer(a_field(kind), cell) == raw


def test_plan__moves_only_if_the_option_changes_and_counts() -> None:
    desk = Desk()
    receipt = desk.submit()
    before = desk.repository.get(receipt.id)
    assert not desk.edits.plan(before, {"name": "Bo"}).moves
    assert desk.edits.plan(before, {"day": "b"}).moves
    cancelled = desk.manage.cancel(receipt.id, by="kim")
    assert not desk.edits.plan(cancelled, {"day": "b"}).moves


def test_edit__to_an_uncounted_option_takes_the_person_along() -> None:
    """Who then registers for it again is the same person, and who registers for the former one is not."""
    desk = Desk()
    first = desk.submit()
    moved = desk.edit(first, day="c")
    assert (moved.option, moved.position) == (None, None)
    desk.clock.forward(minutes=11)  # the same answers were the same request until then
    assert desk.submit(day="c").repeated
    assert not desk.submit(day="a").repeated


def test_plan__of_a_cancelled_submission_stands_in_nobodys_way() -> None:
    desk = Desk()
    first, second = desk.submit(day="a"), desk.submit("Bo", day="b")
    with pytest.raises(AlreadyRegisteredError, match=first.id):
        desk.edits.plan(desk.repository.get(second.id), {"name": "Åsa", "day": "a"})
    cancelled = desk.manage.cancel(second.id, by="kim")
    assert desk.edits.plan(cancelled, {"name": "Åsa", "day": "a"}).fields == ("name", "day")
