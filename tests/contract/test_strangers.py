"""What strangers learn when they send somebody else's name and address: nothing from answers, counts or timing."""

from __future__ import annotations

import json
import random
import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import CountedRandomness, InMemorySubmissionRepository, PlainSigner, StoppedClock
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.fields import Option
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.policies import Verification
from registration_core.domain.quota import Quota
from registration_core.services.describe import DescribeService
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import SubmissionRepository
    from registration_core.domain.submission import Receipt

VICTIM = {"name": "Åsa Lindqvist", "email": "asa@example.org", "day": "a"}
SOMEBODY = {"name": "Bo Ek", "email": "bo@example.org", "day": "a"}
PAIRS = 400


def course(capacity: int, *, verified: bool = False, counted: bool = True, name: str = "course") -> Form:
    """Return a form where each person may take an option once."""
    option = Option("a", words("A"), capacity=capacity if counted else None)
    return a_form(
        a_field("text", "name", required=True),
        a_field("email", "email", required=True),
        a_field("choice", "day", required=True, options=(option,)),
        name=name,
        once="day",
        quota=Quota("day") if counted else None,
        verification=Verification() if verified else None,
    )


class Desk:
    """Takes submissions as the API does, each with a key of its own."""

    def __init__(self, form: Form, repository: SubmissionRepository, seed: str) -> None:
        clock = StoppedClock()
        self.form = form
        self.repository = repository
        self.service = SubmitService(
            repository=repository, signer=PlainSigner(), clock=clock, randomness=CountedRandomness(seed)
        )
        self.describes = DescribeService(repository=repository, clock=clock)
        self.sent = 0

    def send(self, answers: Mapping[str, str]) -> Receipt:
        self.sent += 1
        return self.service.submit(self.form, answers, key=f"{self.form.name}-{self.sent}", language="en")

    def public(self) -> str:
        return json.dumps(self.describes.describe(self.form))


def person(number: int) -> dict[str, str]:
    return {"name": f"Person {'abcdefghij'[number % 10] * (1 + number // 10)}", "email": f"p{number}@x.org", "day": "a"}


@given(
    capacity=st.integers(0, 4),
    others=st.integers(0, 5),
    verified=st.booleans(),
    probes=st.lists(st.sampled_from(["victim", "own"]), min_size=1, max_size=6),
)
def test_transcript__does_not_reveal_who_is_registered(
    capacity: int, others: int, probes: list[str], *, verified: bool
) -> None:
    """Between two sweeps, strangers get the same answers whether the victim is registered or not.

    The last seat is the exception: somebody who takes all the others can tell that one is missing.
    """
    transcripts = []
    for first in (VICTIM, SOMEBODY):
        form = course(capacity + 1, verified=verified)
        desk = Desk(form, InMemorySubmissionRepository(StoppedClock(), CountedRandomness("r")), "same")
        desk.send(first)
        for number in range(others):
            desk.send(person(number))
        full = others >= capacity
        seats = capacity - others
        transcript: list[object] = [desk.public()]
        for number, probe in enumerate(probes):
            if not full and seats == 0:
                break
            receipt = desk.send(VICTIM if probe == "victim" else person(100 + number))
            assert parse_reference(receipt.reference)
            transcript.append((receipt.status, receipt.position, len(receipt.id), receipt.id[:4], desk.public()))
            seats -= 1
        transcripts.append(transcript)
    assert transcripts[0] == transcripts[1]


class Watched:
    """A table that records its calls: the operation, how many writes it has, and their size."""

    def __init__(self, dynamodb: Any) -> None:
        self._call = sdk_call(dynamodb)
        self.asked: list[tuple[str, int]] = []
        self.weight = 0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, len(params.get("TransactItems", ()))))
        self.weight += len(json.dumps(params))
        return self._call(operation, params)


def table_desk(call: Any, table: str, form: Form) -> Desk:
    repository = ManagedDynamoRepository(
        Table(call, table), clock=StoppedClock(), randomness=CountedRandomness(form.name)
    )
    return Desk(form, repository, form.name)


@pytest.mark.parametrize("state", ["seats free", "full", "not counted"])
def test_repeat__makes_the_same_calls_as_a_new_submission(dynamodb: Any, table: str, state: str) -> None:
    """The calls have as many writes of about the same size, so they take about as long."""
    watched = Watched(dynamodb)
    capacity = 1 if state == "full" else 50
    form = course(capacity, counted=state != "not counted", name=f"course-{state.replace(' ', '-')}-{table[-6:]}")
    desk = table_desk(watched, table, form)
    desk.send(VICTIM)
    costs = []
    for answers in (person(1), VICTIM):
        watched.asked, watched.weight = [], 0
        desk.send(answers | {"email": answers["email"].ljust(20, "x")} if answers is not VICTIM else answers)
        costs.append((watched.asked, watched.weight))
    (fresh, fresh_weight), (repeat, repeat_weight) = costs
    assert fresh == repeat
    assert abs(fresh_weight - repeat_weight) < 0.2 * fresh_weight


@pytest.mark.full
@pytest.mark.parametrize("full", [False, True])
def test_repeat__takes_as_long_as_a_new_submission(dynamodb: Any, table: str, *, full: bool) -> None:
    """A permutation test on pairs in random order finds no difference that an observer could use."""
    form = course(1 if full else 10 * PAIRS, name=f"timed-{full}-{table[-6:]}")
    desk = table_desk(sdk_call(dynamodb), table, form)
    desk.send(VICTIM)
    dice = random.Random(11)  # noqa: S311 - which comes first
    differences, times = [], []
    for number in range(PAIRS):
        pair = [("fresh", person(number)), ("repeat", VICTIM)]
        dice.shuffle(pair)
        took = {}
        for which, answers in pair:
            begun = time.perf_counter()
            desk.send(answers)
            took[which] = time.perf_counter() - begun
        times.append(took["fresh"])
        differences.append(took["repeat"] - took["fresh"])
    differences = differences[PAIRS // 10 :]  # the first ones are slow
    median_difference = statistics.median(differences)
    by_chance = sum(
        abs(statistics.median(each if dice.random() < 0.5 else -each for each in differences)) >= abs(median_difference)
        for _ in range(2000)
    )
    usual = statistics.median(times)
    figures = f"median {usual * 1000:.2f} ms, difference {median_difference * 1000:+.3f} ms, p = {by_chance / 2000:.3f}"
    assert by_chance / 2000 > 0.01 or abs(median_difference) < 0.05 * usual, figures


def test_repeats__lead_to_the_first_entry_and_store_no_other(dynamodb: Any, table: str) -> None:
    """The reference of a repeat leads to the first submission, and only that one is stored."""
    form = replace(course(3, name=f"once-{table[-6:]}"))
    desk = table_desk(sdk_call(dynamodb), table, form)
    first = desk.send(VICTIM)
    repeats = [desk.send(VICTIM | {"name": name}) for name in ("åsa  lindqvist", "ÅSA LINDQVIST")]
    assert len({receipt.id for receipt in (first, *repeats)}) == 3
    assert {desk.repository.by_reference(receipt.reference).id for receipt in repeats} == {first.id}
