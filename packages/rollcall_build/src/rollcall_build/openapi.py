"""The API's description (OpenAPI 3.1), made from the form files and the catalogue of errors.

`python -m rollcall_build.openapi` writes docs/openapi.json, which describes the example's forms. A test compares
that file with what this module makes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_handlers.http_request import MOST_BYTES
from lambda_handlers.http_response import TITLES
from lambda_handlers.refusals import codes
from registration_core.domain.errors import InvalidAnswersError, RollcallError
from registration_core.domain.messages import LANGUAGES
from registration_core.services.own_submission import Action
from registration_core.services.submit import KEY_LENGTH
from rollcall_build.forms.files import compile_forms
from rollcall_build.openapi_schemas import (
    answers_schema,
    brief_schema,
    description_schema,
    invalid_answers_schema,
    plain_answers_schema,
    problem_schema,
    receipt_schema,
)
from rollcall_build.openapi_staff import staff_components, staff_paths
from rollcall_build.sources import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form

OUT = Path("docs/openapi.json")
CODES = codes()
FORM, FORM_IN_BRIEF = ({"$ref": f"#/components/schemas/{name}"} for name in ("Form", "FormInBrief"))
_NOT_FOR_POST = {405}
_FOR_GET = {404, 405, 500, 503}


def document(forms: Mapping[str, Form]) -> dict[str, Any]:
    """Return the description of the API for these forms."""
    schemas = {
        "Text": {
            "type": "object",
            "description": "A text by language.",
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
        },
        "Receipt": receipt_schema(),
        "Problem": problem_schema(),
        "InvalidAnswers": invalid_answers_schema(),
        "Form": description_schema(),
        "FormInBrief": brief_schema(),
    }
    staff = staff_components()
    for name, form in forms.items():
        schemas |= {f"{name}-answers": answers_schema(form), f"{name}-plain": plain_answers_schema(form)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rollcall",
            "version": importlib.metadata.version("rollcall-handlers"),
            "description": "Accepts submissions and describes the forms. The paths below /staff/ are for the staff and "
            "their programs, in stacks with a staff API. Every other path and method, including TRACE, gets 404 with "
            "the code `not_found`. OPTIONS answers browsers' preflight requests.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "{api_url}", "variables": {"api_url": {"default": "https://api.example.org/v1"}}}],
        "security": [],
        "paths": {f"/{name}": {"post": _submit(form), "get": _opened(form)} for name, form in forms.items()}
        | {"/forms/{form}": {"get": _describe(forms)}, "/my": _my(), "/calendar.ics": _calendar()}
        | staff_paths(),
        "components": {
            "schemas": schemas | staff["schemas"],
            "parameters": _parameters(forms),
            "responses": {_name(status): _refusal(status) for status in CODES} | staff["responses"],
            "securitySchemes": staff["securitySchemes"],
        },
    }


def _submit(form: Form) -> dict[str, Any]:
    accepted = {
        "200": {
            "description": "A plain form post with `_another`: the form for one more person. Nothing is stored.",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        "201": {
            "description": "Stored, or the first answer again for a repeat. A plain form post gets a page.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}},
                "text/html": {"schema": {"type": "string"}},
            },
        },
    }
    return {
        "operationId": f"submit-{form.name}",
        "summary": str(form.title),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in ("key", "lang", "embed")],
        "requestBody": {
            "required": True,
            "description": f"At most {MOST_BYTES // 1024} KiB. A plain form sends an answer with several "
            "values as one name several times. It may send a date in three fields, such as born-day, born-month "
            "and born-year.",
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{form.name}-answers"}},
                "application/x-www-form-urlencoded": {"schema": {"$ref": f"#/components/schemas/{form.name}-plain"}},
            },
        },
        "responses": accepted | _refusals(set(CODES) - _NOT_FOR_POST),
    }


def _opened(form: Form) -> dict[str, Any]:
    return {
        "operationId": f"open-{form.name}",
        "summary": f"{form.title}: redirect to its page on the site",
        "parameters": [{"$ref": "#/components/parameters/lang"}],
        "responses": {
            "303": {
                "description": "The form's page.",
                "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
            }
        },
    }


def _describe(forms: Mapping[str, Form]) -> dict[str, Any]:
    tag = {"ETag": {"schema": {"type": "string"}}}
    return {
        "operationId": "describe-form",
        "summary": "Describe a form and its free seats",
        "parameters": [
            {"name": "form", "in": "path", "required": True, "schema": {"enum": sorted(forms)}},
            {
                "name": "brief",
                "in": "query",
                "description": "Describe only what changes: seats, date limits, and a closed form, in this language.",
                "schema": {"type": "string", "minLength": 1},
            },
            {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
        ],
        "responses": {
            "200": {
                "description": "The form. It may be cached for 10 seconds.",
                "headers": tag,
                "content": {"application/json": {"schema": {"anyOf": [FORM, FORM_IN_BRIEF]}}},
            },
            "304": {"description": "The client's copy is current.", "headers": tag},
        }
        | _refusals(_FOR_GET - {405}),
    }


def _my() -> dict[str, Any]:
    page = {"text/html": {"schema": {"type": "string"}}}
    answers = {
        "200": {"description": "A page: the submission, and what the registrant can do.", "content": page},
        "303": {
            "description": "Done (POST only): redirect to the submission's page.",
            "headers": {"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
        },
        "4XX": {"description": "A page that says what is wrong with the link and what to do.", "content": page},
        "503": {"description": "A page that asks the registrant to try again soon.", "content": page},
    }
    posted = {
        "type": "object",
        "properties": {
            "t": {"type": "string"},
            "action": {"enum": [action.value for action in Action]},
            "confirm": {
                "const": "yes",
                "description": "Required to cancel or erase. Without it, a page asks for confirmation.",
            },
        },
        "required": ["t", "action"],
    }
    changing = {
        "name": "change",
        "in": "query",
        "description": "With GET, the page on which the registrant changes answers, if the form has `[own_changes]`. "
        "With POST, the fields of that page: then `t` and `lang` are in the address as well.",
        "schema": {"const": "yes"},
    }
    return {
        "get": {
            "operationId": "show-my-entry",
            "summary": "Show the registrant's submission by a signed link; changes nothing",
            "parameters": [{"$ref": "#/components/parameters/token"}, changing],
            "responses": answers,
        },
        "post": {
            "operationId": "change-my-entry",
            "summary": "Verify, cancel, erase or change the registrant's submission",
            "parameters": [changing],
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": posted}},
            },
            "responses": answers,
        },
    }


def _calendar() -> dict[str, Any]:
    calendar = {"text/calendar": {"schema": {"type": "string"}}}
    sentence = {"text/plain": {"schema": {"type": "string"}}}
    secret = {
        "name": "t",
        "in": "query",
        "required": True,
        "description": "The secret that `rollcall calendar link` prints.",
        "schema": {"type": "string"},
    }
    return {
        "get": {
            "operationId": "show-calendar",
            "summary": "Every course with its seats, for the staff's calendar programs; HEAD gets the headers",
            "parameters": [secret],
            "responses": {
                "200": {
                    "description": "The calendar. It may be kept for 15 minutes.",
                    "headers": {"ETag": {"schema": {"type": "string"}}},
                    "content": calendar,
                },
                "304": {"description": "Nothing changed since the ETag in If-None-Match."},
                "404": {"description": "The secret is wrong, or was reset.", "content": sentence},
                "503": {"description": "Try again in a minute.", "content": sentence},
            },
        }
    }


def _parameters(forms: Mapping[str, Form]) -> dict[str, Any]:
    form_languages = [language for form in forms.values() for language in form.words]
    return {
        "key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Identifies this attempt. For 24 hours, the same key with the same answers gets the first "
            "answer again. Without a key, the same answers within ten minutes do.",
            "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "pattern": "^[ -~]+$"},
        },
        "lang": {
            "name": "lang",
            "in": "query",
            "description": "The language of messages and mails. It overrides the field _language and Accept-Language: "
            f"{', '.join(dict.fromkeys((*LANGUAGES, *form_languages)))}. Any other value gets the closest.",
            "schema": {"type": "string"},
        },
        "embed": {
            "name": "embed",
            "in": "query",
            "description": "Whether the post comes from the form's page in another site's frame. Then the page that a "
            "plain form gets may be framed too, by the origins that the form file names.",
            "schema": {"type": "string"},
        },
        "labels-lang": {
            "name": "lang",
            "in": "query",
            "description": "The language of labels and answers in words. Any other value gets the closest.",
            "schema": {"type": "string"},
        },
        "token": {
            "name": "t",
            "in": "query",
            "required": True,
            "description": "The signed token of a link in a mail.",
            "schema": {"type": "string"},
        },
    }


def _refusals(statuses: set[int]) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(statuses)}


def _refusal(status: int) -> dict[str, Any]:
    problem = "InvalidAnswers" if InvalidAnswersError.code in CODES[status] else "Problem"
    narrowed = {
        "allOf": [{"$ref": f"#/components/schemas/{problem}"}],
        "properties": {"code": {"enum": list(CODES[status])}},
    }
    content: dict[str, Any] = {"application/problem+json": {"schema": narrowed}, "text/html": {}}
    answer: dict[str, Any] = {"description": TITLES.get(status) or HTTPStatus(status).phrase, "content": content}
    if status in {429, 500, 503}:
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "In seconds."}}
    return answer


def _name(status: int) -> str:
    return (TITLES.get(status) or HTTPStatus(status).phrase).replace(" ", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the description and print one line about it."""
    parser = argparse.ArgumentParser(prog="python -m rollcall_build.openapi", description="Describe the API.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the workspace (default: this folder)")
    parser.add_argument("--out", type=Path, help=f"where to write it (default: {OUT} in the workspace)")
    options = parser.parse_args(arguments)
    try:
        forms = compile_forms(options.root / EXAMPLE / "forms")
    except RollcallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out = options.out or options.root / OUT
    text = json.dumps(document(forms), ensure_ascii=False, indent=2) + "\n"
    out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{out}: {len(forms)} forms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
