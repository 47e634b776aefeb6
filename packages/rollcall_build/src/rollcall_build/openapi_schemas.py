"""What a form's fields are in JSON Schema (2020-12), for the API's description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registration_core.domain.date_parts import PARTS, part_name
from registration_core.domain.emails import ADDRESS_LENGTH
from registration_core.domain.fields import Field, FieldType, Option
from registration_core.domain.groups import GROUP
from registration_core.domain.messages import MESSAGES, code_of
from registration_core.domain.quota import FEW_SEATS, PublicSeats
from registration_core.domain.spam import HUMAN_TOKEN, LANGUAGE, SENT, STARTED
from registration_core.domain.submission import Status
from registration_core.services.describe import CLOSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.conditions import Condition
    from registration_core.domain.forms import Form
    from registration_core.domain.groups import Group

RECEIPT_STATUSES = (Status.CONFIRMED, Status.PENDING, Status.WAITLISTED)
"""The statuses that a receipt may have."""


def answers_schema(form: Form) -> dict[str, Any]:
    """Return the schema of a form's answers as JSON brings them.

    Lengths are told in words: JSON Schema counts code points, the API characters as a person counts them.
    """
    asked = [field for field in form.fields if field.type is not FieldType.FILE]  # files are sent after the answers
    properties = {field.name: _noted(field_schema(field), _conditions(field)) for field in asked}
    required = [field.name for field in form.fields if field.always_required]
    schema: dict[str, Any] = {
        "type": "object",
        "title": str(form.title),
        "description": "A field that is not required may be missing, null or an empty string. All mean no answer.",
        "properties": properties | _door_fields(form),
        "required": required,
        "additionalProperties": False,
    }
    return schema if form.group is None else schema | _of_group(form.group, schema["properties"], required)


def _of_group(group: Group, properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    """Return what differs if several participants may be sent: as a list, or numbered as on the page."""
    of_each = [name for name in required if name in group.fields]
    participant = {
        "type": "object",
        "properties": {name: properties[name] for name in group.fields},
        "required": of_each,
        "additionalProperties": False,
    }
    listed = {
        "type": "array",
        "items": participant,
        "minItems": 1,
        "maxItems": group.most,
        "description": f"Each participant's {', '.join(group.fields)}, instead of these fields beside the others.",
    }
    return {
        "properties": {**properties, GROUP: listed},
        "patternProperties": {f"^({'|'.join(group.fields)})-[1-9][0-9]?(-({'|'.join(PARTS)}))?$": {}},
        "required": [name for name in required if name not in group.fields],
        "anyOf": [{"required": of_each}, {"required": [GROUP]}],
    }


def plain_answers_schema(form: Form) -> dict[str, Any]:
    """Return the schema of a plain form's fields: as in JSON, but that a date may come in three fields."""
    schema = answers_schema(form)
    dates = [field.name for field in form.fields if field.type is FieldType.DATE]
    parts = {
        part_name(name, part): {"type": "string", "description": f"The {part} of {name}, in digits."}
        for name in dates
        for part in PARTS
    }
    required = [name for name in schema["required"] if name not in dates]
    return schema | {"properties": schema["properties"] | parts, "required": required}


def field_schema(field: Field) -> dict[str, Any]:
    """Return the schema of one answer, with the label as its title and hint and limits as its description."""
    notes = [str(field.hint)] if field.hint is not None else []
    if field.min_length is not None:
        notes.append(f"At least {field.min_length} characters as a person counts them.")
    if field.max_length is not None:
        notes.append(f"At most {field.max_length} characters as a person counts them.")
    if field.type is FieldType.HIDDEN:
        notes.append("Not asked: the page's script fills it in from its address. One that breaks the rules is dropped.")
    if field.age_from is not None:
        notes += [f"{option.value}: {_ages(option)}." for option in field.options if _ages(option)]
    if field.type is FieldType.DATE:
        notes += [f"Not before {field.first_date}.", f"Not after {field.last_date}."]
    schema: dict[str, Any] = {"title": str(field.label), **_kind(field)}
    if notes:
        schema["description"] = " ".join(notes)
    return schema


def _noted(schema: dict[str, Any], notes: Sequence[str]) -> dict[str, Any]:
    """Return the schema with more sentences in its description."""
    return schema | ({"description": " ".join([*filter(None, [schema.get("description")]), *notes])} if notes else {})


def _conditions(field: Field) -> list[str]:
    """Say when the field is asked and its options are offered. What isn't asked is dropped, whatever was sent."""
    required = " Then it is required." if field.required else ""
    notes = [f"Asked {_words_of(field.show_when)}.{required}"] if field.show_when is not None else []
    offered = [(option.value, option.show_when) for option in field.options if option.show_when is not None]
    return notes + [f"{value}: offered {_words_of(condition)}." for value, condition in offered]


def _words_of(condition: Condition) -> str:
    return f"{'unless' if condition.unless else 'if'} {condition.field} is {' or '.join(condition.values)}"


def _ages(option: Option) -> str:
    """Describe the ages that an option is for; empty if it is for all."""
    limits = [
        f"{word} {age}" for word, age in (("at least", option.min_age), ("at most", option.max_age)) if age is not None
    ]
    return f"{' and '.join(limits)} years old on {option.starts_at:%Y-%m-%d}" if limits else ""


def _kind(field: Field) -> dict[str, Any]:
    options = {"type": "string", "enum": [option.value for option in field.options]}
    kinds: dict[FieldType, dict[str, Any]] = {
        FieldType.TEXT: {"type": "string"},
        FieldType.HIDDEN: {"type": "string"},
        FieldType.TEXTAREA: {"type": "string"},
        FieldType.EMAIL: {"type": "string", "format": "email", "maxLength": ADDRESS_LENGTH},
        FieldType.PHONE: {"type": "string"},
        FieldType.DATE: {"type": "string", "format": "date"},
        FieldType.NUMBER: {
            "type": "number" if field.decimals else "integer",
            "minimum": field.minimum,
            "maximum": field.maximum,
        },
        FieldType.CHOICE: options,
        FieldType.CHOICES: {
            "type": "array",
            "items": options,
            "uniqueItems": True,
            "minItems": field.min_choices or (1 if field.always_required else None),
            "maxItems": field.max_choices,
        },
        FieldType.CONSENT: {"type": "boolean", "const": True if field.always_required else None},
    }
    schema = kinds[field.type]
    if field.always_required and field.type in (FieldType.TEXT, FieldType.TEXTAREA, FieldType.PHONE):
        schema = {**schema, "minLength": field.min_length or 1, "pattern": r"\S"}
    return {key: value for key, value in schema.items() if value is not None}


def _door_fields(form: Form) -> dict[str, Any]:
    """Return the fields that may be sent with the answers."""
    return {
        LANGUAGE: {
            "type": "string",
            "enum": list(form.languages),
            "description": "The language of messages and mails. It overrides Accept-Language; ?lang= overrides it.",
        },
        STARTED: {
            "type": "number",
            "description": "When the visitor began to fill in the form, in seconds since 1970 by the client's clock.",
        },
        SENT: {"type": "number", "description": "When it was sent, by the same clock."},
        HUMAN_TOKEN: {
            "type": "string",
            "description": "The Cloudflare Turnstile token, if the stack requires one.",
        },
    }


def receipt_schema() -> dict[str, Any]:
    """Return the schema of a receipt."""
    one = _receipt_of_one()
    properties = one["properties"] | {
        "group": {
            "type": "array",
            "items": one,
            "description": "Only of a form with [group]: each participant's, the first's again too, in the order sent.",
        }
    }
    return one | {"properties": properties}


def _receipt_of_one() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "reference": {
                "type": "string",
                "description": "What a registrant reads out on the telephone.",
                "pattern": "^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$",
            },
            "status": {"enum": [status.value for status in RECEIPT_STATUSES]},
            "position": {"type": "integer", "minimum": 1, "description": "The ticket number, if waitlisted."},
            "uploads": {
                "type": "object",
                "description": "For a form that asks for files: what to post to the bucket, by field, within an hour. "
                "Send `fields` and then `file` as multipart/form-data to `url`; end `key` with an ID of your own "
                "(letters, digits and -, at most 40) for each file.",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "url": {"type": "string", "format": "uri"},
                        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                    "required": ["url", "fields"],
                },
            },
        },
        "required": ["id", "reference", "status"],
    }


def problem_schema() -> dict[str, Any]:
    """Return the schema of a refusal."""
    return {
        "type": "object",
        "description": "Problem details (RFC 9457): a code for programs, a sentence for people.",
        "properties": {
            **_each(("type", "title", "detail"), {"type": "string"}),
            "status": {"type": "integer"},
            "code": {"type": "string"},
        },
        "required": ["title", "status", "code", "detail"],
    }


def invalid_answers_schema() -> dict[str, Any]:
    """Return the schema of a refusal that lists the wrong fields."""
    codes = sorted(set(map(code_of, MESSAGES["en"])))
    error = {
        "type": "object",
        "properties": {
            "field": {"type": "string"},
            "code": {"enum": codes},
            "message": {"type": "string", "description": "A sentence in the visitor's language."},
        },
        "required": ["field", "code", "message"],
    }
    errors = {
        "type": "array",
        "items": error,
        "description": "Every wrong field at once, with the code invalid_answers.",
    }
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}], "properties": {"errors": errors}}


def description_schema() -> dict[str, Any]:
    """Return the schema of what GET /forms/{form} answers."""
    text = {"$ref": "#/components/schemas/Text"}
    moment = {"type": "string", "format": "date-time"}
    seats = {
        "enum": [seats.value for seats in PublicSeats],
        "description": (
            f"Free seats, at most five minutes old: {PublicSeats.FEW} is {FEW_SEATS} or fewer; at "
            f"{PublicSeats.WAITING_LIST} a new registrant gets a ticket on the waiting list."
        ),
    }
    option = {
        "type": "object",
        "properties": {
            "value": {"type": "string"},
            **_each(("label", "hint", "place"), text),
            **_each(("starts_at", "ends_at", "opens_at", "closes_at"), moment),
            "open": {"const": False, "description": "It can't be chosen now. Missing if it can."},
            **_each(("min_age", "max_age"), {"type": "integer", "minimum": 0}),
            "seats": seats,
        },
        "required": ["value", "label"],
    }
    section = {
        "type": "object",
        "description": "A heading above the fields from `begins_with` to the next section.",
        "properties": {"title": text, "begins_with": {"type": "string"}},
        "required": ["title", "begins_with"],
    }
    whole = {"type": "integer", "minimum": 0}
    field = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "type": {"enum": [kind.value for kind in FieldType]},
            **_each(("label", "hint"), text),
            "required": {"type": "boolean"},
            "autocomplete": {"type": "string"},
            "from_query": {"type": "string", "description": "The parameter of the page's address that fills it in."},
            "age_from": {"type": "string", "description": "The field with the date of birth, for the options' ages."},
            **_each(("min_length", "max_length", "decimals", "min_choices", "max_choices"), whole),
            **_each(("minimum", "maximum"), {"type": ["number", "string"]}),
            "options": {"type": "array", "items": option},
        },
        "required": ["name", "type", "label", "required"],
    }
    return {
        "type": "object",
        "properties": {
            **_each(("name", "version"), {"type": "string"}),
            "languages": {"type": "array", "items": {"type": "string"}},
            **_each(("title", "description"), text),
            "open": {"type": "boolean"},
            **_each(("opens_at", "closes_at"), moment),
            **_each(("verify_within_hours", "retention_days"), whole),
            "sections": {"type": "array", "items": section},
            "fields": {"type": "array", "items": field},
        },
        "required": ["name", "version", "languages", "title", "open", "retention_days", "fields"],
    }


def brief_schema() -> dict[str, Any]:
    """Return the schema of what GET /forms/{form}?brief=en answers."""
    option = {
        "type": "object",
        "properties": {
            "value": {"type": "string"},
            "seats": {"enum": [*(seats.value for seats in PublicSeats), CLOSED]},
        },
        "required": ["value", "seats"],
    }
    field = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            **_each(("minimum", "maximum"), {"type": "string", "format": "date"}),
            "options": {"type": "array", "items": option},
        },
        "required": ["name"],
    }
    return {
        "type": "object",
        "properties": {
            **_each(("name", "version"), {"type": "string"}),
            "fields": {"type": "array", "items": field},
            "closed": {"type": "string"},
        },
        "required": ["name", "version", "fields"],
    }


def _each(names: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same schema under each name."""
    return {name: dict(schema) for name in names}
