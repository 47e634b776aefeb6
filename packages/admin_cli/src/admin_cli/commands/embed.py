"""`rollcall forms embed`: the lines that show a form on another site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import find_sources, read_forms
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.services import of
from registration_core.domain.embedding import embed_path
from registration_core.domain.filters import the_form

if TYPE_CHECKING:
    from registration_core.domain.forms import Form


def embed(
    ctx: typer.Context,
    form: FormArgument,
    *,
    language: Annotated[
        str | None, typer.Option("--language", help="The form's language (default: the site's first).")
    ] = None,
) -> None:
    """Print the lines of HTML that show a form on another site.

    The form file names the sites that may (`embed_on`).

    Examples:
      rollcall forms embed registration
      rollcall forms embed registration --language sv
    """
    from rollcall_build.site.content import read_site_content  # noqa: PLC0415 - reads every text of the site
    from rollcall_build.site.embeds import snippet  # noqa: PLC0415

    services = of(ctx)
    definition = the_form(read_forms(None), form)
    _ensure_embedded(definition)
    content = read_site_content(find_sources().site)
    languages = [each for each in content.languages if each in definition.languages]
    chosen = language or languages[0]
    if chosen not in languages:
        raise CliError(
            f"{form} has no page in {chosen!r}; use one of {', '.join(languages)}.", exit_code=ExitCode.USAGE
        )
    stack = services.stack().description
    path = embed_path(definition.name, content.prefix(chosen))
    services.output.line(snippet(definition, site_url=stack.site_url, path=path, language=chosen))
    origins = dict.fromkeys(map(_origin, (stack.site_url, stack.api_url)))
    services.output.note(
        f"Only pages of {', '.join(definition.embed_on)} can show it. If they have a content security policy, add "
        f"script-src {stack.site_url}; frame-src {' '.join(origins)}"
    )


def _ensure_embedded(form: Form) -> None:
    if not form.embed_on:
        raise CliError(
            f"No other site may show {form.name}.",
            hint=f'Write embed_on = ["https://school.example"] in forms/{form.name}/form.toml, then deploy and '
            "publish: docs/editor.md",
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
