"""What a client learns about a form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from contract.fakes import StoppedClock
from unit.core.builders import a_field, a_form, words

from registration_core.domain.fields import Option
from registration_core.domain.forms import Section
from registration_core.domain.policies import Verification
from registration_core.domain.quota import PublicSeats, Quota, QuotaState
from registration_core.services.describe import DescribeService

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Override

OPTIONS = (
    Option("a", words("A"), capacity=12),
    Option("b", words("B"), hint=words("Saturdays"), capacity=2),
    Option("c", words("C")),
)
FORM = a_form(
    a_field("email", "email", required=True, example="me@example.org"),
    a_field("date", "born", minimum="today-20y", maximum="today"),
    a_field("number", "age", minimum=6),
    a_field("choice", "day", required=True, options=OPTIONS),
    quota=Quota("day"),
)


@dataclass
class FakeQuotas:
    """Returns the given quotas, and records whether it was asked."""

    states: dict[str, QuotaState] = field(default_factory=dict)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    in_force: dict[str, Override] = field(default_factory=dict)

    def overrides(self, _form: str) -> Mapping[str, Override]:
        return self.in_force

    def seats_and_overrides(
        self, form: str, options: Sequence[str]
    ) -> tuple[Mapping[str, QuotaState], Mapping[str, Override]]:
        self.asked.append((form, tuple(options)))
        return self.states, self.in_force


def described(form: Form, quotas: FakeQuotas | None = None, clock: StoppedClock | None = None) -> dict[str, Any]:
    return describing(quotas, clock).describe(form)


def describing(quotas: FakeQuotas | None = None, clock: StoppedClock | None = None) -> DescribeService:
    return DescribeService(repository=quotas or FakeQuotas(), clock=clock or StoppedClock())  # type: ignore[arg-type]


def test_describe__covers_each_field_in_every_language() -> None:
    """Limits that depend on the date are today's."""
    description = described(FORM)
    assert json.loads(json.dumps(description)) == description
    assert description["title"] == {"en": "Course", "sv": "Course (sv)"}
    email, born, age, _ = description["fields"]
    assert email == {
        "name": "email", "type": "email", "label": {"en": "Email", "sv": "Email (sv)"}, "required": True,
    }  # fmt: skip
    assert (born["minimum"], born["maximum"], born["required"]) == ("2007-03-01", "2027-03-01", False)
    assert age["minimum"] == 6


def test_describe__shows_seats_without_numbers() -> None:
    """The public learns no number, and nothing that changes with a request just sent."""
    counts = {"capacity": 4, "taken": 3, "tickets": 5, "departed": 3}
    quotas = FakeQuotas({"b": QuotaState("course", "b", **counts, shown=PublicSeats.WAITING_LIST)})
    a, b, c = described(FORM, quotas)["fields"][3]["options"]
    assert quotas.asked == [("course", ("a", "b"))]
    assert a == {
        "value": "a", "label": {"en": "A", "sv": "A (sv)"}, "seats": "plenty",
    }  # fmt: skip
    assert b["seats"] == "waiting_list"
    assert "seats" not in c
    assert "capacity" not in b
    assert described(FORM, FakeQuotas({"b": QuotaState("course", "b", **counts)}))["fields"][3]["options"][1] == {
        "value": "b", "label": {"en": "B", "sv": "B (sv)"}, "hint": {"en": "Saturdays", "sv": "Saturdays (sv)"},
        "seats": "few",
    }  # fmt: skip


def test_describe__without_a_quota_reads_no_table() -> None:
    quotas = FakeQuotas()
    described(a_form(), quotas)
    assert quotas.asked == []


def test_describe__hides_what_concerns_only_staff() -> None:
    description_json = json.dumps(described(FORM))
    for secret in ("staff@example.org", "further_remark", "me@example.org", "crs"):
        assert secret not in description_json


def test_describe__leaves_out_what_only_the_sites_page_needs() -> None:
    remark = a_field("textarea", "remark", draft=True, missing=words("Say something"), keep_for_next=True, example="x")
    assert described(a_form(remark))["fields"][0].keys() == {"name", "type", "label", "required"}


def test_describe__has_the_sections_and_when_the_form_closes() -> None:
    closes = StoppedClock().at + timedelta(days=1)
    description = described(replace(FORM, closes_at=closes, sections=(Section(words("You"), "email"),)))
    assert description["sections"] == [{"title": {"en": "You", "sv": "You (sv)"}, "begins_with": "email"}]
    assert description["closes_at"] == closes.isoformat()
    assert described(FORM).keys().isdisjoint({"sections", "opens_at", "closes_at"})


def test_describe__says_if_the_form_is_open_and_needs_verifying() -> None:
    clock = StoppedClock()
    opens = clock.at + timedelta(hours=1)
    form = replace(FORM, opens_at=opens, verification=Verification(24))
    description = described(form, clock=clock)
    assert (description["open"], description["opens_at"], description["verify_within_hours"]) == (
        False,
        opens.isoformat(),
        24,
    )
    clock.forward(hours=1)
    assert described(form, clock=clock)["open"] is True
    assert "verify_within_hours" not in described(FORM)


def test_describe__names_the_form_and_how_long_it_keeps_answers() -> None:
    description = described(a_form(description=words("Eight Saturdays")))
    assert {key: description[key] for key in ("name", "version", "languages", "retention_days")} == {
        "name": "course",
        "version": "0123456789ab",
        "languages": ["en", "sv"],
        "retention_days": 30,
    }
    assert description["description"] == {"en": "Eight Saturdays", "sv": "Eight Saturdays (sv)"}
    assert "description" not in described(a_form())


def test_brief__has_only_what_changes() -> None:
    brief = describing().brief(FORM, "en")
    assert "closed" not in brief
    seats = [{"value": "a", "seats": "plenty"}, {"value": "b", "seats": "few"}]
    assert (brief["name"], brief["version"]) == ("course", "0123456789ab")
    assert [each["name"] for each in brief["fields"]] == ["born", "day"]
    assert brief["fields"][0].keys() == {"name", "minimum", "maximum"}
    assert brief["fields"][1]["options"] == seats
