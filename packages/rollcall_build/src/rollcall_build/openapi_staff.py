"""The staff API in the API's description: its routes, what they accept and what they answer."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lambda_handlers.http_request import STATUS_OF as STATUS_OF_REQUEST
from lambda_handlers.http_response import TITLES
from lambda_handlers.staff_api.call import WHOLE
from lambda_handlers.staff_api.exports import MEDIA_TYPES
from lambda_handlers.staff_api.files import UNCHECKED
from lambda_handlers.staff_api.problems import STATUS_AND_CODE
from lambda_handlers.staff_api.routes import ROUTES
from lambda_handlers.staff_api.submissions import DEFAULT_LIMIT, MOST, MOST_NAMED, WAITING
from registration_core.domain.mail import MailKind
from registration_core.domain.notes import LONGEST_NOTE
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status
from rollcall_build.openapi_staff_schemas import schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_handlers.staff_api.call import Route

_GATEWAYS: Mapping[int, tuple[str, ...]] = {
    400: ("bad_request",),
    401: ("not_signed_in",),
    403: ("credentials_expired", "forbidden", "not_signed", "wrongly_signed"),
    404: ("not_found",),
    413: ("body_too_large",),
    429: ("too_many_requests",),
    500: ("internal_error", "server_error"),
    503: ("service_unavailable",),
}
"""The codes of what API Gateway answers before or instead of the function: infra/terraform/modules/api/errors.tf."""
_READING = frozenset({400, 401, 403, 404, 422, 429, 500, 503})
_CHANGING = _READING | {409, 412, 413, 415, 428}
_ANSWERS: Mapping[tuple[str, str], str] = {
    ("GET", "me"): "StaffMember",
    ("GET", "forms"): "StaffForms",
    ("GET", "forms/{form}/versions"): "StaffFormVersions",
    ("GET", "forms/{form}/openings"): "Openings",
    ("POST", "forms/{form}/openings"): "Opening",
    ("GET", "overview"): "Overview",
    ("GET", "history"): "History",
    ("GET", "submissions"): "Submissions",
    ("GET", "submissions/{id}"): "Entry",
    ("GET", "attendance"): "Attendance",
    ("GET", "quotas"): "Quotas",
    ("PUT", "quotas/{form}/{option}"): "ChangedQuota",
    ("GET", "exports"): "Export",
    ("GET", "submissions/{id}/files/{file}"): "FileLink",
}
"""What each route answers; `ChangedEntry` unless it is here."""
_TEXT: Mapping[str, object] = {"type": "string"}
_DRY_RUN: Mapping[str, object] = {
    "type": "boolean",
    "description": "Only check whether it can be done, and change nothing.",
}
BODIES: Mapping[tuple[str, str], tuple[dict[str, Any], tuple[str, ...]]] = {
    ("PATCH", "submissions/{id}/answers"): (
        {
            "answers": {
                "type": "object",
                "description": "The new answers, by field. A text is read as `rollcall edit` reads it: an option by "
                "its value or label, a consent as yes or no. null removes an answer.",
                "additionalProperties": {
                    "type": ["string", "number", "boolean", "array", "null"],
                    "items": _TEXT,
                },
            },
            "waitlist": {"type": "boolean", "description": "Join the waiting list if the new option is full."},
            "dry_run": _DRY_RUN,
        },
        ("answers",),
    ),
    ("POST", "submissions/{id}/actions"): (
        {"action": {"enum": list(StaffAction), "description": "One of the entry's `actions`."}, "dry_run": _DRY_RUN},
        ("action",),
    ),
    ("POST", "submissions/{id}/notes"): (
        {"text": {"type": "string", "minLength": 1, "description": f"At most {LONGEST_NOTE:,} characters."}},
        ("text",),
    ),
    ("PUT", "submissions/{id}/check-ins/{day}"): (
        {
            "at": {
                "type": "string",
                "format": "date-time",
                "description": "When it was done, if the device was offline: at most 7 days ago. Default: now.",
            }
        },
        (),
    ),
    ("POST", "submissions/{id}/mails"): (
        {
            "kind": {"enum": list(MailKind), "description": "Default: the mail of the submission's status."},
            "again": {"type": "boolean", "description": "Send it although it went out less than 10 minutes ago."},
            "dry_run": _DRY_RUN,
        },
        (),
    ),
    ("POST", "forms/{form}/openings"): (
        {
            "open": {"type": "boolean"},
            "option": {"type": "string", "description": "An option's value. Default: the whole form."},
            "until": {
                "type": "string",
                "description": "When it ends, such as 2026-03-01T18:00. A day is included whole. Default: an opened "
                "one closes when its form file says next, a closed one stays closed.",
            },
        },
        ("open",),
    ),
    ("PUT", "quotas/{form}/{option}"): (
        {
            "capacity": {"type": "integer", "minimum": 0},
            "instead_of": {"type": "integer", "description": "The capacity as you saw it, to lose no race."},
        },
        ("capacity",),
    ),
}
"""The members of each body, and those that are required."""
_IF_MATCH: Mapping[tuple[str, str], bool] = {
    ("PATCH", "submissions/{id}/answers"): True,
    ("POST", "submissions/{id}/actions"): True,
    ("PUT", "submissions/{id}/labels/{label}"): False,
    ("DELETE", "submissions/{id}/labels/{label}"): False,
    ("POST", "submissions/{id}/mails"): False,
}
"""Whether a change needs If-Match; those that are not here ignore it."""
_WITH_KEY = frozenset({("POST", "submissions/{id}/notes"), ("POST", "submissions/{id}/mails")})
_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "form": {"description": "A form's name.", "schema": _TEXT},
    "status": {
        "description": f"One or more statuses, separated by commas: {', '.join(Status)}. Default: all but erased.",
        "schema": _TEXT,
    },
    "option": {"description": "An option with limited seats, by its value or label.", "schema": _TEXT},
    "label": {"description": "A label, such as paid.", "schema": _TEXT},
    "since": {"description": "Submitted since then: 7d, 12h, 3mo, monday, 2026-03-01.", "schema": _TEXT},
    "until": {"description": "Submitted before then. A day is included whole.", "schema": _TEXT},
    "q": {"description": "An e-mail address, a reference, an ID, a name or a phone number.", "schema": _TEXT},
    "order": {
        "description": f"{WAITING}: an option's waiting list, the next to get a seat first. Needs status=waitlisted "
        "and an option (of one form), and no q. Default: newest first.",
        "schema": {"enum": [WAITING]},
    },
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}},
    "cursor": {"description": "Continue where an earlier list with the same filters ended.", "schema": _TEXT},
    "day": {"description": "Default: today.", "schema": {"type": "string", "format": "date"}},
    "format": {"schema": {"enum": list(MEDIA_TYPES)}},
    WHOLE: {
        "description": "With any value: also what `rollcall --via api` needs, such as the notes of each submission in "
        "a list, the IDs of events, and who set a capacity.",
        "schema": _TEXT,
    },
    "id": {"description": "A submission's ID or reference.", "schema": {**_TEXT, "minLength": 1}},
    "note": {"description": "A note's ID.", "schema": {**_TEXT, "minLength": 1}},
    "file": {"description": "A file's ID.", "schema": {**_TEXT, "minLength": 1}},
    UNCHECKED: {"description": "With any value: also a file whose check for viruses failed.", "schema": _TEXT},
}
_REQUIRED = frozenset({("attendance", "form"), ("exports", "format"), ("exports", "form"), ("history", "form")})
_IN_PATHS = re.compile(r"{(\w+)}")


def staff_paths() -> dict[str, Any]:
    """Return the paths of the staff API, from its table of routes."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(f"/staff/{route.path}", {})[route.method.lower()] = _operation(route)
    return paths


def staff_components() -> dict[str, Any]:
    """Return what the paths refer to, by kind of component."""
    return {
        "schemas": schemas(),
        "responses": {_name(status): _refusal(status) for status in sorted(_CHANGING)},
        "securitySchemes": {
            "staff": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of the stack's user pool with the scope rollcall/staff, or, if the "
                'stack has staff_auth = { kind = "iam" }, AWS Signature Version 4 for execute-api.',
            }
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    at = (route.method, route.path)
    answer = _ANSWERS.get(at, "ChangedEntry")
    tagged = {"headers": {"ETag": {"schema": _TEXT}}} if answer in {"Entry", "ChangedEntry"} else {}
    statuses = _READING if route.method == "GET" else _CHANGING
    statuses |= {"exports": {413}, "submissions/{id}/files/{file}": {409}}.get(route.path, set())
    operation: dict[str, Any] = {
        "operationId": f"staff-{route.answer.__name__.replace('_', '-')}",
        "summary": _summary(route),
        "tags": ["staff"],
        "security": [{"staff": []}],
        "parameters": _parameters_of(route),
        "responses": {
            "200": {
                "description": HTTPStatus.OK.phrase,
                **tagged,
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{answer}"}}},
            }
        }
        | {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(statuses)},
    }
    if at in BODIES:
        members, required = BODIES[at]
        schema = {"type": "object", "properties": members, "additionalProperties": False}
        schema |= {"required": list(required)} if required else {}
        operation["requestBody"] = {"required": bool(required), "content": {"application/json": {"schema": schema}}}
    return operation


def _summary(route: Route) -> str:
    return str(route.answer.__doc__).partition("\n")[0].rstrip(".")


def _parameters_of(route: Route) -> list[dict[str, Any]]:
    at = (route.method, route.path)
    in_path = [_parameter(name, "path", required=True) for name in _IN_PATHS.findall(route.path)]
    in_query = [_parameter(name, "query", required=(route.path, name) in _REQUIRED) for name in route.parameters]
    headers = []
    if at in _IF_MATCH:
        tag = {**_TEXT, "pattern": '^"[1-9][0-9]{0,15}"$'}
        headers.append({"name": "If-Match", "in": "header", "required": _IF_MATCH[at], "schema": tag})
    if at in _WITH_KEY:
        key = {**_TEXT, "pattern": "^[0-9A-Za-z_-]{1,64}$"}
        headers.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return [*in_path, *in_query, {"$ref": "#/components/parameters/labels-lang"}, *headers]


def _parameter(name: str, where: str, *, required: bool) -> dict[str, Any]:
    parameter = {"name": name, "in": where, **_PARAMETERS[name]}
    if where == "query" and name == "id":
        parameter["description"] = (
            f"Instead of filters: the IDs of at most {MOST_NAMED} submissions, with commas between."
        )
    if where == "path" and name in {"form", "option", "label"}:
        parameter["schema"] = {**_TEXT, "minLength": 1}
    return parameter | ({"required": True} if required else {})


def _refusal(status: int) -> dict[str, Any]:
    codes = [code for known, code in STATUS_AND_CODE.values() if known == status]
    codes += [code for code, known in STATUS_OF_REQUEST.items() if known == status]
    codes += _GATEWAYS.get(status, ())
    narrowed: dict[str, Any] = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"code": {"enum": sorted(set(codes))}},
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        narrowed["properties"]["errors"] = {
            "type": "array",
            "description": "Every wrong field, with the code invalid_answers.",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("field", "code", "message"), _TEXT),
                "required": ["field", "code", "message"],
            },
        }
    if status == HTTPStatus.CONFLICT:
        narrowed["properties"]["first"] = {
            **_TEXT,
            "description": "The ID of the person's other submission, with the code already_registered.",
        }
    if status == HTTPStatus.PRECONDITION_FAILED:
        narrowed["properties"]["changed"] = {
            "type": "object",
            "description": "Who changed it last, and when.",
            "properties": {"by": {"type": ["string", "null"]}, "at": {"type": ["string", "null"]}},
            "required": ["by", "at"],
        }
        narrowed["required"] = ["changed"]
    refusal: dict[str, Any] = {
        "description": TITLES.get(status) or HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": narrowed}},
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        refusal["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "In seconds."}}
    return refusal


def _name(status: int) -> str:
    return "Staff" + (TITLES.get(status) or HTTPStatus(status).phrase).replace(" ", "")
