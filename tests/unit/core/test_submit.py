"""Submit: what is stored and answered, and what a repeated request gets."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, InMemorySubmissionRepository, PlainSigner, StoppedClock
from contract.rate_counter import InMemoryRateCounter
from unit.core.builders import a_field, a_form

from registration_core.domain.errors import FormClosedError, InvalidAnswersError, InvalidKeyError, KeyReusedError
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.submission import Status
from registration_core.services.door import Door, Limits
from registration_core.services.submit import SubmitService, once_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("choice", "day", required=True),
    once="day",
)
ANSWERS = {"name": "Åsa", "email": "Asa@Example.ORG", "day": "a"}


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def repository(clock: StoppedClock) -> InMemorySubmissionRepository:
    return InMemorySubmissionRepository(clock, CountedRandomness("repository"))


class Desk:
    """The door and the service behind it, as the function uses them."""

    def __init__(self, repository: InMemorySubmissionRepository, clock: StoppedClock) -> None:
        shared = {"signer": PlainSigner(), "clock": clock}
        self._door = Door(rates=InMemoryRateCounter(), limits=Limits(per_address=0, per_email=0), **shared)
        self._service = SubmitService(repository=repository, randomness=CountedRandomness("service"), **shared)

    def submit(self, form: Form, sent: Mapping[str, object], *, key: str | None, language: str, **more: Any) -> Receipt:
        admitted = self._door.admit(form, sent, address="", key=key, language=language)
        return self._service.submit(form, admitted.answers, key=key, language=language, **more)


@pytest.fixture
def service(repository: InMemorySubmissionRepository, clock: StoppedClock) -> Desk:
    return Desk(repository, clock)


def test_submit__stores_the_submission_and_returns_its_receipt(
    service: Desk, repository: InMemorySubmissionRepository
) -> None:
    receipt = service.submit(FORM, ANSWERS, key=None, language="sv")
    stored = repository.get(receipt.id)
    assert stored.answers == {"name": "Åsa", "email": "Asa@example.org", "day": "a"}
    assert (stored.email, stored.language, stored.version) == ("Asa@example.org", "sv", 1)
    assert (stored.form, stored.form_version, stored.status) == ("course", "0123456789ab", Status.CONFIRMED)
    assert stored.submitted_at == START
    assert stored.expires_at == START.replace(microsecond=0) + timedelta(days=30)
    assert receipt.id.startswith("crs_")
    assert parse_reference(receipt.reference) == stored.reference
    assert not receipt.repeated


def test_submit__treats_the_same_answers_as_one_for_ten_minutes(
    service: Desk, repository: InMemorySubmissionRepository, clock: StoppedClock
) -> None:
    form = replace(FORM, once=None)
    first = service.submit(form, ANSWERS, key=None, language="en")
    clock.forward(minutes=9, seconds=59)
    assert service.submit(form, {**ANSWERS, "name": " Åsa "}, key=None, language="sv") == replace(first, repeated=True)
    clock.forward(seconds=1)
    assert not service.submit(form, ANSWERS, key=None, language="en").repeated
    assert len(repository.entries) == 2


def test_submit__treats_other_answers_without_a_key_as_new(
    service: Desk, repository: InMemorySubmissionRepository
) -> None:
    for day in ("a", "b"):
        service.submit(FORM, {**ANSWERS, "day": day}, key=None, language="en")
    assert len(repository.entries) == 2


def test_submit__keeps_a_key_for_a_day(service: Desk, clock: StoppedClock) -> None:
    form = replace(FORM, once=None)
    first = service.submit(form, ANSWERS, key="k", language="en")
    clock.forward(hours=23)
    assert service.submit(form, ANSWERS, key="k", language="en") == replace(first, repeated=True)
    with pytest.raises(KeyReusedError):
        service.submit(form, {**ANSWERS, "name": "Bo"}, key="k", language="en")
    clock.forward(hours=1)
    assert not service.submit(form, {**ANSWERS, "name": "Bo"}, key="k", language="en").repeated


def test_submit__takes_another_link_for_the_same_attempt(service: Desk) -> None:
    """What the address filled in decides nothing: the page may be opened anew before it is sent again."""
    form = replace(FORM, once=None, fields=(*FORM.fields, a_field("hidden", "came_by")))
    first = service.submit(form, {**ANSWERS, "came_by": "newsletter"}, key="k", language="en")
    assert service.submit(form, ANSWERS, key="k", language="en") == replace(first, repeated=True)


def test_submit__recognises_an_address_in_any_spelling(service: Desk, repository: InMemorySubmissionRepository) -> None:
    first = service.submit(FORM, ANSWERS, key="one", language="en")
    second = service.submit(FORM, {**ANSWERS, "email": "ASA@example.org"}, key="two", language="en")
    assert second.repeated
    assert second.id != first.id
    assert second.reference != first.reference
    assert second.status == first.status
    assert repository.by_reference(second.reference).id == first.id
    assert len(repository.entries) == 1


def test_submit__accepts_two_people_with_one_address(service: Desk, repository: InMemorySubmissionRepository) -> None:
    for key, child in (("one", "Åsa"), ("two", "Bo")):
        assert not service.submit(FORM, {**ANSWERS, "name": child}, key=key, language="en").repeated
    assert service.submit(FORM, {**ANSWERS, "name": " åsa  "}, key="again", language="en").repeated
    assert len(repository.entries) == 2


@pytest.mark.parametrize(
    "name",
    [
        "\u00c5\u200bsa",
        "\u00c5\u00adsa",
        "\uff21\u030asa",
        "\ufeff\u00c5sa",
        "\u00c5sa\u00a0",
        "\u212bSA",
        "\u2060\u00c5sa",
    ],
)
def test_submit__recognises_a_name_that_looks_the_same(
    service: Desk, repository: InMemorySubmissionRepository, name: str
) -> None:
    """The name is stored as typed and compared in its folded form."""
    first = service.submit(FORM, {**ANSWERS, "name": name}, key="one", language="en")
    assert service.submit(FORM, {**ANSWERS, "name": "\u00c5sa"}, key="two", language="en").repeated
    assert repository.entries[first.id].answers["name"] == unicodedata.normalize("NFC", name).strip()


def test_once__of_an_older_folding_still_counts(service: Desk, repository: InMemorySubmissionRepository) -> None:
    """A guard made before names were folded as now still stops a second submission."""
    name = "\uff21\uff53\uff41"
    once = once_for(FORM, {**ANSWERS, "name": name}, PlainSigner())
    assert once is not None
    (before,) = once.earlier
    first = service.submit(FORM, {**ANSWERS, "name": name}, key="one", language="en")
    repository._once[FORM.name, replace(once, person_fingerprint=before, earlier=())] = repository._once.pop(
        (FORM.name, replace(once, earlier=()))
    )
    assert service.submit(FORM, {**ANSWERS, "name": name}, key="two", language="en").repeated
    assert list(repository.entries) == [first.id]
    plain_name = once_for(FORM, {**ANSWERS, "name": "Åsa  Ek"}, PlainSigner())
    assert plain_name is not None
    assert plain_name.earlier == ()


def test_submit__stores_nothing_if_an_answer_is_wrong(service: Desk, repository: InMemorySubmissionRepository) -> None:
    with pytest.raises(InvalidAnswersError):
        service.submit(FORM, {**ANSWERS, "day": "z"}, key=None, language="en")
    assert not repository.entries


def test_submit__stores_nothing_if_the_form_is_closed(service: Desk, repository: InMemorySubmissionRepository) -> None:
    with pytest.raises(FormClosedError):
        service.submit(replace(FORM, closes_at=START), ANSWERS, key=None, language="en")
    assert not repository.entries


@pytest.mark.parametrize("key", ["", "x" * 129, "å", "a\nb", "a\x00b"])
def test_submit__refuses_an_invalid_key(service: Desk, key: str) -> None:
    with pytest.raises(InvalidKeyError):
        service.submit(FORM, ANSWERS, key=key, language="en")


def test_submit__lets_no_clients_key_stand_for_another_request(service: Desk) -> None:
    form = replace(FORM, once=None)
    first = service.submit(form, ANSWERS, key=None, language="en")
    guessed = PlainSigner().fingerprint("answers", '["course",{"day":"a"}]')
    assert service.submit(form, ANSWERS, key=f"same-answers-{guessed}", language="en").id != first.id
