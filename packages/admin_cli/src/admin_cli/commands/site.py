"""`rollcall site`: builds and publishes the pages."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin_cli.doctor.forms import deploying
from admin_cli.errors import CliError
from admin_cli.forms.definitions import find_sources, read_checked_forms
from admin_cli.services import of
from admin_cli.submissions.lookup import counted
from admin_cli.terminal.help import Command, noun
from registration_core.domain.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin_cli.services import Services
    from admin_cli.site.publish import PublishReport
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from rollcall_build.site.files import SiteBuild

app = noun("""
Build the organisation's site for a stack, and publish it to the stack's bucket.

Examples:
  rollcall site build
  rollcall site publish --dry-run
  rollcall site publish --context prod
""")

Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where to build it (default: build/site/<stack> in the clone)."),
]


@app.command("build", cls=Command)
def build_site(ctx: typer.Context, *, out: Out = None) -> None:
    """Build the site's pages with the addresses of the context's stack.

    Examples:
      rollcall site build
      rollcall site build --out /tmp/site --context prod
    """
    services = of(ctx)
    site = _build(services.stack(), out)
    services.output.note(f"{len(site.files)} files in {site.out}")
    for file in site:
        services.output.line(file.key)


@app.command("publish", cls=Command)
def publish_site(
    ctx: typer.Context,
    *,
    out: Out = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Build the site and publish it to the stack's bucket; only changed files are uploaded.

    It also stores the compiled forms with the stack, so that `rollcall` knows them outside a clone.
    It refuses if the functions have a different version of a form: deploy first, or the pages would
    ask for what the functions refuse. A form whose folder is gone is retired: its page is removed,
    and its submissions stay and are still listed.

    Examples:
      rollcall site publish --dry-run
      rollcall site publish --context prod
    """
    from admin_cli.site.publish import publish  # noqa: PLC0415 - loads the SDK

    services = of(ctx)
    stack = services.stack()
    description = stack.description
    services.output.tell(
        f"Stack {description.stack}, account {stack.account()}, {description.region}: {description.site_url}"
    )
    forms = read_checked_forms(None)
    site = _build(stack, out)
    ensure_deployed(stack, forms)
    _warn_of_files(services, stack, forms)
    empty = _without_submissions(services, stack, forms)
    s3 = stack.client("s3")
    report = publish(
        site,
        bucket=description.site_bucket,
        s3_client=ReadOnlyBucket(s3) if dry_run else s3,
        cloudfront_client=None if dry_run else stack.client("cloudfront"),
        distribution_id=description.distribution_id,
    )
    _print_report(services, report, dry_run=dry_run)
    _store_forms(services, stack, forms, forget=empty, dry_run=dry_run)


class ReadOnlyBucket:
    """An S3 client that reads but changes nothing."""

    def __init__(self, s3: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._s3 = s3

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Ask S3."""
        answer: dict[str, Any] = self._s3.list_objects_v2(**request)
        return answer

    def head_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Ask S3."""
        answer: dict[str, Any] = self._s3.head_object(**request)
        return answer

    def put_object(self, **_request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Upload nothing."""
        return {}

    def delete_objects(self, **_request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Delete nothing."""
        return {}


def _build(stack: Stack, out: Path | None) -> SiteBuild:
    from rollcall_build.site.build import build  # noqa: PLC0415 - loads Jinja2
    from rollcall_build.site.desk import Desk  # noqa: PLC0415

    sources = find_sources()
    description = stack.description
    folder = out or sources.root / "build" / "site" / description.stack
    desk = Desk.from_mapping(asdict(description.desk)) if description.desk is not None else None
    return build(sources, api_url=description.api_url, site_url=description.site_url, out=folder, desk=desk)


def ensure_deployed(stack: Stack, forms: Mapping[str, Form]) -> None:
    """Raise CliError if the functions have other versions of these forms: they would refuse the pages' answers."""
    differing = [name for name, form in forms.items() if stack.deployed_version(name) != form.version]
    if differing:
        raise CliError(
            f"The functions have a different version of {', '.join(differing)} from your files, so nothing was "
            "published: they would refuse answers to the new pages.",
            hint=f"Deploy first: {deploying(stack.context)}",
        )


def _warn_of_files(services: Services, stack: Stack, forms: Mapping[str, Form]) -> None:
    """Warn of forms that ask for files if the stack accepts none."""
    asking = [name for name, form in forms.items() if form.asks_for_files]
    if asking and stack.description.files_bucket is None:
        services.output.tell(
            f"warning: nobody can send the files that {', '.join(asking)} asks for, because this stack accepts none. "
            "Add files = {} to its values and apply: docs/options.md, Files"
        )


def _without_submissions(services: Services, stack: Stack, forms: Mapping[str, Form]) -> list[str]:
    """Name the forms whose folder is gone and that have no submissions."""
    gone = [form for name, form in stack.forms.items() if name not in forms]
    return [form.name for form in gone if not _count_submissions(services, stack, form)]


def _store_forms(
    services: Services, stack: Stack, forms: Mapping[str, Form], *, forget: Sequence[str], dry_run: bool
) -> None:
    """Store the compiled forms with the stack, so that commands know them outside a clone."""
    from admin_cli.stack import stored_forms  # noqa: PLC0415 - loads the SDK

    stored = stored_forms(stack.client("dynamodb"), stack.description.table)
    changed = stored.changed(forms) if dry_run else stored.store(forms, forget=forget)
    would = "would be " if dry_run else ""
    services.output.tell(f"Forms: {len(changed)} {would}stored, {len(forms) - len(changed)} unchanged.")


def _count_submissions(services: Services, stack: Stack, form: Form) -> int:
    """Count the submissions of a form whose folder is gone, and warn if it is retired from now on."""
    most = 1 if form.retired else None
    count = sum(1 for _ in stack.query().select(Selection(form=form.name), limit=most))
    if count and not form.retired:
        services.output.tell(
            f"warning: the form {form.name} is retired, because its folder is gone. "
            f"It still has {counted(count)}: rollcall list --form {form.name}"
        )
    return count


def _print_report(services: Services, report: PublishReport, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for verb, keys in (("uploaded", report.uploaded), ("deleted", report.deleted)):
        for key in keys:
            services.output.line(f"{verb}\t{key}")
    services.output.tell(
        f"Files: {len(report.uploaded)} {would}uploaded ({report.uploaded_bytes / 1000:.0f} kB), "
        f"{len(report.deleted)} {would}deleted, {len(report.unchanged)} unchanged.",
    )
