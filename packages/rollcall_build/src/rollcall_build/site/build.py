"""Builds the site: from templates, words and form files to a folder of files to serve."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from registration_core.adapters.receipt_views import STATUSES
from registration_core.domain.forms import Form
from rollcall_build.forms.embedding import taken_addresses
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.assets import Assets
from rollcall_build.site.content import (
    SHARED,
    SiteContent,
    SiteContentError,
    ensure_words_of_changes,
    read_site_content,
)
from rollcall_build.site.desk import PAGE as DESK_PAGE
from rollcall_build.site.desk import TEMPLATES, Desk, desk_assets
from rollcall_build.site.embeds import embed_pages, embed_view
from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.events import events
from rollcall_build.site.files import SiteBuild, SiteFile
from rollcall_build.site.indexes import robots, sitemap
from rollcall_build.site.pages import Page, form_links, home_path, navigation, site_pages, switch
from rollcall_build.site.templates import Renderer
from rollcall_build.site.texts import Texts
from rollcall_build.site.theme import SCHEMES, Theme, read_theme
from rollcall_build.site.views import FormView, course_field, courses, form_view
from rollcall_build.sources import Sources

CONTENT = "site"
"""The name in messages of the folder with the organisation's words and look."""
PICTURES = "site/pictures"
ASSETS = "site/assets"
STYLE = "rollcall.css"
HOME = "index.html"

MARK = ".rollcall-site.json"  # marks a folder that a build may empty


def build(sources: Sources, *, api_url: str, site_url: str, out: Path, desk: Desk | None = None) -> SiteBuild:
    """Build an organisation's site into `out`, which afterwards contains nothing else.

    api_url: the base that forms post to. site_url: where visitors find the site. desk: how staff sign in on the desk's
    page; without it there is no such page. The same sources and addresses give the same bytes. Raises SiteBuildError or
    FormFileError, which name the file; `out` then stays unchanged.
    """
    addresses = {"api_url": _address(api_url, "api_url"), "site_url": _address(site_url, "site_url")}
    files = render(sources, compile_forms(sources.forms), **addresses, desk=desk)
    _write(files, out)
    return SiteBuild(out, files)


def shipped_pages(sources: Sources) -> tuple[Page, ...]:
    """Return every page of an organisation's site, in every language. Raises SiteBuildError or FormFileError."""
    forms = compile_forms(sources.forms)
    return _pages(_content(sources, forms), forms)


def render(
    sources: Sources, forms: Mapping[str, Form], *, api_url: str, site_url: str, desk: Desk | None = None
) -> tuple[SiteFile, ...]:
    """Return every file of the site, sorted by key, without writing any. Raises SiteBuildError."""
    content = _content(sources, forms)
    pages = _pages(content, forms)
    theme = _theme(sources)
    folders = {ASSETS: sources.root / ASSETS, PICTURES: sources.organisation / PICTURES}
    made, before = {"favicon.svg": theme.favicon.encode()}, {STYLE: theme.style}
    assets = Assets(folders, made=made, before=before)
    addresses = {"asset": assets.address, "base": "", "site_url": site_url}
    renderer = Renderer(sources.root / TEMPLATES, source=TEMPLATES, **addresses, **_look(theme))
    files = [*assets.files, sitemap(pages, site_url), robots(site_url)]
    for language in content.languages:
        files += events(content, forms, language, site_url=site_url)
        language_values = _given(content, forms, language, api_url=api_url)
        views: Mapping[str, FormView] = language_values["views"]  # type: ignore[assignment]
        for page in pages:
            if page.language == language:
                page_values = {
                    "form": views.get(page.form or ""),
                    "current": page.path,
                    "switch": switch(content, page),
                }
                body = renderer.render(page, **language_values, **page_values)
                files += [SiteFile(key, body) for key in (*_keys(page), *_short_keys(page, content, forms))]
        for page in embed_pages(content, forms):
            if page.language == language:
                view = embed_view(views[str(page.form)], forms[str(page.form)], content.prefix(language))
                frame_values = {"form": view, "forms": (view,), "current": page.path, "switch": ()}
                body = renderer.render(page, **language_values | frame_values)
                files += [SiteFile(key, body) for key in _keys(page)]
    if desk is not None:
        style = next(file.body for file in assets.files if file.key == f"assets/{STYLE}")
        files += _desk_files(
            sources, forms, content, renderer, desk=desk, api_url=api_url, style=style, logo=theme.logo
        )
    return tuple(sorted(files, key=lambda file: file.key))


def _desk_files(
    sources: Sources,
    forms: Mapping[str, Form],
    content: SiteContent,
    renderer: Renderer,
    *,
    desk: Desk,
    api_url: str,
    style: bytes,
    logo: str,
) -> Iterator[SiteFile]:
    """Yield the desk's page and what it loads. Raises SiteBuildError."""
    for name, form in forms.items():
        if DESK_PAGE.name in (name, form.short_address):
            raise SiteBuildError(f"forms/{name}: the staff's desk has the address {DESK_PAGE.name}; use another.")
    text = Texts(content.words[content.languages[0]], source=f"{CONTENT}/{content.languages[0]}.toml")
    assets = desk_assets(sources.root, style, logo)
    yield from assets.files
    body = renderer.render(DESK_PAGE, text=text, assets=assets, desk=desk, api_url=api_url)
    yield from (SiteFile(key, body) for key in _keys(DESK_PAGE))


def _theme(sources: Sources) -> Theme:
    try:
        return read_theme(sources.site, source=CONTENT)
    except SiteContentError as error:
        raise SiteBuildError(str(error)) from error


def _look(theme: Theme) -> dict[str, object]:
    """Return the theme's values for the templates. Its drawings were checked when it was read."""
    drawings = {name: Markup(drawing) for name, drawing in theme.drawings.items()}  # noqa: S704 - see above
    return {
        "theme_colours": {scheme: theme.colours[scheme]["card"] for scheme in SCHEMES},
        "logo": Markup(theme.logo),  # noqa: S704 - see above
        "drawing": lambda name: drawings.get(name, ""),
        "kits": [Markup(kit) for kit in theme.kits],  # noqa: S704 - see above
    }


def _content(sources: Sources, forms: Mapping[str, Form]) -> SiteContent:
    try:
        content = read_site_content(sources.site, source=CONTENT)
        ensure_words_of_changes(content, forms)
    except SiteContentError as error:
        raise SiteBuildError(str(error)) from error
    return content


def _pages(content: SiteContent, forms: Mapping[str, Form]) -> tuple[Page, ...]:
    """Return the pages. Raises SiteBuildError if two have the same address, or a form has none."""
    for name in content.unlisted_forms:
        if name not in forms:
            raise SiteBuildError(f'{CONTENT}/{SHARED}: "unlisted_forms" names "{name}"; use one of {", ".join(forms)}.')
    pages = site_pages(content, forms)
    taken = {key for page in pages if page.form is None for key in _keys(page)} | {*content.languages}
    if problems := tuple(taken_addresses(forms, taken)):
        raise SiteBuildError("\n".join(problems))
    for name, form in forms.items():
        if name in taken:
            raise SiteBuildError(f'forms/{name}: a page is already called "{name}"; give the form another name.')
        if not set(form.languages) & set(content.languages):
            known = ", ".join(content.languages)
            raise SiteBuildError(
                f'forms/{name}/form.toml: "languages" has none of the site\'s languages; add one of {known}.'
            )
    return pages


def _keys(page: Page) -> tuple[str, ...]:
    """Return a page's keys: with and without a slash at the end of its address, because people type both.

    The page names one of the two as its own (rel=canonical), so the edge needs no function for redirects.
    """
    bare = page.key.removesuffix("/")
    return (page.key,) if page.key == HOME else (bare, f"{bare}/")


def _short_keys(page: Page, content: SiteContent, forms: Mapping[str, Form]) -> tuple[str, ...]:
    """Return the keys of a form's page at its short address, in the page's language. Search engines see one page,
    because the page names its own address as canonical.
    """
    short = forms[page.form].short_address if page.form is not None else None
    if short is None:
        return ()
    key = f"{content.prefix(page.language)}/{short}".removeprefix("/")
    return (key, f"{key}/")


def _given(content: SiteContent, forms: Mapping[str, Form], language: str, *, api_url: str) -> dict[str, object]:
    """Return the values for all pages in one language."""
    texts = {name: Texts(words, source=f"{CONTENT}/{name}.toml") for name, words in content.words.items()}
    text = texts[language]
    links = form_links(content, forms, language)
    views = {
        link.name: form_view(
            forms[link.name], text, path=link.path, link=link.label, api_url=api_url, prefix=content.prefix(language)
        )
        for link in links
    }
    form, field = course_field(forms, text, source=f"{CONTENT}/{SHARED}")
    described = f"{CONTENT}/{language}.toml"
    return {
        "text": text,
        "texts": tuple(texts.values()),
        "home": home_path(content, language),
        "homes": {other: home_path(content, other) for other in content.languages},
        "prefix": content.prefix(language),
        "navigation": navigation(content, forms, language),
        "forms": tuple(views.values()),
        "views": views,
        "courses": courses(form, field, text, path=views[form.name].path, source=described),
        "course_form": views[form.name],
        "statuses": STATUSES,
        "grouped": any(view.grouped for view in views.values()),
    }


def _place(key: str, keys: list[str]) -> str:
    """Return a file's path in the folder. A bucket can hold both `sv` and `sv/`, a folder can't."""
    if key.endswith("/"):
        return f"{key}index.html"
    return f"{key}.html" if f"{key}/" in keys else key


def _write(files: tuple[SiteFile, ...], out: Path) -> None:
    """Replace the content of `out`. The mark is written first, so that an interrupted build can be repeated."""
    keys = [file.key for file in files]
    try:
        if out.exists() and any(out.iterdir()) and not (out / MARK).is_file():
            raise SiteBuildError(f"{out} is not empty, and no site was built there before. Choose another folder.")
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).touch()
        for path in out.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != MARK:
                path.unlink()
        for file in files:
            path = out / _place(file.key, keys)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.body)
    except OSError as error:
        raise SiteBuildError(f"The site cannot be written to {out}: {error.strerror or error}.") from error


def _address(url: str, name: str) -> str:
    """Return the address without a slash at its end. Raises SiteBuildError if it isn't an address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SiteBuildError(f'{name} is "{url}"; give an address such as https://forms.example.org.')
    return url.rstrip("/")
