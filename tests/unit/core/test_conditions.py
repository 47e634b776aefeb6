"""Questions and options that depend on an answer: what is asked, stored and refused; imports, edits and examples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contract.fakes import CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import TODAY, a_field, a_form, words

from registration_core.domain.conditions import Condition
from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.fields import Option
from registration_core.domain.staff_answers import validate_cells
from registration_core.domain.validation import example_submission, validate
from registration_core.services.describe import DescribeService
from registration_core.services.edit import EditService
from registration_core.services.submit import SubmitService
from rollcall_build.openapi_schemas import answers_schema

SOME = Condition("before", ("some", "course"))
FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field(
        "choice", "before", options=(Option("none", words("None")), *(Option(v, words(v)) for v in ("some", "course")))
    ),
    a_field("text", "where", required=True, show_when=SOME),
    a_field("consent", "beginner", show_when=Condition("before", ("some", "course"), unless=True)),
    a_field("choices", "days", options=(Option("sat", words("Sat")), Option("sun", words("Sun"), show_when=SOME))),
)
PERSON = {"name": "Åsa", "email": "asa@example.org"}


def stored(**answers: Any) -> dict[str, Any]:
    return {
        name: value for name, value in validate(FORM, PERSON | answers, "en", today=TODAY).items() if name not in PERSON
    }


def errors(language: str = "en", **answers: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswersError) as error:
        validate(FORM, PERSON | answers, language, today=TODAY)
    return [(each.field, each.message) for each in error.value.errors]


def test_unasked_question__is_neither_required_nor_stored() -> None:
    """A page without JavaScript shows it, so its answer is no mistake."""
    assert stored(before="none") == {"before": "none"}
    assert stored(before="none", where="At school", beginner=True) == {"before": "none", "beginner": True}
    assert stored(where="At school") == {}
    assert stored(before="some", where="At school", beginner=True) == {"before": "some", "where": "At school"}


def test_asked_question__is_required() -> None:
    assert errors(before="course") == [("where", "Enter where.")]


def test_unless__asks_when_nothing_was_chosen() -> None:
    assert stored(beginner=True) == {"beginner": True}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Sun doesn't go with your answer to “Before”. Choose another option."),
        ("sv", "Sun (sv) passar inte ihop med ditt svar på ”Before (sv)”. Välj ett annat alternativ."),
    ],
)
def test_option__that_is_not_offered_is_refused(language: str, message: str) -> None:
    assert stored(before="some", where="Here", days=["sat", "sun"])["days"] == ["sat", "sun"]
    assert errors(language, before="none", days=["sat", "sun"]) == [("days", message)]


def test_several_choices__count_when_one_is_among_those_named() -> None:
    form = a_form(
        *FORM.fields[:2],
        a_field("choices", "days"),
        a_field("text", "lunch", show_when=Condition("days", ("a",))),
        a_field("text", "why", show_when=Condition("days", ("a",), unless=True)),
    )
    for days, kept in ((["a", "b"], "lunch"), (["b"], "why"), ([], "why")):
        answers = validate(form, PERSON | {"days": days, "lunch": "Soup", "why": "Busy"}, "en", today=TODAY)
        assert {"lunch", "why"} & answers.keys() == {kept}


def test_wrong_answer__is_the_only_error_about_what_it_decides() -> None:
    """Nobody knows yet what is asked and offered, so nobody is told that it doesn't go with their answer."""
    assert errors(before="lots", days=["sun"]) == [("before", "Choose one of: None, some, course.")]
    undecided = replace(FORM, fields=tuple(replace(each, required=each.name != "days") for each in FORM.fields))
    with pytest.raises(InvalidAnswersError) as error:
        validate(undecided, PERSON | {"days": ["sun"]}, "en", today=TODAY)
    assert [each.field for each in error.value.errors] == ["before"]


@pytest.mark.parametrize(("before", "where"), [("none", ""), ("some", "At school")])
def test_import__takes_what_an_export_wrote(before: str, where: str) -> None:
    cells = PERSON | {"before": before, "where": where, "beginner": "no", "days": ""}

    assert validate_cells(FORM, cells, today=TODAY).get("where", "") == where


def test_import__refuses_an_answer_to_a_question_that_is_not_asked() -> None:
    """What staff write is never dropped in silence."""
    with pytest.raises(InvalidAnswersError) as error:
        validate_cells(FORM, PERSON | {"before": "none", "where": "At school"}, today=TODAY)

    assert [(each.field, each.message) for each in error.value.errors] == [
        ("where", "The form doesn't ask this with that answer to “Before”. Leave it empty.")
    ]


def test_import__accepts_a_blank_answer_to_a_question_that_is_not_asked() -> None:
    cells = PERSON | {"before": "none", "where": "  ", "beginner": "no"}

    assert "where" not in validate_cells(FORM, cells, today=TODAY)


def test_import__refuses_an_unclear_answer_to_a_question_that_is_not_asked() -> None:
    """A label that two options share is refused as it is anywhere."""
    twins = (Option("sat", words("Weekend")), Option("sun", words("Weekend")))
    form = replace(FORM, fields=(*FORM.fields, a_field("choice", "dorm", options=twins, show_when=SOME)))

    with pytest.raises(InvalidAnswersError) as error:
        validate_cells(form, PERSON | {"before": "none", "dorm": "weekend"}, today=TODAY)

    assert [(each.field, each.code) for each in error.value.errors] == [("dorm", "not_asked")]


def test_edit__keeps_answers_and_conditions_together() -> None:
    repository, clock = InMemoryManagedRepository(StoppedClock(), CountedRandomness("r")), StoppedClock()
    parts: dict[str, Any] = {"repository": repository, "signer": PlainSigner(), "clock": clock}
    randomness = CountedRandomness("s")
    answers = PERSON | {"before": "some", "where": "At school", "days": ["sun"]}
    receipt = SubmitService(**parts, randomness=randomness).submit(FORM, answers, key=None, language="en")
    edits = EditService(forms=GivenForms(FORM), **parts, randomness=randomness)
    entry = repository.get(receipt.id)

    def refused(**changes: str) -> dict[str, str]:
        with pytest.raises(InvalidAnswersError) as error:
            edits.plan(entry, changes)
        return {each.field: each.code for each in error.value.errors}

    assert edits.plan(entry, {"name": "Bo"}).fields == ("name",)
    assert edits.plan(entry, {"where": "At home"}).after.answers["where"] == "At home"
    assert edits.plan(entry, {"before": "none", "days": "sat"}).after.answers == PERSON | {
        "before": "none",
        "days": ["sat"],
    }
    assert refused(before="none") == {"days": "not_offered"}
    assert refused(before="none", days="", where="At home") == {"where": "not_asked"}
    assert refused(beginner="yes") == {"beginner": "not_asked"}
    assert refused(where="") == {"where": "required"}
    without = edits.plan(entry, {"before": "none", "days": ""}).after
    with pytest.raises(InvalidAnswersError, match="requires it"):
        edits.plan(without, {"before": "course"})
    # From before the form had the condition.
    older = replace(without, answers={**without.answers, "where": "At school"})
    assert edits.plan(older, {"where": ""}).after.answers == without.answers


def test_example__fits_the_conditions() -> None:
    examples = example_submission(FORM, today=TODAY)

    assert examples["before"] == "none"
    assert "where" not in examples
    assert validate(FORM, examples, "en", today=TODAY)["days"] == ["sat"]


def test_description__says_the_conditions_and_never_requires_what_may_not_be_asked() -> None:
    service = DescribeService(
        repository=InMemoryManagedRepository(StoppedClock(), CountedRandomness("r")), clock=StoppedClock()
    )
    fields = {field["name"]: field for field in service.describe(FORM)["fields"]}
    schema = answers_schema(FORM)

    assert fields["where"]["show_when"] == {"field": "before", "is": ["some", "course"]}
    assert fields["beginner"]["show_when"] == {"field": "before", "not": ["some", "course"]}
    assert schema["required"] == ["name", "email"]
    assert schema["properties"]["where"]["description"] == "Asked if before is some or course. Then it is required."
    assert schema["properties"]["days"]["description"] == "sun: offered if before is some or course."
