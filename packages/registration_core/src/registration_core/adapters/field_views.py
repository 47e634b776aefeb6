"""Fields as the site's templates need them: which control asks, and the attributes it carries."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.fields import Field

MOST_RADIOS = 8  # more options than these are chosen from a list

AUTOCOMPLETE = {FieldType.EMAIL: "email", FieldType.PHONE: "tel"}

# A number is asked as text: browsers change `type=number` by the scroll wheel and refuse what people really type.
ATTRIBUTES: dict[FieldType, dict[str, str]] = {
    FieldType.TEXT: {"type": "text", "dir": "auto"},
    FieldType.TEXTAREA: {"rows": "6", "dir": "auto"},
    FieldType.EMAIL: {"type": "email", "inputmode": "email", "spellcheck": "false", "autocapitalize": "none"},
    FieldType.PHONE: {"type": "tel", "inputmode": "tel", "class": "width-medium"},
    FieldType.DATE: {"type": "date", "class": "width-medium"},
    FieldType.NUMBER: {"type": "text", "class": "width-short"},
}


@dataclass(frozen=True, slots=True)
class OptionView:
    """One radio button, checkbox or list entry.

    chosen: whether it was, when the page shows an answer again. counted: whether the page tells how many places it has.
    """

    id: str
    value: str
    label: str
    hint: str | None
    chosen: bool
    counted: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question on a page.

    control: input, textarea, select, radios, checkboxes or consent. attributes: what the control carries beside id,
    name and aria-describedby; None leaves one out. value: what was typed, when the page shows an answer again; for a
    consent whatever it was ticked with. error: what is wrong with it. checks: what the page's script may look at by
    itself, as JSON; empty where there is no script. private: the browser doesn't keep the answer.
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

    @property
    def summary_label(self) -> str:
        """The label as the error summary puts it before a message: `Name:`, but `Which course?` as it is."""
        return f"{self.label}:" if self.label[-1:].isalnum() else self.label


def field_view(field: Field, language: str, *, values: tuple[str, ...] = (), error: str = "") -> FieldView:
    """Return the field as a page in this language asks it, with what was answered before and what is wrong with it."""
    control = _control(field)
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
                # The first bears the field's own id: a link to the field lands on its first control.
                id=identifier if number == 1 else f"{identifier}-{number}",
                value=option.value,
                label=option.label.in_language(language),
                hint=option.hint.in_language(language) if option.hint else None,
                chosen=option.value in values,
            )
            for number, option in enumerate(field.options, start=1)
        ),
        value=values[-1] if values else "",
        error=error,
        private=not field.kept_in_draft,
    )


def _control(field: Field) -> str:
    match field.type:
        case FieldType.TEXTAREA:
            return "textarea"
        case FieldType.CHOICE:
            return "radios" if len(field.options) <= MOST_RADIOS else "select"
        case FieldType.CHOICES:
            return "checkboxes"
        case FieldType.CONSENT:
            return "consent"
        case _:
            return "input"


def _attributes(field: Field, control: str) -> dict[str, str | None]:
    """Attributes that help to answer. No maxlength: it cuts pasted text off without a word; the server says it."""
    attributes: dict[str, str | None] = dict(ATTRIBUTES.get(field.type, {}))
    if control in ("input", "textarea"):
        attributes["autocomplete"] = field.autocomplete or AUTOCOMPLETE.get(field.type)
    if field.type is FieldType.NUMBER:
        attributes["inputmode"] = "decimal" if field.decimals else "numeric"
    if field.type is FieldType.DATE:
        attributes["min"] = _fixed_date(field.first_date)
        attributes["max"] = _fixed_date(field.last_date)
    if field.required and control != "checkboxes":  # HTML cannot say "at least one of these"
        attributes["required"] = ""
    return attributes


def _fixed_date(bound: str) -> str | None:
    """Return the bound, unless it moves with the day: a page is built once and read for months."""
    return None if bound.startswith("today") else bound
