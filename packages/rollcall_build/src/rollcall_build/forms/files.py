"""Form files, `forms/<form>/form.toml`: read, checked as a whole, and compiled. docs/editor.md explains each key."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace

from registration_core.domain.emails import EmailError, normalise_email
from registration_core.domain.errors import FormFileError
from registration_core.domain.fields import Field, FieldType, Text
from registration_core.domain.forms import LONGEST_RETENTION_DAYS, STAFF_MAILS, Form
from registration_core.domain.messages import DEFAULT_LANGUAGE, LANGUAGES
from rollcall_build.forms import embedding
from rollcall_build.forms.checked_table import CheckedTable, listed, repeated
from rollcall_build.forms.conditions import ensure_conditions_count
from rollcall_build.forms.fields import read_fields, read_region
from rollcall_build.forms.groups import read_group
from rollcall_build.forms.mails import read_mails
from rollcall_build.forms.own_changes import read_own_changes
from rollcall_build.forms.reminders import read_reminders
from rollcall_build.forms.rules import (
    ensure_ages_count,
    ensure_times_count,
    named_field,
    read_quota,
    read_spam_rules,
    read_verification,
)
from rollcall_build.forms.sections import read_sections
from rollcall_build.forms.time_zones import in_zone, read_time_zone
from rollcall_build.forms.webhooks import read_webhooks
from rollcall_build.forms.words import file_of, read_words
from rollcall_build.mails.own_mails import own_mails
from rollcall_build.toml_files import TomlError, read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from registration_core.domain.forms import OwnMail
    from registration_core.domain.messages import Words
    from registration_core.domain.time_zones import TimeZone

KEYS = (
    *(
        "id_prefix",
        "languages",
        "title",
        "description",
        "staff",
        "staff_mails",
        "retention_days",
        "email_field",
        "name_field",
    ),
    *("once", "opens_at", "closes_at", "region", "quota", "verification", "spam", "sections", "webhooks"),
    *("mails", "reminders", "own_changes", "group", "fields", *embedding.KEYS),
)
"""What stands in a form file outside of its fields."""

TAKEN: Mapping[str, str] = {
    **dict.fromkeys(("my", "forms"), "the API already answers there"),
    **dict.fromkeys(
        ("assets", "calendar", "embed", "index", "privacy", "thank-you", "not-found", "unavailable"),
        "the site already has a page there",
    ),
}
"""Addresses that no form may have, and why."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
"""What a folder of a form may be called, and so the form."""

FILE = "form.toml"
_PREFIX = re.compile(r"[a-z]{2,8}")
_VERSION_LENGTH = 12
_MOST_FIELDS = 60


@dataclass(frozen=True, slots=True)
class Around:
    """What holds for every form of an organisation: the words of its own languages, its time zone."""

    words: Words
    time_zone: TimeZone | None


def compile_forms(forms_dir: Path) -> dict[str, Form]:
    """Read every form of a folder, by name, sorted; folders that begin with _ or . hold none.

    Raises FormFileError with every mistake of every file.
    """
    problems: list[str] = []
    around = Around(read_words(forms_dir, problems), read_time_zone(forms_dir, problems))
    forms: dict[str, Form] = {}
    for folder in sorted(forms_dir.iterdir()):
        if folder.is_dir() and not folder.name.startswith(("_", ".")):
            form = _read_form(folder, around, problems)
            if form is not None:
                forms[form.name] = form
    problems.extend(_shared_prefixes(forms_dir, forms))
    problems.extend(embedding.taken_addresses(forms, ()))
    if problems:
        raise FormFileError(problems)
    return forms


def content_version(form: Form) -> str:
    """Return the version that a form's content has: 12 hexadecimal letters of its SHA-256."""
    content = form.to_dict()
    del content["version"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_LENGTH]


def _read_form(folder: Path, around: Around, problems: list[str]) -> Form | None:
    """Read one form; None, and a problem noted, when the file cannot be read or has mistakes."""
    file = f"{folder.parent.name}/{folder.name}/{FILE}"
    before = len(problems)
    if not NAME.fullmatch(folder.name):
        problems.append(
            f'{file}: the folder "{folder.name}" cannot be a form\'s name; begin with a lowercase letter, and use at '
            "most 31 lowercase letters, digits and -"
        )
    if folder.name in TAKEN:
        problems.append(f'{file}: a form cannot be called "{folder.name}": {TAKEN[folder.name]}; rename the folder')
    try:
        values = read_toml(folder / FILE)
    except FileNotFoundError:
        problems.append(f"{file}: this file is missing; every form's folder needs one")
    except TomlError as error:
        problems.append(f"{file}: {error}")
    else:
        table = CheckedTable(values, file, problems)
        words = around.words
        languages = _languages(table, folder.parent, words)
        form = _form(folder.name, table, languages, own_mails(folder / "mail"))
        form = replace(form, words={language: words[language] for language in languages if language in words})
        if around.time_zone is not None:
            form = in_zone(form, around.time_zone)
        if len(problems) == before:
            return replace(form, version=content_version(form))
    return None


def _form(name: str, values: CheckedTable, languages: Sequence[str], mails: tuple[OwnMail, ...]) -> Form:
    values.known_keys(KEYS, of="a form")
    prefix = values.string("id_prefix", required=True)
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        values.problem('"id_prefix" must be two to eight lowercase letters, such as reg')
    title = values.text("title", languages, required=True)
    description = values.text("description", languages)
    retention_days = values.whole("retention_days", 1, LONGEST_RETENTION_DAYS, required=True)
    tables = values.tables("fields", required=True)
    if len(tables) > _MOST_FIELDS:
        values.problem(f"there are {len(tables)} fields; a form can have at most {_MOST_FIELDS}")
    fields = read_fields(tables, values.where, languages, values.problems, region=read_region(values))
    opens_at, closes_at = values.moment("opens_at"), values.moment("closes_at")
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        values.problem('"closes_at" must come after "opens_at"')
    whole = len(fields) == len(tables)  # else the names below may be those of fields that could not be read
    email_field = _email_field(values, fields) if whole else None
    quota = read_quota(values, fields if whole else None)
    once = named_field(values, fields, "once", FieldType.CHOICE) if whole else None
    name_field = named_field(values, fields, "name_field", FieldType.TEXT) if whole else None
    quota_field = quota.field if quota is not None else None
    chosen = next((field for field in fields if field.name == (quota_field or once)), None)
    if whole:
        ensure_times_count(values, fields, quota_field or once)
        ensure_ages_count(values, fields)
        births = [field.age_from for field in fields]
        ensure_conditions_count(values, fields, [email_field, name_field, once, quota_field, *births])
    form = Form(
        name=name,
        version="",
        id_prefix=prefix or "",
        languages=tuple(languages),
        title=title or Text({languages[0]: ""}),
        description=description,
        fields=tuple(fields),
        email_field=email_field or "",
        retention_days=retention_days or 1,
        staff=_staff(values),
        staff_mails=_staff_mails(values),
        name_field=name_field,
        once=once,
        opens_at=opens_at,
        closes_at=closes_at,
        quota=quota,
        verification=read_verification(values),
        sections=read_sections(values, _visible(fields), languages) if whole else (),
        spam=read_spam_rules(values, [field.name for field in fields]),
        mails=read_mails(values, mails),
        embed_on=embedding.read_embed_on(values),
        short_address=embedding.read_short_address(values, NAME, TAKEN),
        webhooks=read_webhooks(values, [field.name for field in fields] if whole else None),
        reminders=read_reminders(values, chosen, mails, languages) if whole else (),
        own_changes=read_own_changes(values, fields if whole else None, email_field, chosen),
    )
    return replace(form, group=read_group(values, form)) if whole else form


def _languages(values: CheckedTable, forms_dir: Path, words: Words) -> Sequence[str]:
    languages = values.strings("languages") or (DEFAULT_LANGUAGE,)
    for language in languages:
        if language not in LANGUAGES and language not in words:
            values.problem(
                f'language "{language}" has no words; use {listed([*LANGUAGES, *words])}, or copy docs/words.toml to '
                f"{file_of(forms_dir, language)} and translate it"
            )
    if DEFAULT_LANGUAGE not in languages:
        values.problem(f'"languages" must include "{DEFAULT_LANGUAGE}"')
    return languages


def _visible(fields: Sequence[Field]) -> list[str]:
    return [field.name for field in fields if field.type is not FieldType.HIDDEN]


def _staff(values: CheckedTable) -> tuple[str, ...]:
    addresses = []
    for address in values.strings("staff"):
        try:
            addresses.append(normalise_email(address))
        except EmailError:
            values.problem(f'"staff" has "{address}"; write an e-mail address such as office@example.org')
    return tuple(addresses)


def _staff_mails(values: CheckedTable) -> tuple[str, ...]:
    named = values.strings("staff_mails") if "staff_mails" in values else STAFF_MAILS
    for name in named:
        if name not in STAFF_MAILS:
            values.problem(f'"staff_mails" has "{name}"; use some of {", ".join(STAFF_MAILS)}, or [] for none')
    return tuple(name for name in STAFF_MAILS if name in named)


def _email_field(values: CheckedTable, fields: Sequence[Field]) -> str | None:
    """Return the field that holds the registrant's address: the one named, or the only one that there is."""
    candidates = [field.name for field in fields if field.type is FieldType.EMAIL and field.required]
    if "email_field" in values:
        return named_field(values, fields, "email_field", FieldType.EMAIL)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        values.problem(
            f'"email_field" is missing; it names the field with the address to mail; use one of {listed(candidates)}'
        )
    else:
        values.problem('there is no field with type = "email" and required = true; the form needs one to send mails')
    return None


def _shared_prefixes(forms_dir: Path, forms: dict[str, Form]) -> list[str]:
    return [
        f"{forms_dir.name}: {listed(name for name, form in forms.items() if form.id_prefix == prefix)} have the same "
        f'"id_prefix" "{prefix}"; give each form its own'
        for prefix in repeated(form.id_prefix for form in forms.values())
    ]
