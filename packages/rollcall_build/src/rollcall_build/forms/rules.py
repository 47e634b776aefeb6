"""A form file's own tables, [quota], [verification] and [spam]: each checked and read."""

from __future__ import annotations

import re

from registration_core.domain.fields import FieldType
from registration_core.domain.policies import SHIPPED_SPAM_RULES, SpamRules, Verification
from registration_core.domain.quota import Quota, Waitlist
from rollcall_build.forms.checked_table import CheckedTable, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.fields import Field

QUOTA = ("field", "waitlist")
VERIFICATION = ("within_hours",)
SPAM = ("min_fill_s", "max_links", "honeypot")

MOST_HOURS = 30 * 24
_MOST_FILL_S = 600
_MOST_LINKS = 100
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_quota(values: CheckedTable, fields: Sequence[Field] | None) -> Quota | None:
    """Read which field's options have a capacity; a capacity that would not count is noted too.

    fields: None when some could not be read, so that nothing can be said of those that are named.
    """
    table = values.table("quota")
    if table is None:
        _capacities_elsewhere(values, fields or (), None)
        return None
    table.known_keys(QUOTA, of="[quota]")
    waitlist = table.one_of("waitlist", [way.value for way in Waitlist])
    if fields is None:
        table.string("field", required=True)
        return None
    name = named_field(table, fields, "field", FieldType.CHOICE, required=True)
    _capacities_elsewhere(values, fields, name)
    for field in fields:
        for option in field.options:
            if field.name == name and option.capacity is None:
                values.problem(
                    f'field "{name}", option "{option.value}": "capacity" is missing; each option of the field that '
                    "[quota] names needs one, a whole number such as 20"
                )
    return None if name is None else Quota(field=name, waitlist=Waitlist(waitlist or Waitlist.AUTO))


def read_verification(values: CheckedTable) -> Verification | None:
    """Read whether the address is to be verified, and within how many hours."""
    table = values.table("verification")
    if table is None:
        return None
    table.known_keys(VERIFICATION, of="[verification]")
    hours = table.whole("within_hours", 1, MOST_HOURS)
    return Verification() if hours is None else Verification(within_hours=hours)


def read_spam_rules(values: CheckedTable, names: Sequence[str]) -> SpamRules:
    """Read what makes a submission suspect. names: of the form's fields, which the honeypot may not be."""
    usual = SHIPPED_SPAM_RULES
    table = values.table("spam") or CheckedTable({}, f"{values.where}: [spam]", values.problems)
    table.known_keys(SPAM, of="[spam]")
    fill, links = table.whole("min_fill_s", 0, _MOST_FILL_S), table.whole("max_links", 0, _MOST_LINKS)
    honeypot = table.string("honeypot") or usual.honeypot
    if not _NAME.fullmatch(honeypot):
        table.problem(
            '"honeypot" must begin with a lowercase letter and have at most 40 lowercase letters, digits and _'
        )
    if honeypot in names:
        table.problem(
            f'the honeypot "{honeypot}" is a field of this form, so everyone who fills it in would count as '
            'spam; use another name, such as honeypot = "homepage"'
        )
    return SpamRules(
        min_fill_s=usual.min_fill_s if fill is None else fill,
        max_links=usual.max_links if links is None else links,
        honeypot=honeypot,
    )


def ensure_times_count(values: CheckedTable, fields: Sequence[Field], subject: str | None) -> None:
    """Note times that nothing would follow. subject: the field that tells what a submission is about."""
    now = f'which is "{subject}"' if subject is not None else "and the form has neither"
    for field in fields:
        for key in ("starts_at", "opens_at", "closes_at"):
            if field.name != subject and any(getattr(option, key) is not None for option in field.options):
                values.problem(
                    f'field "{field.name}": "{key}" only works in the field that [quota] or else "once" names, {now}'
                )


def ensure_ages_count(values: CheckedTable, fields: Sequence[Field]) -> None:
    """Note ages of options that could not be counted from anybody's date of birth."""
    dates = [field.name for field in fields if field.type is FieldType.DATE]
    use = f"use one of {listed(dates)}" if dates else "the form has none"
    for field in fields:
        has_ages = any(option.min_age is not None or option.max_age is not None for option in field.options)
        if field.age_from is not None and field.age_from not in dates:
            values.problem(f'field "{field.name}": "age_from" must name a field of type "date"; {use}')
        elif field.age_from is None and has_ages:
            values.problem(f'field "{field.name}": "age_from" is missing; it names the date of birth; {use}')


def named_field(
    values: CheckedTable, fields: Sequence[Field], key: str, kind: FieldType, *, required: bool = False
) -> str | None:
    """Return the name of a required field of this type that a key names."""
    candidates = [field.name for field in fields if field.type is kind and field.required]
    name = values.string(key, required=required)
    if name is None or name in candidates:
        return name
    fit = f"use one of {listed(candidates)}" if candidates else "there is none"
    values.problem(f'"{key}" is "{name}", but must name a required field of type "{kind}"; {fit}')
    return None


def _capacities_elsewhere(values: CheckedTable, fields: Sequence[Field], quota_field: str | None) -> None:
    for field in fields:
        options = [option.value for option in field.options if option.capacity is not None]
        if options and field.name != quota_field:
            ask = 'add [quota] with field = "…"' if quota_field is None else f'[quota] names "{quota_field}"'
            values.problem(
                f'field "{field.name}": "capacity" (of {listed(options)}) only works in the field that [quota] names; '
                + ask.replace("…", field.name)
            )
