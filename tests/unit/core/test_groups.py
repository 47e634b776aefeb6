"""Groups: several participants in one go, with a seat or a ticket each, all or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, InMemorySubmissionRepository, PlainSigner, StoppedClock
from contract.rate_counter import InMemoryRateCounter
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb.stream import change_of
from registration_core.domain.errors import InvalidAnswersError, KeyReusedError
from registration_core.domain.fields import Option
from registration_core.domain.groups import Group
from registration_core.domain.mail import Change, mails_for
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Event, Status
from registration_core.services.door import Door, Limits
from registration_core.services.missing_mails import missing_mails
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.submission import Receipt

FORM = a_form(
    a_field("text", "guardian", required=True),
    a_field("email", "email", required=True),
    a_field("text", "participant", required=True),
    a_field(
        "choice",
        "week",
        required=True,
        options=(Option("a", words("A"), capacity=2), Option("b", words("B"), capacity=1)),
    ),
    a_field("textarea", "wishes"),
    name_field="participant",
    once="week",
    quota=Quota("week"),
    group=Group(("participant", "week"), 4),
)
FAMILY = {"guardian": "Per", "email": "per@example.org", "wishes": "Together, if you can."}


def a_family(*members: tuple[str, str], **more: object) -> dict[str, object]:
    return {**FAMILY, "group": [{"participant": name, "week": week} for name, week in members], **more}


class Desk:
    """The door and the service behind it, as the function uses them."""

    def __init__(self) -> None:
        clock = StoppedClock()
        shared: dict[str, Any] = {"signer": PlainSigner(), "clock": clock}
        self.repository = InMemorySubmissionRepository(clock, CountedRandomness("repository"))
        self._door = Door(rates=InMemoryRateCounter(), limits=Limits(per_address=0, per_email=0), **shared)
        self._service = SubmitService(repository=self.repository, randomness=CountedRandomness("service"), **shared)

    def send(self, sent: Mapping[str, object], *, key: str | None = None) -> Receipt:
        admitted = self._door.admit(FORM, sent, address="", key=key, language="en")
        how: dict[str, Any] = {"key": key, "language": "en", "spam_sign": admitted.spam_sign}
        if admitted.members:
            return self._service.submit_group(FORM, admitted.members, **how)
        return self._service.submit(FORM, admitted.answers, **how)

    def refused(self, sent: Mapping[str, object]) -> dict[str, str]:
        with pytest.raises(InvalidAnswersError) as refused:
            self.send(sent)
        return {error.field: error.code for error in refused.value.errors}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def outcomes(receipt: Receipt) -> list[tuple[str, int | None]]:
    return [(each.status.value, each.position) for each in receipt.group]


def test_each_participant_gets_a_submission(desk: Desk) -> None:
    """The guardian's answers are with each participant's own, under an ID and reference of its own."""
    receipt = desk.send(a_family(("Åsa", "a"), ("Bo", "b")))
    asa, bo = (desk.repository.get(each.id) for each in receipt.group)
    assert asa.answers == {**FAMILY, "participant": "Åsa", "week": "a"}
    assert bo.answers == {**FAMILY, "participant": "Bo", "week": "b"}
    assert asa.members == bo.members == (asa.id, bo.id)
    assert (receipt.id, asa.group, bo.group) == (asa.id, asa.id, asa.id)
    assert desk.repository.by_reference(bo.reference) == bo
    assert asa.reference != bo.reference


def test_the_pages_names_mean_the_same(desk: Desk) -> None:
    """The page sends `participant-2` instead of a list, and may leave out a number."""
    page = {"participant": "Åsa", "week": "a", "participant-3": "Bo", "week-3": "b"}
    receipt = desk.send({**FAMILY, **page})
    assert [desk.repository.get(each.id).answers["participant"] for each in receipt.group] == ["Åsa", "Bo"]


def test_one_participant_is_no_group(desk: Desk) -> None:
    receipt = desk.send({**FAMILY, "participant": "Åsa", "week": "a"})
    assert receipt.group == ()
    assert desk.repository.get(receipt.id).members == ()
    assert desk.send(a_family(("Bo", "a"))).group == ()


def test_siblings_for_the_last_seat__one_seat_one_ticket(desk: Desk) -> None:
    assert outcomes(desk.send(a_family(("Åsa", "b"), ("Bo", "b")))) == [("confirmed", None), ("waitlisted", 1)]
    assert outcomes(desk.send(a_family(("Ea", "b"), ("Di", "b")))) == [("waitlisted", 2), ("waitlisted", 3)]
    state = desk.repository.quotas("course", ["b"])["b"]
    assert (state.taken, state.waiting) == (1, 3)


def test_a_full_week_does_not_keep_the_others_out(desk: Desk) -> None:
    """Each option is decided for itself, in the group's order."""
    desk.send(a_family(("Åsa", "b"), ("Bo", "a")))
    receipt = desk.send(a_family(("Ea", "b"), ("Di", "a"), ("Cy", "a")))
    assert outcomes(receipt) == [("waitlisted", 1), ("confirmed", None), ("waitlisted", 1)]


def test_one_mail_tells_of_all(desk: Desk) -> None:
    """Only the first with a seat causes mails when it arrives."""
    desk.send(a_family(("Åsa", "b"), ("Bo", "a")))
    receipt = desk.send(a_family(("Ea", "b"), ("Di", "a")))
    assert [desk.repository.get(each.id).quiet for each in receipt.group] == [True, False]


def test_the_same_key__gets_all_receipts_again(desk: Desk) -> None:
    family = a_family(("Åsa", "a"), ("Bo", "b"))
    first = desk.send(family, key="once")
    again = desk.send(family, key="once")
    assert again.repeated
    assert [each.id for each in again.group] == [each.id for each in first.group]
    assert len(desk.repository.entries) == 2
    with pytest.raises(KeyReusedError):
        desk.send(a_family(("Åsa", "a"), ("Bo", "a")), key="once")


def test_someone_registered_before__looks_like_a_newcomer(desk: Desk) -> None:
    """A sibling who has the option already takes no second seat, and nobody can tell from the receipt."""
    first = desk.send({**FAMILY, "participant": "Åsa", "week": "a"})
    receipt = desk.send(a_family(("Åsa", "a"), ("Bo", "a")))
    assert outcomes(receipt) == [("confirmed", None), ("waitlisted", 1)]
    assert desk.repository.by_reference(receipt.group[0].reference).id == first.id
    assert len(desk.repository.entries) == 2


def test_someone_registered_before__leaves_the_mail_to_the_newcomer(desk: Desk) -> None:
    """Nothing is stored of the first, so that one's mail would never come."""
    desk.send({**FAMILY, "participant": "Åsa", "week": "a"})
    receipt = desk.send(a_family(("Åsa", "a"), ("Bo", "b"), ("Cy", "b")))
    bo, cy = (desk.repository.get(each.id) for each in receipt.group[1:])
    assert [bo.quiet, cy.quiet] == [False, True]
    assert bo.members == cy.members == (bo.id, cy.id)


def test_the_only_newcomer_of_a_group__is_alone(desk: Desk) -> None:
    """No group leads to submissions that were never stored."""
    desk.send({**FAMILY, "participant": "Åsa", "week": "a"})
    receipt = desk.send(a_family(("Åsa", "a"), ("Bo", "b")))
    assert desk.repository.get(receipt.group[1].id).members == ()


def test_the_same_participant_twice__is_one_error(desk: Desk) -> None:
    assert desk.refused(a_family(("Åsa", "a"), ("Bo", "a"), ("\u00e5sa ", "a"))) == {
        "participant-3": "repeated_participant"
    }
    assert len(desk.send(a_family(("Åsa", "a"), ("Åsa", "b"))).group) == 2


def test_errors__name_the_participant_in_the_pages_order(desk: Desk) -> None:
    """What is asked once is wrong once, however many participants there are."""
    family = {
        "email": "no address",
        "group": [{"participant": ""}, {"participant": "Bo", "week": "x", "colour": "red"}],
    }
    assert list(desk.refused(family).items()) == [
        ("guardian", "required"),
        ("email", "not_an_email"),
        ("participant", "required"),
        ("week", "required"),
        ("week-2", "unknown_option"),
        ("colour-2", "unknown_field"),
    ]
    assert desk.repository.entries == {}


@pytest.mark.parametrize("group", [[], [{}] * 5, "Åsa", ["Åsa"], {"participant": "Åsa"}, [None], None])
def test_not_a_list_of_participants__one_error(desk: Desk, group: object) -> None:
    assert desk.refused({**FAMILY, "group": group}) == {"group": "not_participants"}


def test_two_ways_at_once__are_refused(desk: Desk) -> None:
    """A list of participants and a participant beside it could mean two different things."""
    assert desk.refused(a_family(("Åsa", "a"), participant="Bo")) == {"group": "not_participants"}
    assert desk.refused(a_family(("Åsa", "a"), **{"participant-2": "Bo"})) == {"participant-2": "unknown_field"}


@pytest.mark.parametrize(
    "name", ["participant-0", "participant-1", "participant-02", "participant-x", "participant-²", "guardian-2"]
)
def test_no_participants_number__is_an_unknown_field(desk: Desk, name: str) -> None:
    sent = {**FAMILY, "participant": "Åsa", "week": "a", name: "Bo"}
    assert desk.refused(sent) == {name: "unknown_field"}


def test_spam__is_judged_of_the_whole(desk: Desk) -> None:
    """The links of all participants count together, and suspected spam takes no seat."""
    two, three = "https://a.example https://b.example", "https://c.example https://d.example"
    receipt = desk.send(
        {**FAMILY, "guardian": two, "participant": "Åsa", "week": "a", "participant-2": three, "week-2": "a"}
    )
    assert [each.status.value for each in receipt.group] == ["spam", "spam"]
    assert desk.repository.quotas("course", ["a"]) == {}


def a_record(was: str, now: str, **item: Any) -> dict[str, Any]:
    """Return the stream's record of a group's member whose status changed."""
    image = {"sk": {"S": "SUB"}, "id": {"S": "crs_2"}, "version": {"N": "2"}, "group": {"L": []}, **item}
    images = {"OldImage": image | {"status": {"S": was}}, "NewImage": image | {"status": {"S": now}}}
    return {"eventName": "MODIFY", "dynamodb": images}


@pytest.mark.parametrize(
    ("was", "now", "by", "kinds"),
    [
        ("pending", "confirmed", "registrant", []),
        ("pending", "confirmed", "staff", ["confirmed", "staff"]),
        ("pending", "cancelled", "registrant", ["cancelled", "staff_withdrawn"]),
        ("waitlisted", "confirmed", "system", ["promoted"]),
    ],
)
def test_quiet_member__is_silent_only_while_anothers_mail_tells(was: str, now: str, by: str, kinds: list[str]) -> None:
    """Whoever is verified together is told together; every later change is told of itself."""
    mark = {"by_registrant": {"BOOL": True}} if by == "registrant" else {}
    change = change_of(a_record(was, now, quiet={"BOOL": True}, **mark))
    assert isinstance(change, Change)
    assert [request.kind for request in mails_for(change)] == kinds


def test_missing_mails__none_for_who_was_verified_together(desk: Desk) -> None:
    receipt = desk.send(a_family(("Åsa", "a"), ("Bo", "a")))
    first, second = (desk.repository.details(each.id) for each in receipt.group)
    assert [request.kind for request in missing_mails(first, until=START)] == ["confirmed", "staff"]
    assert missing_mails(second, until=START) == []
    verified = Event("01", START, "verified", "registrant", Status.CONFIRMED, 2)
    for details, kinds in ((first, ["confirmed", "staff"]), (second, [])):
        pending = replace(details.events[0], status=Status.PENDING, version=1)
        history = replace(details, events=(pending, verified))
        assert [request.kind for request in missing_mails(history, until=START)] == kinds
