"""A form with a field of every type, and services whose answers a test chooses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from shipped import SOURCES
from unit.handlers.my_desk import SITE, Desk

from lambda_handlers.site_words import SiteWords
from registration_core.domain.errors import UnknownFormError
from registration_core.domain.fields import Field, FieldType, Option, Text
from registration_core.domain.forms import Form
from registration_core.domain.ports import FormCatalogue
from registration_core.domain.submission import Receipt, Status
from registration_core.services.door import Admission
from rollcall_build.package import site_parts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def text(english: str) -> Text:
    return Text({"en": english})


OPTIONS = (Option("mon", text("Monday")), Option("tue", text("Tuesday"), text("After school")))

FORM = Form(
    name="registration",
    version="0123456789ab",
    id_prefix="reg",
    languages=("en",),
    title=text("Register for a <course>"),
    description=None,
    fields=(
        Field("name", FieldType.TEXT, text("Your name"), required=True, autocomplete="name"),
        Field("email", FieldType.EMAIL, text("E-mail"), hint=text("We answer here & nowhere else"), required=True),
        Field("phone", FieldType.PHONE, text("Phone")),
        Field("born", FieldType.DATE, text("Born")),
        Field("age", FieldType.NUMBER, text("Age")),
        Field("message", FieldType.TEXTAREA, text("Message")),
        Field("day", FieldType.CHOICE, text("Day"), options=OPTIONS, required=True),
        Field("days", FieldType.CHOICES, text("Days"), options=OPTIONS),
        Field("consent", FieldType.CONSENT, text("I agree"), required=True),
    ),
    email_field="email",
    retention_days=30,
)


@dataclass
class FakeSubmitService:
    """Returns its receipt or raises its error, and records its calls."""

    receipt: Receipt = field(
        default_factory=lambda: Receipt("reg_01JABCDEFGHJKMNPQRSTVWXYZ0", "K7QM3XTP", Status.CONFIRMED)
    )
    error: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def submit(
        self,
        form: Form,
        answers: Mapping[str, object],
        *,
        key: str | None,
        language: str,
        spam_sign: str | None,
        of_answers: bool,
    ) -> Receipt:
        asked = {"form": form.name, "answers": dict(answers), "key": key, "language": language}
        options = {"spam_sign": spam_sign, "of_answers": of_answers}
        self.asked.append(asked | {name: value for name, value in options.items() if value})
        if self.error:
            raise self.error
        return self.receipt


@dataclass
class FakeDoor:
    """Admits everybody or raises its error, and records the addresses."""

    error: Exception | None = None
    spam_sign: str | None = None
    addresses: list[str] = field(default_factory=list)

    def admit(
        self,
        form: Form,  # noqa: ARG002 - the door's signature
        sent: Mapping[str, object],
        *,
        address: str,
        key: str | None,  # noqa: ARG002 - the door's signature
        language: str,  # noqa: ARG002 - the door's signature
    ) -> Admission:
        self.addresses.append(address)
        if self.error:
            raise self.error
        return Admission(dict(sent), self.spam_sign)


@dataclass
class FakeDescriptions:
    """Describes every form the same way, or raises its error. closed: the options that are closed."""

    error: Exception | None = None
    closed: frozenset[str] = frozenset()

    def describe(self, form: Form) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"name": form.name, "open": True}

    def closed_options(self, form: Form) -> frozenset[str]:  # noqa: ARG002 - the same for every form
        return self.closed


class OneForm(FormCatalogue):
    """Knows only the form above."""

    def get(self, name: str) -> Form:
        if name != FORM.name:
            raise UnknownFormError(name)
        return FORM

    def names(self) -> list[str]:
        return [FORM.name]


@pytest.fixture
def forms() -> FormCatalogue:
    return OneForm()


@pytest.fixture
def form() -> Form:
    return FORM


@pytest.fixture
def service() -> FakeSubmitService:
    return FakeSubmitService()


@pytest.fixture
def door() -> FakeDoor:
    return FakeDoor()


@pytest.fixture
def descriptions() -> FakeDescriptions:
    return FakeDescriptions()


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates and words of the functions' pages, as in the functions' zip."""
    folder = tmp_path_factory.mktemp("zip")
    for name, content in site_parts(SOURCES):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "site"


@pytest.fixture
def words(site_dir: Path) -> SiteWords:
    """The site's words, and its URL."""
    return SiteWords(str(site_dir), site_url=SITE)


@pytest.fixture
def desk(site_dir: Path) -> Desk:
    return Desk(site_dir)
