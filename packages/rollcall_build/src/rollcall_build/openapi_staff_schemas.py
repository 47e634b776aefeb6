"""What the staff API answers, in JSON Schema (2020-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registration_core.domain.files import FileState
from registration_core.domain.records import FIELDS, HISTORY
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Mapping[str, object] = {"type": "string"}
_TEXT_OR_NULL: Mapping[str, object] = {"type": ["string", "null"]}
_NUMBER: Mapping[str, object] = {"type": "integer"}
_NUMBER_OR_NULL: Mapping[str, object] = {"type": ["integer", "null"]}
_TIME: Mapping[str, object] = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Mapping[str, object] = {"type": ["string", "null"], "format": "date-time"}
_DAY: Mapping[str, object] = {"type": "string", "format": "date"}
_STATUS: Mapping[str, object] = {"enum": list(Status)}
_OBJECT: Mapping[str, object] = {"type": "object"}
_ACTION: Mapping[str, object] = {"enum": list(StaffAction)}
_SPECIAL: Mapping[str, Mapping[str, object]] = {
    "status": _STATUS,
    "submitted_at": _TIME,
    "answers": {"type": "object", "description": "The answers by field, as they are stored."},
    "version": {"type": "integer", "minimum": 1, "description": "Counts the changes. The ETag has the same."},
    "expires_at": _TIME,
    "option": _TEXT_OR_NULL,
    "position": {"type": ["integer", "null"], "description": "The ticket on the waiting list."},
    "rank": {"type": ["integer", "null"], "description": "1 for the next to get a seat."},
    "verify_by": _TIME_OR_NULL,
    "verified_at": _TIME_OR_NULL,
    "spam_sign": _TEXT_OR_NULL,
    "labels": {"type": "array", "items": _TEXT},
    "notes_count": _NUMBER,
    "checked_in": {"type": "array", "items": _DAY, "description": "The days on which the person was checked in."},
    "group": {"type": ["string", "null"], "description": "The ID of the first of those sent together."},
}
"""The fields of a submission that aren't a plain text."""


def schemas() -> dict[str, Any]:
    """Return the schemas of all answers, by name."""
    entry, quota = _entry(), _quota()
    promoted = {
        "type": "array",
        "items": _ref("Submission"),
        "description": "Who got a seat by this change, and is mailed.",
    }
    return {
        "Submission": _object({name: _SPECIAL.get(name, _TEXT) for name in FIELDS}),
        "Entry": entry,
        "ChangedEntry": {"allOf": [_ref("Entry")], "properties": {"promoted": promoted}, "required": ["promoted"]},
        "Submissions": _object({"submissions": _list(_ref("Submission")), "cursor": _TEXT_OR_NULL}),
        "StaffMember": _object(
            {"name": _TEXT, "role": {"enum": ["manager", "reader", None]}, "stack": _TEXT, "now": _TIME}
        ),
        "StaffForms": _object({"forms": _list(_form())}),
        "StaffFormVersions": _object({"versions": _list(_OBJECT)}),
        "Overview": _object(
            {
                "today": _object(dict.fromkeys(("submitted", "confirmed", "waitlisted", "cancelled"), _NUMBER)),
                "courses": _list({"allOf": [_ref("Quota")], "properties": {"starts_at": _TIME_OR_NULL}}),
                "openings": _list({"allOf": [_ref("Opening")], "properties": {"form": _TEXT}, "required": ["form"]}),
            }
        ),
        "History": _object(
            {"events": _list(_object(_event() | {"id": _TEXT, "submission": _TEXT})), "cursor": _TEXT_OR_NULL}
        ),
        "Opening": _opening(),
        "Openings": _object({"openings": _list(_ref("Opening")), "history": _list(_object(_OVERRIDE_OF))}),
        "Quota": quota,
        "Quotas": _object({"quotas": _list(_ref("Quota"))}),
        "ChangedQuota": {"allOf": [_ref("Quota")], "properties": {"promoted": promoted}, "required": ["promoted"]},
        "Attendance": _attendance(),
        "Export": _object(
            {"url": {"type": "string", "format": "uri"}, "expires_at": _TIME, "rows": _NUMBER, "filename": _TEXT}
        )
        | {"description": "A link that downloads the file for five minutes."},
        "FileLink": _object({"url": {"type": "string", "format": "uri"}, "filename": _TEXT, "expires_at": _TIME})
        | {"description": "A link that downloads a registrant's file for five minutes."},
    }


def _entry() -> dict[str, Any]:
    mail = dict.fromkeys(("kind", "state"), _TEXT) | {
        "copy": _NUMBER,
        "sending": _TEXT_OR_NULL,
        "asked_at": _TIME_OR_NULL,
        "sent_at": _TIME_OR_NULL,
        "message_id": _TEXT_OR_NULL,
        "attempts": _NUMBER,
        "problem": _TEXT_OR_NULL,
    }
    details = _object(
        {
            "history": _list(_object(_event())),
            "mails": _list(_object(mail)),
            "notes": _list(_object({"id": _TEXT, "at": _TIME, "by": _TEXT, "text": _TEXT})),
            "check_ins": _list(_object({"day": _DAY, "at": _TIME, "by": _TEXT})),
            "files": _list(_file()) | {"description": "The files that the registrant sent."},
            "members": _list(_TEXT) | {"description": "The IDs of all who were sent together, its own too."},
            "together": _list(_object({"id": _TEXT, "reference": _TEXT, "name": _TEXT, "status": _STATUS}))
            | {"description": "The others who were sent together."},
            "shown": _list(_object({"name": _TEXT, "label": _TEXT, "text": _TEXT}))
            | {"description": "The answers in words."},
            "actions": _list(_ACTION) | {"description": "What may be done now."},
            "undo": {
                "enum": [*StaffAction, None],
                "description": "The action that undoes the last change of status.",
            },
        }
    )
    return {"allOf": [_ref("Submission")], **details}


def _file() -> dict[str, Any]:
    texts = dict.fromkeys(("id", "field", "name"), _TEXT)
    found = dict.fromkeys(("kind", "digest", "reason"), _TEXT_OR_NULL)
    return _object(texts | {"size": _NUMBER, "state": {"enum": list(FileState)}, "at": _TIME} | found)


def _event() -> dict[str, Any]:
    event = dict.fromkeys(HISTORY, _TEXT_OR_NULL) | {"at": _TIME, "what": _TEXT, "by": _TEXT}
    return event | {"version": _NUMBER_OR_NULL}


def _form() -> dict[str, Any]:
    option = {"value": _TEXT, "label": _TEXT, "starts_at": _TIME_OR_NULL, "ends_at": _TIME_OR_NULL}
    field = _object({"name": _TEXT, "type": _TEXT, "label": _TEXT, "required": {"type": "boolean"}})
    return _object(
        {
            "name": _TEXT,
            "title": _TEXT,
            "version": _TEXT,
            "retired": {"type": "boolean"},
            "time_zone": _TEXT_OR_NULL,
            "languages": _list(_TEXT),
            "options": _list(_object(option | {"capacity": _NUMBER_OR_NULL})),
            "fields": _list(field) | {"description": "As GET /forms/{form} has them, in one language."},
            "definition": {"type": "object", "description": "The compiled form, as the stack stores it."},
        }
    )


_OVERRIDE: Mapping[str, Any] = {"open": {"type": "boolean"}, "until": _TIME_OR_NULL, "by": _TEXT, "at": _TIME}
_OVERRIDE_OF: Mapping[str, Any] = {"option": _TEXT_OR_NULL, **_OVERRIDE}


def _opening() -> dict[str, Any]:
    override = _object(_OVERRIDE) | {
        "type": ["object", "null"],
        "description": "What staff decided, if that counts now.",
    }
    return _object(
        {
            "option": {**_TEXT_OR_NULL, "description": "Null for the whole form."},
            "open": {"type": "boolean"},
            "changes_at": _TIME_OR_NULL,
            "override": override,
        }
    )


def _quota() -> dict[str, Any]:
    return _object(
        dict.fromkeys(("form", "option", "label"), _TEXT) | dict.fromkeys(("capacity", "taken", "waiting"), _NUMBER)
    )


def _attendance() -> dict[str, Any]:
    checked_in = {"type": ["object", "null"], "properties": {"at": _TIME, "by": _TEXT}, "required": ["at", "by"]}
    person = dict.fromkeys(("id", "reference", "name"), _TEXT)
    return _object(
        {
            "form": _TEXT,
            "option": _TEXT_OR_NULL,
            "label": _TEXT_OR_NULL,
            "day": _DAY,
            "now": _TIME,
            "days": _list(_DAY),
            "people": _list(_object(person | {"status": _STATUS, "version": _NUMBER, "checked_in": checked_in})),
        }
    )


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
