"""A stack with the real services and a repository in memory, for commands that change submissions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from contract.fakes import CountedRandomness, PlainSigner, StoppedClock
from contract.mail_fakes import InMemoryJournal
from contract.manage_fake import InMemoryManagedRepository
from shipped import shipped_forms

from registration_core.adapters.given_forms import GivenForms
from registration_core.domain.identifiers import display_reference
from registration_core.domain.quota import Waitlist
from registration_core.domain.validation import example_submission, validate
from registration_core.services.attendance import AttendanceService
from registration_core.services.edit import EditService
from registration_core.services.intake import IntakeService
from registration_core.services.manage import ManageService
from registration_core.services.notes import NoteService
from registration_core.services.openings import OpeningsService
from registration_core.services.query import QueryService
from registration_core.services.restore import RestoreService
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt, Submission


def _of_any_age(form: Form) -> Form:
    """Return the form with courses for all ages, since one person moves between them here."""
    fields = (
        replace(field, options=tuple(replace(each, min_age=None, max_age=None) for each in field.options))
        for field in form.fields
    )
    return replace(form, fields=tuple(fields))


FORMS = {name: _of_any_age(form) for name, form in shipped_forms().items()}
COURSE, OTHER_COURSE = "first-robot", "line-followers"


@dataclass
class Office:
    """A stack in memory with this clone's forms. line: the command line that works on it."""

    line: CommandLine

    def __post_init__(self) -> None:
        self.clock = StoppedClock()
        self.repository = InMemoryManagedRepository(self.clock, CountedRandomness("repository"))
        self.forms = dict(FORMS)
        catalogue = GivenForms(self.forms)
        shared: dict[str, Any] = {
            "repository": self.repository,
            "clock": self.clock,
            "randomness": CountedRandomness("services"),
        }
        self.submits = SubmitService(signer=PlainSigner(), **shared)
        self.manage = self.line.managing = ManageService(forms=catalogue, **shared)
        self.line.editing = EditService(forms=catalogue, signer=PlainSigner(), **shared)
        self.restore = self.line.restoring = RestoreService(forms=catalogue, signer=PlainSigner(), **shared)
        self.line.taking_in = IntakeService(signer=PlainSigner(), **shared)
        self.line.queries = QueryService(forms=self.forms, repository=self.repository, clock=self.clock)
        self.attendance = self.line.attending = AttendanceService(
            forms=catalogue, repository=self.repository, query=self.line.queries, clock=self.clock
        )
        self.openings = self.line.opening = OpeningsService(repository=self.repository, clock=self.clock)
        self.notes = self.line.noting = NoteService(repository=self.repository, clock=self.clock)
        self.line.journal = InMemoryJournal(self.repository)
        self.line.forms = self.forms

    def register(self, name: str = "Åsa Lindqvist", *, form: str = "registration", **answers: Any) -> Submission:
        """Fill in a form as somebody."""
        definition = self.forms[form]
        filled_in = example_submission(definition, today=self.clock.now().date())
        filled_in |= {"course": COURSE} if form == "registration" else {}
        filled_in |= {definition.name_field: name, **answers}
        checked = validate(definition, filled_in, "en", today=definition.today(self.clock.now()))
        receipt = self.submits.submit(definition, checked, key=name.encode().hex(), language="en")
        return self.get(receipt)

    def get(self, entry: Submission | Receipt) -> Submission:
        return self.repository.get(entry.id)

    def seats(self, option: str = COURSE, capacity: int | None = None) -> tuple[int, int]:
        """Set the capacity if given, and return how many seats are taken and how many wait."""
        if capacity is not None:
            self.manage.set_capacity("registration", option, capacity)
        state = self.repository.quotas("registration", [option])[option]
        return state.taken, state.waiting

    def by_hand(self) -> None:
        """Let staff promote."""
        quota = self.forms["registration"].quota
        assert quota is not None
        self.forms["registration"] = replace(self.forms["registration"], quota=replace(quota, waitlist=Waitlist.MANUAL))


def called(entry: Submission) -> str:
    """Return how commands name a submission: the person first, then the course."""
    who = f"{entry.answers['participant']}, {entry.answers['course']}"
    return f"{who} (registration {reference(entry)}, {entry.email})"


def reference(entry: Submission) -> str:
    return display_reference(entry.reference)
