"""Forms: what an organisation asks, read from a compiled form."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import datetime

from registration_core.domain.errors import FormClosedError
from registration_core.domain.fields import Field, FieldType, Text
from registration_core.domain.languages import best_language
from registration_core.domain.policies import SHIPPED_SPAM_RULES, SpamRules, Verification
from registration_core.domain.quota import Quota
from registration_core.domain.time_zones import TimeZone, local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from typing import Any

    from registration_core.domain.conditions import Condition
    from registration_core.domain.fields import Option
    from registration_core.domain.groups import Group
    from registration_core.domain.messages import Words
    from registration_core.domain.values import Answer


STAFF_MAILS = ("new", "changed", "withdrawn", "spam")
"""What staff get mails about, unless the form says otherwise."""
LONGEST_RETENTION_DAYS = 3660
"""Ten years: no form keeps its submissions longer."""


@dataclass(frozen=True, slots=True)
class OwnMail:
    """A form's own mail, which staff send to many registrants. Its templates are in the functions' zip.

    languages: the languages of its templates. needs: the values that staff must give to send it.
    digest: of its templates, so that a new wording makes a new form version. unsubscribe: it isn't
    about the contract, so registrants can refuse it.
    """

    name: str
    languages: tuple[str, ...]
    needs: tuple[str, ...]
    digest: str
    unsubscribe: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> OwnMail:
        """Read what `to_dict` returned."""
        needs, unsubscribe = tuple(data.get("needs", ())), data.get("unsubscribe", False)
        return cls(data["name"], tuple(data["languages"]), needs, data["digest"], unsubscribe=unsubscribe)

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON, without empty ones."""
        needs = {"needs": list(self.needs)} if self.needs else {}
        unsubscribe = {"unsubscribe": True} if self.unsubscribe else {}
        return {"name": self.name, "languages": list(self.languages), **needs, "digest": self.digest, **unsubscribe}


MESSAGE = OwnMail("message", languages=(), needs=("subject", "text"), digest="built-in")
"""A mail that every form has: staff write its subject and text when they send it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading above some fields. begins_with: the first field below it. It ends at the next section."""

    title: Text
    begins_with: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Section:
        """Read what `to_dict` returned."""
        return cls(Text(data["title"]), data["begins_with"])

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {"title": dict(self.title.by_language), "begins_with": self.begins_with}


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    version: a digest of the form, 12 hexadecimal letters. languages: the first is the default.
    email_field: the field for the registrant's address. name_field: the field for the participant's
    name, which mails greet. once: the choice field whose options a person (address and name) may
    each take only once. staff: the addresses that get `staff_mails`. retention_days: how long a
    submission is kept. quota: None if seats aren't counted. verification: None if addresses aren't
    verified. mails: the form's own mails. words: the texts in languages that aren't built in.
    time_zone: None for UTC. retired: the form's folder is gone, but submissions remain. sections:
    headings above the fields. embed_on: the origins whose pages may frame the form. short_address:
    a second address of its page, without a slash. webhooks, reminders, own_changes: as compiled,
    because visitors wait for this module; `domain.webhooks.webhooks_of`,
    `domain.reminders.reminders_of` and `domain.own_changes.own_changes_of` read them. group: what is
    asked of each participant; None if the form is about one.
    """

    name: str
    version: str
    id_prefix: str
    languages: tuple[str, ...]
    title: Text
    description: Text | None
    fields: tuple[Field, ...]
    email_field: str
    retention_days: int
    staff: tuple[str, ...] = ()
    staff_mails: tuple[str, ...] = STAFF_MAILS
    name_field: str | None = None
    once: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    quota: Quota | None = None
    verification: Verification | None = None
    spam: SpamRules = SHIPPED_SPAM_RULES
    mails: tuple[OwnMail, ...] = ()
    words: Words = with_default(default_factory=dict)
    sections: tuple[Section, ...] = ()
    time_zone: TimeZone | None = None
    retired: bool = False
    embed_on: tuple[str, ...] = ()
    short_address: str | None = None
    webhooks: tuple[Mapping[str, Any], ...] = ()
    reminders: tuple[Mapping[str, Any], ...] = ()
    own_changes: Mapping[str, Any] | None = None
    group: Group | None = None

    def parted(self) -> tuple[tuple[Section | None, tuple[Field, ...]], ...]:
        """Return each section with its visible fields; all under None if there are no sections."""
        starts = {section.begins_with: section for section in self.sections}
        parts: list[tuple[Section | None, list[Field]]] = []
        for field in self.fields:
            if field.type is FieldType.HIDDEN:
                continue
            if not parts or field.name in starts:
                parts.append((starts.get(field.name), []))
            parts[-1][1].append(field)
        return tuple((section, tuple(fields)) for section, fields in parts)

    def asks(self, field: Field, answers: Mapping[str, Answer]) -> bool:
        """Whether the field is asked with these answers, as stored."""
        return field.show_when is None or self._holds(field.show_when, answers)

    def offers(self, option: Option, answers: Mapping[str, Answer]) -> bool:
        """Whether the option can be chosen with these answers, as stored."""
        return option.show_when is None or self._holds(option.show_when, answers)

    def _holds(self, condition: Condition, answers: Mapping[str, Answer]) -> bool:
        # Staff edit parts of a form: what a question outside the part decides is checked later.
        return self.field(condition.field) is None or condition.holds(answers)

    def question_of(self, condition: Condition | None) -> Text:
        """Return the question that decides whether something is asked."""
        field = self.field(condition.field) if condition is not None else None
        return field.label if field is not None else self.title

    def own_mail(self, name: str) -> OwnMail | None:
        """Return the form's own mail with this name, or None. `message` always exists."""
        return next((mail for mail in (*self.mails, MESSAGE) if mail.name == name), None)

    def may_unsubscribe(self, mail: str) -> bool:
        """Whether registrants can refuse this mail, because it isn't about the contract."""
        own_mail = self.own_mail(mail)
        return own_mail is not None and own_mail.unsubscribe

    def field(self, name: str) -> Field | None:
        """Return the field with this name, or None."""
        for field in self.fields:
            if field.name == name:
                return field
        return None

    @property
    def chosen_field(self) -> Field | None:
        """The field that a submission is about: the quota's, otherwise `once`."""
        name = self.quota.field if self.quota is not None else self.once
        return self.field(name) if name is not None else None

    @property
    def asks_for_files(self) -> bool:
        """Whether a question is for files."""
        return any(field.files is not None for field in self.fields)

    def name_in(self, answers: Mapping[str, object]) -> str:
        """Return the participant's name from the answers; empty if the form doesn't ask for one."""
        return str(answers.get(self.name_field, "")) if self.name_field is not None else ""

    def without_hidden(self, answers: Mapping[str, Answer]) -> Mapping[str, Answer]:
        """Return the answers that a visitor gave, without those of hidden fields."""
        hidden = self.hidden
        return {name: answer for name, answer in answers.items() if name not in hidden} if hidden else answers

    @property
    def hidden(self) -> dict[str, str]:
        """The names of the hidden fields, with the parameters of the page's address that fill them in."""
        return {field.name: str(field.from_query) for field in self.fields if field.type is FieldType.HIDDEN}

    def choice_in(self, answers: Mapping[str, object]) -> str:
        """Return the option that these answers are about, counted or not; empty if there is none."""
        field = self.chosen_field
        return str(answers.get(field.name, "")) if field is not None else ""

    def columns(self) -> dict[str, Text]:
        """Return the export's columns, name and heading, in the form's order."""
        return {field.name: field.label for field in self.fields}

    def counted_option(self, answers: Mapping[str, object]) -> str | None:
        """Return the option that these answers need a seat of; None if seats aren't counted."""
        if self.quota is None:
            return None
        field = self.field(self.quota.field)
        option = field.option(str(answers.get(self.quota.field))) if field is not None else None
        return option.value if option is not None and option.capacity is not None else None

    def capacities(self) -> dict[str, int]:
        """Return the counted options with their initial capacities; empty without a quota."""
        field = self.field(self.quota.field) if self.quota is not None else None
        options = field.options if field is not None else ()
        return {option.value: option.capacity for option in options if option.capacity is not None}

    def today(self, now: datetime) -> date:
        """Return today's date in the organisation's time zone."""
        return local(now, self.time_zone).date()

    def language_for(self, preferred: str | None) -> str:
        """Return the form's best language.

        preferred: a language tag such as `sv`, or the value of an Accept-Language header.
        """
        return best_language(preferred, self.languages)

    def ensure_open(self, now: datetime) -> None:
        """Raise FormClosedError if the form isn't open now."""
        if self.opens_at is not None and now < self.opens_at:
            message = f"This form opens on {self.opens_at:%Y-%m-%d at %H:%M} (UTC{self.opens_at:%z})."
            raise FormClosedError(message, opens=True, at=self.opens_at)
        if self.closes_at is not None and now >= self.closes_at:
            message = f"This form closed on {self.closes_at:%Y-%m-%d at %H:%M} (UTC{self.closes_at:%z})."
            raise FormClosedError(message, at=self.closes_at)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Form:
        """Read a compiled form, as `to_dict` wrote it."""
        return cls(
            name=data["name"],
            version=data["version"],
            id_prefix=data["id_prefix"],
            languages=tuple(data["languages"]),
            title=Text(data["title"]),
            description=Text(data["description"]) if data.get("description") else None,
            fields=tuple(map(Field.from_dict, data["fields"])),
            sections=tuple(map(Section.from_dict, data.get("sections", ()))),
            email_field=data["email_field"],
            retention_days=data["retention_days"],
            staff=tuple(data.get("staff", ())),
            staff_mails=tuple(data.get("staff_mails", STAFF_MAILS)),
            name_field=data.get("name_field"),
            once=data.get("once"),
            opens_at=_datetime(data.get("opens_at")),
            closes_at=_datetime(data.get("closes_at")),
            quota=Quota.from_dict(data["quota"]) if "quota" in data else None,
            verification=Verification.from_dict(data["verification"]) if "verification" in data else None,
            spam=SpamRules.from_dict(data.get("spam", {})),
            mails=tuple(map(OwnMail.from_dict, data.get("mails", ()))),
            words=data.get("words", {}),
            time_zone=TimeZone(**data["time_zone"]) if "time_zone" in data else None,
            retired=data.get("retired", False),
            embed_on=tuple(data.get("embed_on", ())),
            short_address=data.get("short_address"),
            webhooks=tuple(data.get("webhooks", ())),
            reminders=tuple(data.get("reminders", ())),
            own_changes=data.get("own_changes"),
            group=_group(data["group"]) if "group" in data else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the compiled form for JSON, without what isn't set."""
        data: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "id_prefix": self.id_prefix,
            "languages": list(self.languages),
            "title": dict(self.title.by_language),
            "email_field": self.email_field,
            "retention_days": self.retention_days,
        }
        if self.description is not None:
            data["description"] = dict(self.description.by_language)
        data |= _staff(self.staff, self.staff_mails)
        for key in ("name_field", "once", "short_address"):
            if getattr(self, key) is not None:
                data[key] = getattr(self, key)
        for key in ("opens_at", "closes_at"):
            if getattr(self, key) is not None:
                data[key] = getattr(self, key).isoformat()
        if self.quota is not None:
            data["quota"] = self.quota.to_dict()
        if self.verification is not None:
            data["verification"] = self.verification.to_dict()
        if spam := self.spam.to_dict():
            data["spam"] = spam
        data |= (
            _mails(self.mails)
            | _words(self.words)
            | _time_zone(self.time_zone)
            | _sections(self)
            | ({"retired": True} if self.retired else {})
            | ({"embed_on": list(self.embed_on)} if self.embed_on else {})
            | ({"webhooks": list(self.webhooks)} if self.webhooks else {})
            | ({"reminders": list(self.reminders)} if self.reminders else {})
            | ({"own_changes": dict(self.own_changes)} if self.own_changes is not None else {})
            | ({"group": self.group.to_dict()} if self.group is not None else {})
        )
        data["fields"] = [field.to_dict() for field in self.fields]
        return data


def _staff(staff: tuple[str, ...], mails: tuple[str, ...]) -> dict[str, Any]:
    message = {"staff": list(staff)} if staff else {}
    return message | ({"staff_mails": list(mails)} if mails != STAFF_MAILS else {})


def _sections(form: Form) -> dict[str, Any]:
    """Return the sections for the compiled form and the API; empty if there are none."""
    return {"sections": [section.to_dict() for section in form.sections]} if form.sections else {}


def _mails(mails: tuple[OwnMail, ...]) -> dict[str, Any]:
    return {"mails": [mail.to_dict() for mail in mails]} if mails else {}


def _words(words: Words) -> dict[str, Any]:
    return {"words": words} if words else {}


def zone_of(forms: Iterable[Form]) -> TimeZone | None:
    """Return the organisation's time zone, which any of its forms has; None if none has one."""
    return next((form.time_zone for form in forms if form.time_zone is not None), None)


def _time_zone(zone: TimeZone | None) -> dict[str, Any]:
    return {"time_zone": {"name": zone.name, "rule": zone.rule}} if zone is not None else {}


def _group(data: Mapping[str, Any]) -> Group:
    from registration_core.domain.groups import Group  # noqa: PLC0415 - few forms have one

    return Group.from_dict(data)


def _datetime(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
