"""The zip that the functions share, and one for staff: built the same, byte for byte, from the same sources.

`python -m rollcall_build.package --out dist/rollcall-lambda.zip` also writes `dist/rollcall-lambda-staff.zip`, with
what writes Excel files: visitors don't wait for what only staff use. What goes in: the modules that the entry points
import (found by reading their import statements), the compiled forms and their mail templates, the templates and
words of the pages that functions answer with, Jinja2, segno, and the licences of what is not ours. Nothing is
compressed: how well a zlib packs differs from one machine to the next. There are no `.pyc`: they would spare a cold
start about 10 ms of CPU, but only under the very Python that made them, and the same sources would no longer give the
same bytes everywhere.
"""

import argparse
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.render import PAGES, SHARED
from registration_core.domain.errors import RollcallError
from registration_core.domain.forms import Form
from rollcall_build.files import replace_file, staff_package
from rollcall_build.forms.example_addresses import ensure_own_addresses
from rollcall_build.forms.files import compile_forms
from rollcall_build.mails.checks import check_mails
from rollcall_build.site.content import SiteContent, ensure_words_of_changes, read_site_content
from rollcall_build.site.pages import form_links, home_path, navigation
from rollcall_build.site.theme import SCHEMES, read_theme
from rollcall_build.sources import Sources, sources_of

FUNCTIONS = ("submit", "links", "sweep", "dispatch", "notify", "feedback")
"""The functions that every stack has."""
SHARING = (*FUNCTIONS, "deliver", "files")
"""The functions that share a zip."""
STAFF = "staff"
"""The function with a zip of its own."""
OURS = ("registration_core", "lambda_handlers")
THIRD_PARTY = ("jinja2", "markupsafe", "segno")
STAFFS_THIRD_PARTY = ("xlsxwriter",)
UNUSED = frozenset({"segno/cli.py", "segno/helpers.py"})
"""Modules of them that no function imports."""
SHARED_TEMPLATES = ("layout.html.j2", "fields.html.j2", "thanks.html.j2")
PAGE_DRAWINGS = ("thank-you", "waiting", "one-step-left", "not-found", "unavailable")
SHARED_WORDS = ("organisation", "navigation", "footer", "form", "seats", "group", "thank_you", "my", "files")
FORM_WORDS = ("submit", "thanks", "thanks_text", "another")
MOST_BYTES = 2_100_000
STAFFS_MOST_BYTES = 2_250_000

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
_MODE = 0o100644 << 16


class PackageError(RollcallError):
    """The zip cannot be built from what is there; says what is missing."""


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What was built. changed: whether a file is another than before. The others are about the shared zip."""

    path: Path
    files: int
    size_bytes: int
    sha256: str
    changed: bool


def build_package(sources: Sources, out: Path) -> PackageReport:
    """Build the zips of an organisation's forms and words, and write each unless the very same is there already.

    out: the shared zip; `staff_package` says where the other is. Raises FormFileError for a mistake in a form file or a
    mail template, PackageError when something is missing.
    """
    contents = dict(_our_modules(sources.root, SHARING))
    contents.update(_forms(sources))
    contents.update(site_parts(sources))
    for name in THIRD_PARTY:
        contents.update(_third_party(name))
    staffs = dict(_our_modules(sources.root, [STAFF]))
    for name in STAFFS_THIRD_PARTY:
        staffs.update(_third_party(name))
    archive, staffs_archive = _zip(contents, MOST_BYTES), _zip(staffs, STAFFS_MOST_BYTES)
    changed = [_written(archive, out), _written(staffs_archive, staff_package(out))]
    return PackageReport(out, len(contents), len(archive), hashlib.sha256(archive).hexdigest(), any(changed))


def _written(archive: bytes, out: Path) -> bool:
    """Write a zip; False if the very same is there already."""
    if out.is_file() and out.read_bytes() == archive:
        return False
    replace_file(out, archive, mode=0o644)
    return True


def _our_modules(root: Path, functions: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield every module of ours that the functions import, at any depth and anywhere in a file."""
    finder = ModuleFinder(path=[str(root / "packages" / name / "src") for name in OURS])
    for name in (f"lambda_handlers.{function}" for function in functions):
        try:
            finder.import_hook(name)
        except ImportError as error:
            raise PackageError(f"{root} has no {name}; give the clone's folder with --root") from error
    files = [vars(module)["__file__"] for module in finder.modules.values()]
    for path in map(Path, filter(None, files)):
        source = next(folder for folder in path.parents if folder.name == "src")
        yield path.relative_to(source).as_posix(), path.read_bytes()


def _forms(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """Yield the compiled forms and their mails; of a shared mail the organisation's own, where it has one."""
    folder = sources.forms
    forms = compile_forms(folder)
    check_mails(folder, forms, shared=sources.shared, clock=SystemClock())
    for name, form in forms.items():
        text = json.dumps(form.to_dict(), ensure_ascii=False, separators=(",", ":"))
        yield f"forms/{name}.json", text.encode()
        yield from _templates(folder, folder / name / "mail")
    yield from _templates(sources.shared, sources.shared / SHARED)
    yield from _templates(folder, folder / SHARED)


def _templates(folder: Path, templates: Path) -> Iterator[tuple[str, bytes]]:
    for path in templates.glob("*.j2"):
        yield f"forms/{path.relative_to(folder).as_posix()}", path.read_bytes()


def site_parts(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """Yield what the functions' own pages are made of: `words.json`, and the site's templates for them, below `site/`.

    And, beside the mails' templates, where on the site the forms are.

    Raises FormFileError, SiteContentError or PackageError, which name the file.
    """
    forms = compile_forms(sources.forms)
    content = read_site_content(sources.site)
    theme = read_theme(sources.site)
    look = {
        "logo": theme.logo,
        "drawings": {name: theme.drawings[name] for name in PAGE_DRAWINGS if name in theme.drawings},
        "theme_colours": {scheme: theme.colours[scheme]["card"] for scheme in SCHEMES},
    }
    ensure_words_of_changes(content, forms)
    words = {language: _page_words(content, forms, language, look) for language in content.languages}
    pages = {language: {link.name: link.path for link in form_links(content, forms, language)} for language in words}
    yield f"forms/{PAGES}", json.dumps(pages, separators=(",", ":")).encode()
    yield "site/words.json", json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    templates = sources.root / "site" / "templates"
    for path in [*(templates / name for name in SHARED_TEMPLATES), *sorted((templates / "my").glob("*.j2"))]:
        if not path.is_file():
            raise PackageError(f"{path} is missing")
        yield f"site/{path.relative_to(templates.parent).as_posix()}", path.read_bytes()


def _page_words(
    content: SiteContent, forms: Mapping[str, Form], language: str, look: Mapping[str, object]
) -> dict[str, Any]:
    """Return a language's words for these pages, and the addresses on the site that they lead to."""
    words = content.words[language]
    links = form_links(content, forms, language)
    shared_words = {name: words[name] for name in SHARED_WORDS if name in words}
    texts = {link.name: {**words["forms"]["any"], **words["forms"].get(link.name, {})} for link in links}
    return {
        **{name: words[name] for name in ("language", "name", "direction")},
        **shared_words,
        "site": {
            **look,
            "home": home_path(content, language),
            "prefix": content.prefix(language),
            "navigation": [
                {"path": link.path, "label": link.label, "language": link.language}
                for link in navigation(content, forms, language)
            ],
            "forms": {
                link.name: {"path": link.path, **{name: texts[link.name][name] for name in FORM_WORDS}}
                for link in links
            },
        },
    }


def _third_party(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield a library's Python files and its licence; what is compiled for one machine stays out."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise PackageError(f"{name} is not installed here; run make dev")
    folder = Path(spec.origin).parent
    for path in folder.rglob("*.py"):
        module = f"{name}/{path.relative_to(folder).as_posix()}"
        if module not in UNUSED:
            yield module, path.read_bytes()
    for file in importlib.metadata.distribution(name).files or ():
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            yield f"licenses/{name}-{Path(file.name).stem}.txt", file.read_binary()


def _zip(contents: Mapping[str, bytes], most_bytes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3  # Unix, wherever it is built
            info.external_attr = _MODE
            archive.writestr(info, contents[name])
    size = buffer.tell()
    if size > most_bytes:
        raise PackageError(f"the zip would be {size} bytes; over {most_bytes} the functions start too slowly")
    return buffer.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the zip and print one line about it."""
    parser = argparse.ArgumentParser(prog="python -m rollcall_build.package", description="Build the functions' zip.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the clone (default: this folder)")
    parser.add_argument("--out", type=Path, default=Path("dist/rollcall-lambda.zip"), help="where to write the zip")
    parser.add_argument("--example", action="store_true", help="accept example addresses; never for a deployment")
    options = parser.parse_args(arguments)
    try:
        sources = sources_of(options.root, os.environ)
        if not options.example:
            ensure_own_addresses(compile_forms(sources.forms).values())
        report = build_package(sources, options.out)
    except RollcallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    state = "written" if report.changed else "unchanged"
    sys.stdout.write(f"{report.path}: {report.files} files, {report.size_bytes // 1000} kB, {state}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
