"""Everything of an organisation's own, examined without a stack: forms, mails, site, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.doctor.findings import Finding, Health
from admin_cli.forms.definitions import read_checked_forms
from admin_cli.forms.file_warnings import warnings_of
from registration_core.domain.errors import FormFileError
from rollcall_build.forms import time_zones
from rollcall_build.forms.example_addresses import is_example
from rollcall_build.mails.languages import mails_in_english
from rollcall_build.site.content import SHARED, read_site_content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form
    from rollcall_build.sources import Sources

_EXPLAINED = "docs/editor.md explains each key."
_OWN_ADDRESS = "Write an address of your own before anybody registers."
_ADDRESSES = {"api_url": "https://api.example/v1", "site_url": "https://site.example"}


def findings(sources: Sources) -> Iterator[Finding]:
    """Examine one thing after the other; what a mistake in the forms hides is said to be hidden."""
    forms: Mapping[str, Form] = {}
    try:
        forms = read_checked_forms(sources.forms)
    except FormFileError as error:
        for problem in error.problems:
            yield Finding("forms", Health.FAILURE, problem, f"Mend it. {_EXPLAINED}")
    else:
        yield Finding("forms", Health.OK, f"{', '.join(forms)}: questions and mails are right")
        for name, form in forms.items():
            for warning in warnings_of(form):
                yield Finding("forms", Health.WARNING, f"forms/{name}/form.toml: {warning}", _EXPLAINED)
        for warning in dict.fromkeys(mails_in_english(sources.forms, sources.shared, forms)):
            yield Finding("mails", Health.WARNING, warning, "docs/make-it-yours.md tells how languages are added.")
    if forms:
        yield from _site(sources, forms)
    else:
        yield Finding("site", Health.SKIPPED, "not examined until the forms are right")
    yield from _values(sources)


def _site(sources: Sources, forms: Mapping[str, Form]) -> Iterator[Finding]:
    from rollcall_build.site.build import render  # noqa: PLC0415 - loads Jinja2
    from rollcall_build.site.errors import SiteBuildError  # noqa: PLC0415

    try:
        files = render(sources, forms, **_ADDRESSES)
    except SiteBuildError as error:
        for problem in str(error).splitlines():
            yield Finding("site", Health.FAILURE, problem, "Mend it; docs/make-it-yours.md tells how.")
    else:
        yield Finding("site", Health.OK, f"{len(files)} files can be built")
        yield from _worth_a_look(sources, forms)


def _worth_a_look(sources: Sources, forms: Mapping[str, Form]) -> Iterator[Finding]:
    content = read_site_content(sources.site)
    address = str(content.words[content.languages[0]].get("organisation", {}).get("email", ""))
    if is_example(address):
        says = f'site/{SHARED}: "email" is {address}. That is an example, and reaches nobody.'
        yield Finding("site", Health.WARNING, says, _OWN_ADDRESS)
    if any(form.time_zone is None for form in forms.values()):
        says = f'site/{SHARED}: "{time_zones.KEY}" is missing, so people read times in UTC.'
        yield Finding("site", Health.WARNING, says, f'Write yours: {time_zones.KEY} = "Europe/Stockholm"')


def _values(sources: Sources) -> Iterator[Finding]:
    from rollcall_local.errors import TerraformMissingError  # noqa: PLC0415 - only where there are values
    from rollcall_local.terraform import require_terraform  # noqa: PLC0415

    files = sorted(sources.values.glob("*.tfvars"))
    if not files:
        yield Finding("values", Health.SKIPPED, f"there are none in {sources.values}; AWS needs them, this machine not")
        return
    try:
        require_terraform()
    except TerraformMissingError as error:
        yield Finding("values", Health.SKIPPED, str(error))
        return
    for file in files:
        yield from _file_of_values(sources, file)


def _file_of_values(sources: Sources, file: Path) -> Iterator[Finding]:
    from admin_cli.organisation.values import ValuesError, read_values  # noqa: PLC0415 - starts Terraform

    name = f"values/{file.name}"
    try:
        values = read_values(sources, file)
    except ValuesError as error:
        for problem in str(error).splitlines():
            yield Finding("values", Health.FAILURE, f"{name}: {problem}", "docs/operator.md tells what goes there.")
        return
    problems = list(_disagreements(sources, file, values))
    for problem, mend in problems:
        yield Finding("values", Health.FAILURE, f"{name}: {problem}", mend)
    if not problems:
        yield Finding("values", Health.OK, f"{name}: Terraform takes them")
    for variable in ("sender", "alarm_email"):
        address = values.get(variable)
        if isinstance(address, str) and is_example(address):
            says = f"{name}: {variable} is {address}. That is an example."
            yield Finding("values", Health.WARNING, says, _OWN_ADDRESS)


def _disagreements(sources: Sources, file: Path, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give what Terraform cannot know: whether its values are of these forms and this stack."""
    if values["stack"] != file.stem:
        yield f"stack is {values['stack']!r}.", f'Write stack = "{file.stem}", or rename the file.'
    if not file.with_suffix(".s3.tfbackend").is_file():
        yield f"{file.stem}.s3.tfbackend is missing beside it.", "It says where the state lies: docs/operator.md"
    there = {path.parent.name for path in sources.forms.glob("*/form.toml")}
    named = values["forms"]
    assert isinstance(named, list)  # noqa: S101 - variables.tf says so
    if missing := sorted(there - set(named)):
        yield f"forms leaves out {', '.join(missing)}.", "Add it: without it the API has no such address."
    if gone := sorted(set(named) - there):
        yield f"forms names {', '.join(gone)}, and forms/ has no such folder.", "Take it out of the list."
