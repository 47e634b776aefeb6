"""Where a form is shown besides its own page: `embed_on` and `short_address`, checked and read."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from registration_core.domain.forms import Form
    from rollcall_build.forms.checked_table import CheckedTable

KEYS = ("embed_on", "short_address")
MOST_ORIGINS = 10
ORIGIN = re.compile(
    r"https://(?=[^:]{1,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](?::\d{1,5})?"
    r"|http://localhost:(?:\d{1,5}|\*)"
)
"""Infra checks the same: `embed_on` in infra/terraform/variables_embed.tf."""


def read_embed_on(values: CheckedTable) -> tuple[str, ...]:
    """Read the origins whose pages may frame the form, sorted: their order makes no new version."""
    origins = values.strings("embed_on")
    if len(origins) > MOST_ORIGINS:
        values.problem(f'"embed_on" has {len(origins)} origins; a form can have at most {MOST_ORIGINS}')
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            values.problem(
                f'"embed_on" has "{origin}"; write https:// and a host in small letters, such as '
                "https://school.example, without a path or a slash at the end. To try it on your own machine, write "
                "http://localhost:8000, or http://localhost:* for any port"
            )
    return tuple(sorted(origins))


def read_short_address(values: CheckedTable, name: re.Pattern[str], taken: Mapping[str, str]) -> str | None:
    """Read the second address of the form's page. name: what it may be. taken: what it may not be, and why."""
    short = values.string("short_address")
    if short is not None and not name.fullmatch(short):
        values.problem(
            f'"short_address" is "{short}"; write a word without a slash that begins with a lowercase letter, and has '
            "at most 31 lowercase letters, digits and -"
        )
    if short is not None and short in taken:
        values.problem(f'"short_address" cannot be "{short}": {taken[short]}')
    return short


def embed_on_of(forms: Mapping[str, Form]) -> dict[str, list[str]]:
    """Return the origins of each form that other sites may show: Terraform's variable `embed_on`."""
    return {name: list(form.embed_on) for name, form in sorted(forms.items()) if form.embed_on}


def embed_on_value(origins: Mapping[str, list[str]]) -> str:
    """Return these origins as a line for a file of values."""
    forms = ", ".join(f"{form} = {json.dumps(listed)}" for form, listed in origins.items())
    return f"embed_on = {{ {forms} }}" if forms else "embed_on = null"


def taken_addresses(forms: Mapping[str, Form], pages: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each short address that belongs to a form, a page or another short address.

    pages: the names of the site's other pages.
    """
    owners = dict.fromkeys(pages, "a page of the site") | {name: f"the form {name}" for name in forms}
    for name, form in forms.items():
        if form.short_address is None:
            continue
        if form.short_address in owners:
            yield (
                f'forms/{name}/form.toml: "short_address" is "{form.short_address}", the address of '
                f"{owners[form.short_address]}; use another"
            )
        owners[form.short_address] = f"the form {name}"
