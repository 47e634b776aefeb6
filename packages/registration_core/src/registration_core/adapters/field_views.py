"""Field views: fields as the site's templates need them, with their controls and attributes."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as with_default

from registration_core.domain.address_typos import corrected_address
from registration_core.domain.date_parts import PARTS, part_name, parts_of
from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from registration_core.domain.conditions import Condition
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

MOST_RADIOS = 8  # a field with more options is a list

AUTOCOMPLETE = {FieldType.EMAIL: "email", FieldType.PHONE: "tel"}

# Not `type=number`: its value changes with the scroll wheel, and browsers refuse what people really type.
ATTRIBUTES: dict[FieldType, dict[str, str]] = {
    FieldType.TEXT: {"type": "text", "dir": "auto"},
    FieldType.TEXTAREA: {"rows": "6", "dir": "auto"},
    FieldType.EMAIL: {"type": "email", "inputmode": "email", "spellcheck": "false", "autocapitalize": "none"},
    FieldType.PHONE: {"type": "tel", "inputmode": "tel", "class": "width-medium"},
    FieldType.DATE: {"type": "text", "inputmode": "numeric"},
    FieldType.NUMBER: {"type": "text", "class": "width-short"},
    FieldType.CHOICE: {},
    FieldType.CHOICES: {},
    FieldType.CONSENT: {},
    FieldType.FILE: {"type": "file"},
    FieldType.HIDDEN: {},
}


@dataclass(frozen=True, slots=True)
class ConditionView:
    """When a question or an option is shown.

    field, values: the choice and its options, for the page's script. question, answers: their
    labels. unless: whether these answers rule it out.
    """

    field: str
    values: tuple[str, ...]
    question: str
    answers: tuple[str, ...]
    unless: bool


@dataclass(frozen=True, slots=True)
class OptionView:
    """One radio button, checkbox or item of a list.

    chosen: whether it is chosen, if the page shows an answer again. counted: whether the page shows
    its seats. condition: None if it is always offered. closed: it can't be chosen now.
    """

    id: str
    value: str
    label: str
    hint: str | None
    chosen: bool
    counted: bool = False
    condition: ConditionView | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class FilesView:
    """What a question for files accepts. kinds, size: in words. endings: for the browser's chooser."""

    kinds: str
    endings: str
    size: str
    max_bytes: int
    max_files: int


@dataclass(frozen=True, slots=True)
class PartView:
    """One of a date's three fields. autocomplete: the HTML token, if any."""

    name: str
    autocomplete: str | None
    value: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question on a page.

    control: input, textarea, select, radios, checkboxes, consent, date or file. attributes: the control's
    HTML attributes besides id, name and aria-describedby; None leaves one out. value: what was
    typed, if the page shows an answer again; for a consent any text if it was ticked. error: what
    is wrong. checks: the rules that the page's script checks, as JSON; empty without a script.
    private: the browser doesn't keep the answer. parts: a date's three fields, by `day`, `month`
    and `year`. meant: the e-mail address that was probably meant. least: the fewest characters of a
    text. from_query: the parameter of the page's address that fills it in. explains_privacy: shows
    a link to the privacy page. wrong_part: the part of a date that is wrong; empty unless it is a
    single one. condition: None if it is always asked. of: whose question it is, if several
    participants are asked: `Participant 2`. files: None unless the question is for files.
    """

    id: str
    name: str
    label: str
    hint: str | None
    required: bool
    control: str
    attributes: dict[str, str | None]
    options: tuple[OptionView, ...]
    value: str = ""
    error: str = ""
    checks: str = ""
    private: bool = False
    parts: Mapping[str, PartView] = with_default(default_factory=dict)
    meant: str = ""
    least: int | None = None
    explains_privacy: bool = False
    wrong_part: str = ""
    condition: ConditionView | None = None
    from_query: str = ""
    of: str = ""
    files: FilesView | None = None

    @property
    def plain(self) -> bool:
        """Whether the options have only labels."""
        return not any(option.hint or option.counted or option.condition or option.closed for option in self.options)

    @property
    def hinted(self) -> bool:
        """Whether there is a hint below the label."""
        return bool(self.hint) or self.least is not None

    @property
    def summary_label(self) -> str:
        """The label for the error summary, before a message."""
        return summary_label(f"{self.of}, {self.label}" if self.of else self.label)


def summary_label(label: str) -> str:
    """Return a label as it stands before a message: `Name:`, but `Which course?` unchanged."""
    return f"{label}:" if label[-1:].isalnum() else label


@dataclass(frozen=True, slots=True)
class MemberView:
    """One of several participants. title: `Participant 2`."""

    number: int
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """Fields below a heading. title: empty if the form has no sections.

    members, after: the participants whose questions follow, and the fields after them; `most` is how
    many participants there can be. See `group_views`.
    """

    id: str
    title: str
    fields: tuple[FieldView, ...]
    members: tuple[MemberView, ...] = ()
    after: tuple[FieldView, ...] = ()
    most: int = 1


def section_views(form: Form, fields: Mapping[str, FieldView], language: str) -> tuple[SectionView, ...]:
    """Return the form's sections in this language. fields: the form's fields by name."""
    return tuple(
        SectionView(
            id=f"section-{number}",
            title=section.title.in_language(language) if section is not None else "",
            fields=tuple(fields[field.name] for field in asked),
        )
        for number, (section, asked) in enumerate(form.parted(), start=1)
    )


def field_view(
    form: Form,
    field: Field,
    language: str,
    *,
    values: tuple[str, ...] = (),
    error: str = "",
    wrong_part: str = "",
    closed: Container[str] = (),
) -> FieldView:
    """Return the form's field for a page in this language, with its previous answer and error.

    closed: the field's options that can't be chosen now.
    """
    control = control_of(field)
    identifier = f"f-{field.name}"
    return FieldView(
        id=identifier,
        name=field.name,
        label=field.label.in_language(language),
        hint=field.hint.in_language(language) if field.hint else None,
        required=field.required,
        control=control,
        attributes=_attributes(field, control),
        options=tuple(
            OptionView(
                # The first has the field's own id, so that a link to the field goes to its first control.
                id=identifier if number == 1 else f"{identifier}-{number}",
                value=option.value,
                label=option.label.in_language(language),
                hint=option.hint.in_language(language) if option.hint else None,
                chosen=option.value in values and option.value not in closed,
                closed=option.value in closed,
                condition=_condition(form, option.show_when, language),
            )
            for number, option in enumerate(field.options, start=1)
        ),
        value=values[-1] if values else "",
        error=error,
        wrong_part=wrong_part,
        private=not field.kept_in_draft,
        meant=_meant(field, values),
        least=field.min_length if control in ("input", "textarea") else None,
        explains_privacy=field.type is FieldType.CONSENT or field.draft is False,
        parts=_parts(field, values[-1] if values else "") if control == "date" else {},
        condition=_condition(form, field.show_when, language),
        files=files_view(field) if field.files is not None else None,
    )


def files_view(field: Field) -> FilesView:
    """Return what a question for files accepts."""
    from registration_core.domain.file_kinds import KINDS  # noqa: PLC0415 - only forms that ask for files
    from registration_core.domain.files import megabytes  # noqa: PLC0415

    rules = field.files
    assert rules is not None  # noqa: S101 - the callers say so
    kinds = [KINDS[kind] for kind in rules.accept]
    return FilesView(
        kinds=", ".join(dict.fromkeys(kind.label for kind in kinds)),
        endings=",".join(ending for kind in kinds for ending in kind.endings),
        size=megabytes(rules.max_bytes),
        max_bytes=rules.max_bytes,
        max_files=rules.max_files,
    )


def _condition(form: Form, condition: Condition | None, language: str) -> ConditionView | None:
    question = form.field(condition.field) if condition is not None else None
    if condition is None or question is None:
        return None
    return ConditionView(
        field=condition.field,
        values=condition.values,
        question=question.label.in_language(language),
        answers=tuple(
            option.label.in_language(language) for option in question.options if option.value in condition.values
        ),
        unless=condition.unless,
    )


_CONTROLS = {
    FieldType.TEXTAREA: "textarea",
    FieldType.CHOICES: "checkboxes",
    FieldType.CONSENT: "consent",
    FieldType.DATE: "date",
    FieldType.FILE: "file",
}


def control_of(field: Field) -> str:
    """Return how a page asks a question; see `FieldView`."""
    if field.type is FieldType.CHOICE:
        return "radios" if len(field.options) <= MOST_RADIOS else "select"
    return _CONTROLS.get(field.type, "input")


def _meant(field: Field, values: tuple[str, ...]) -> str:
    typed = values[-1].strip() if values and field.type is FieldType.EMAIL else ""
    meant = corrected_address(typed)
    return meant if meant != typed else ""


def _parts(field: Field, value: str) -> dict[str, PartView]:
    tokens, typed = field.autocomplete or "", parts_of(value)
    return {
        part: PartView(
            name=part_name(field.name, part),
            # `section-child bday` becomes `section-child bday-day`. No other token has parts.
            autocomplete=f"{tokens}-{part}" if tokens.endswith("bday") else None,
            value=typed[part],
        )
        for part in PARTS
    }


def _attributes(field: Field, control: str) -> dict[str, str | None]:
    """Return attributes that help to answer. No maxlength: it silently cuts off pasted text. The server checks it."""
    attributes: dict[str, str | None] = dict(ATTRIBUTES[field.type])
    if control in ("input", "textarea"):
        attributes["autocomplete"] = field.autocomplete or AUTOCOMPLETE.get(field.type)
    if field.type is FieldType.NUMBER:
        attributes["inputmode"] = "decimal" if field.decimals else "numeric"
    if field.always_required and control != "checkboxes":  # HTML cannot say "at least one of these"
        attributes["required"] = ""
    return attributes
