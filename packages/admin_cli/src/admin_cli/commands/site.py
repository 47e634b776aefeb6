"""`rollcall site`: the pages, built and published."""

from __future__ import annotations

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
    """Build the site's pages, stamped with the addresses of the context's stack.

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
    """Build the site and bring the stack's bucket to it: only what changed is uploaded.

    The compiled forms are stored with the stack too, so that `rollcall` knows them outside a clone. It refuses when the
    functions have another version of a form: deploy first, else the pages ask what the functions refuse. A form whose
    folder is gone is retired: its page goes, its submissions stay and are still listed.

    Examples:
      rollcall site publish --dry-run
      rollcall site publish --context prod
    """
    from admin_cli.site.publish import publish  # noqa: PLC0415 - loads the SDK

    services = of(ctx)
    stack = services.stack()
    said = stack.description
    services.output.tell(f"Stack {said.stack}, account {stack.account()}, {said.region}: {said.site_url}")
    forms = read_checked_forms(None)
    site = _build(stack, out)
    ensure_deployed(stack, forms)
    empty = _without_entries(services, stack, forms)
    s3 = stack.client("s3")
    report = publish(
        site,
        bucket=said.site_bucket,
        s3_client=ReadOnlyBucket(s3) if dry_run else s3,
        cloudfront_client=None if dry_run else stack.client("cloudfront"),
        distribution_id=said.distribution_id,
    )
    _print_report(services, report, dry_run=dry_run)
    _store_forms(services, stack, forms, forget=empty, dry_run=dry_run)


class ReadOnlyBucket:
    """An S3 client that looks but changes nothing."""

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

    sources = find_sources()
    said = stack.description
    folder = out or sources.root / "build" / "site" / said.stack
    return build(sources, api_url=said.api_url, site_url=said.site_url, out=folder)


def ensure_deployed(stack: Stack, forms: Mapping[str, Form]) -> None:
    """Raise CliError when the functions have other versions of these forms: pages would ask what they refuse."""
    differing = [name for name, form in forms.items() if stack.deployed_version(name) != form.version]
    if differing:
        raise CliError(
            f"The functions have another version of {', '.join(differing)} than your files, so nothing was published: "
            "the pages would ask what the functions refuse.",
            hint=f"Deploy first: {deploying(stack.context)}",
        )


def _without_entries(services: Services, stack: Stack, forms: Mapping[str, Form]) -> list[str]:
    """Name the forms whose folder is gone and that no entry was made with. Nothing is published until that is known."""
    gone = [form for name, form in stack.forms.items() if name not in forms]
    return [form.name for form in gone if not _entries(services, stack, form)]


def _store_forms(
    services: Services, stack: Stack, forms: Mapping[str, Form], *, forget: Sequence[str], dry_run: bool
) -> None:
    """Keep the compiled forms with the stack, so that commands know them outside a clone."""
    from admin_cli.stack import stored_forms  # noqa: PLC0415 - loads the SDK

    kept = stored_forms(stack.client("dynamodb"), stack.description.table)
    changed = kept.changed(forms) if dry_run else kept.store(forms, forget=forget)
    would = "would be " if dry_run else ""
    services.output.tell(f"{len(changed)} {would}stored, {len(forms) - len(changed)} unchanged forms.")


def _entries(services: Services, stack: Stack, form: Form) -> int:
    """Count what came in by a form that is asked no more, and say it of one that is retired now."""
    most = 1 if form.retired else None
    count = sum(1 for _ in stack.query().select(Selection(form=form.name), limit=most))
    if count and not form.retired:
        services.output.tell(
            f"warning: the form {form.name} is retired, for its folder is gone. "
            f"{counted(count)} of it stay, and are listed as before: rollcall list --form {form.name}"
        )
    return count


def _print_report(services: Services, report: PublishReport, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for verb, keys in (("uploaded", report.uploaded), ("deleted", report.deleted)):
        for key in keys:
            services.output.line(f"{verb}\t{key}")
    services.output.tell(
        f"{len(report.uploaded)} {would}uploaded ({report.uploaded_bytes / 1000:.0f} kB), "
        f"{len(report.deleted)} {would}deleted, {len(report.unchanged)} unchanged.",
    )
