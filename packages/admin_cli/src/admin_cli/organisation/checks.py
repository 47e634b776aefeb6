"""Checks of an organisation's own files, without a stack: forms, mails, site, values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from admin_cli.doctor.findings import Finding, Health
from admin_cli.forms.definitions import read_checked_forms
from admin_cli.forms.file_warnings import warnings_of
from registration_core.domain.errors import FormFileError
from rollcall_build.forms import time_zones
from rollcall_build.forms.embedding import embed_on_of, embed_on_value
from rollcall_build.forms.example_addresses import is_example
from rollcall_build.mails.languages import mails_in_english
from rollcall_build.site.content import SHARED, read_site_content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form
    from rollcall_build.sources import Sources

_EXPLAINED = "docs/editor.md explains each key."
_OWN_ADDRESS = "Write your own address before anybody registers."
_API, _SITE = "https://api.example/v1", "https://site.example"


def findings(sources: Sources) -> Iterator[Finding]:
    """Check one thing after the other. A mistake in the forms skips the checks that need them."""
    forms: Mapping[str, Form] = {}
    try:
        forms = read_checked_forms(sources.forms)
    except FormFileError as error:
        for problem in error.problems:
            yield Finding("forms", Health.FAILURE, problem, f"Fix it. {_EXPLAINED}")
    else:
        yield Finding("forms", Health.OK, f"{', '.join(forms)}: no mistakes")
        for name, form in forms.items():
            for warning in warnings_of(form):
                yield Finding("forms", Health.WARNING, f"forms/{name}/form.toml: {warning}", _EXPLAINED)
        for warning in dict.fromkeys(mails_in_english(sources.forms, sources.shared, forms)):
            yield Finding("mails", Health.WARNING, warning, "docs/make-it-yours.md explains how to add a language.")
    if forms:
        yield from _site(sources, forms)
    else:
        yield Finding("site", Health.SKIPPED, "needs forms without mistakes")
    yield from _values(sources, forms)


def _site(sources: Sources, forms: Mapping[str, Form]) -> Iterator[Finding]:
    from rollcall_build.site.build import render  # noqa: PLC0415 - loads Jinja2
    from rollcall_build.site.errors import SiteBuildError  # noqa: PLC0415

    try:
        files = render(sources, forms, api_url=_API, site_url=_SITE)
    except SiteBuildError as error:
        for problem in str(error).splitlines():
            yield Finding("site", Health.FAILURE, problem, "Fix it. docs/make-it-yours.md explains how.")
    else:
        yield Finding("site", Health.OK, f"{len(files)} files can be built")
        yield from _site_warnings(sources, forms)


def _site_warnings(sources: Sources, forms: Mapping[str, Form]) -> Iterator[Finding]:
    content = read_site_content(sources.site)
    address = str(content.words[content.languages[0]].get("organisation", {}).get("email", ""))
    if is_example(address):
        says = f'site/{SHARED}: "email" is {address}, an example address that nobody reads.'
        yield Finding("site", Health.WARNING, says, _OWN_ADDRESS)
    if any(form.time_zone is None for form in forms.values()):
        says = f'site/{SHARED}: "{time_zones.KEY}" is missing, so people read times in UTC.'
        yield Finding("site", Health.WARNING, says, f'Write yours: {time_zones.KEY} = "Europe/Stockholm"')


def _values(sources: Sources, forms: Mapping[str, Form]) -> Iterator[Finding]:
    from rollcall_local.errors import TerraformMissingError  # noqa: PLC0415 - only where there are values
    from rollcall_local.terraform import require_terraform  # noqa: PLC0415

    files = sorted(sources.values.glob("*.tfvars"))
    if not files:
        yield Finding("values", Health.SKIPPED, f"none in {sources.values}; only stacks on AWS need them")
        return
    try:
        require_terraform()
    except TerraformMissingError as error:
        yield Finding("values", Health.SKIPPED, str(error))
        return
    for file in files:
        yield from _file_of_values(sources, file, forms)


def _file_of_values(sources: Sources, file: Path, forms: Mapping[str, Form]) -> Iterator[Finding]:
    from admin_cli.organisation.values import ValuesError, read_values  # noqa: PLC0415 - starts Terraform

    name = f"values/{file.name}"
    try:
        values = read_values(sources, file)
    except ValuesError as error:
        for problem in str(error).splitlines():
            yield Finding("values", Health.FAILURE, f"{name}: {problem}", "docs/operator.md explains the values.")
        return
    problems = list(_disagreements(sources, file, values, forms))
    for problem, mend in problems:
        yield Finding("values", Health.FAILURE, f"{name}: {problem}", mend)
    if not problems:
        yield Finding("values", Health.OK, f"{name}: Terraform accepts them")
    for variable in ("sender", "alarm_email"):
        address = values.get(variable)
        if isinstance(address, str) and is_example(address):
            says = f"{name}: {variable} is {address}, an example address."
            yield Finding("values", Health.WARNING, says, _OWN_ADDRESS)
    if values.get("webhooks") is None and (telling := [name for name, form in forms.items() if form.webhooks]):
        says = f"{name}: the webhooks of {', '.join(telling)} are not delivered."
        yield Finding("values", Health.WARNING, says, "Add webhooks = {} if this stack should: docs/options.md")
    if values.get("files") is None and (asking := [name for name, form in forms.items() if form.asks_for_files]):
        says = f"{name}: nobody can send the files that {', '.join(asking)} asks for."
        yield Finding("values", Health.FAILURE, says, "Add files = {}: docs/options.md, Files")


def _disagreements(
    sources: Sources, file: Path, values: Mapping[str, object], forms: Mapping[str, Form]
) -> Iterator[tuple[str, str]]:
    """Yield what Terraform can't know: whether the values fit these forms and this stack. Each with its fix."""
    if values["stack"] != file.stem:
        yield f"stack is {values['stack']!r}.", f'Write stack = "{file.stem}", or rename the file.'
    if not file.with_suffix(".s3.tfbackend").is_file():
        yield (
            f"{file.stem}.s3.tfbackend is missing in the same folder.",
            "It says where the state is kept: docs/operator.md",
        )
    if forms and (values.get("embed_on") or {}) != (embed_on := embed_on_of(forms)):
        yield "embed_on isn't what the form files say.", f"Write {embed_on_value(embed_on)}"
    folders = {path.parent.name for path in sources.forms.glob("*/form.toml")}
    listed = values["forms"]
    assert isinstance(listed, list)  # noqa: S101 - variables.tf says so
    fix = f"Write forms = {json.dumps(sorted(folders))}"
    if missing := sorted(folders - set(listed)):
        yield f"forms leaves out {', '.join(missing)}, so the API has no address for it.", fix
    if gone := sorted(set(listed) - folders):
        yield f"forms lists {', '.join(gone)}, but forms/ has no such folder.", fix
