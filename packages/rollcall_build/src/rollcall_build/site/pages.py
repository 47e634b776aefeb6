"""The site's pages with their languages and addresses: one list for everything that links to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from rollcall_build.site.content import SiteContent

HOME, PRIVACY, THANK_YOU, NOT_FOUND, UNAVAILABLE = "home", "privacy", "thank-you", "not-found", "unavailable"

IN_EVERY_LANGUAGE = (HOME, PRIVACY, THANK_YOU)
FOR_ALL_LANGUAGES = (NOT_FOUND, UNAVAILABLE)
"""A distribution has one page per error, so these pages are in every language at once."""

FORM_TEMPLATE = "form.html.j2"
UNLISTED = frozenset({THANK_YOU, NOT_FOUND, UNAVAILABLE})
"""The pages that search engines may not list."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    name: the same in every language. key: its key in the bucket. template: its template's file. form: the form on it,
    if any. alternates: languages and addresses of this page, including its own. listed: whether search engines may list
    it. embedded: it is for another site's frame.
    """

    name: str
    language: str
    key: str
    template: str
    form: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    listed: bool = True
    embedded: bool = False

    @property
    def path(self) -> str:
        """The page's address without the host."""
        return path_of(self.key)

    @property
    def hreflangs(self) -> tuple[tuple[str, str], ...]:
        """This page's languages and addresses for search engines, and the address for all other languages."""
        if len(self.alternates) < 2:  # noqa: PLR2004 - a page in one language has no others
            return ()
        return (*self.alternates, ("x-default", self.alternates[0][1]))


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a form. name: the page that it leads to. language: that page's."""

    name: str
    path: str
    label: str
    language: str


def path_of(key: str) -> str:
    """Return a key's address."""
    return "/" if key == "index.html" else f"/{key}"


def site_pages(content: SiteContent, forms: Mapping[str, Form]) -> tuple[Page, ...]:
    """Return every page of the site, language by language, the site's first language first.

    A form has a page in each of the site's languages that it has texts in.
    """
    pages: list[Page] = []
    for language in content.languages:
        pages += [_standing(name, language, content) for name in IN_EVERY_LANGUAGE]
        for name, form in _ordered(content, forms):
            if language in form.languages:
                key = f"{content.prefix(language)}/{name}".removeprefix("/")
                listed = name not in content.unlisted_forms
                pages.append(Page(name, language, key, FORM_TEMPLATE, form=name, listed=listed))
        if language == content.languages[0]:
            pages += [_standing(name, language, content) for name in FOR_ALL_LANGUAGES]
    return tuple(replace(page, alternates=_alternates(page, pages)) for page in pages)


def navigation(content: SiteContent, forms: Mapping[str, Form], language: str) -> tuple[Link, ...]:
    """Return the links to forms that every page shows: `form_links` without the unlisted forms."""
    return tuple(link for link in form_links(content, forms, language) if link.name not in content.unlisted_forms)


def form_links(content: SiteContent, forms: Mapping[str, Form], language: str) -> tuple[Link, ...]:
    """Return the links to all forms on this language's pages, in the order of the content file's tables.

    If a form has no texts in this language, its link leads to the first of the site's languages that it has.
    """
    pages_by_name: dict[str, Page] = {}
    for page in site_pages(content, forms):
        if page.form is not None and (page.name not in pages_by_name or page.language == language):
            pages_by_name[page.name] = page
    return tuple(
        Link(page.name, page.path, _label(content, forms[page.name], language), page.language)
        for page in pages_by_name.values()
    )


def switch(content: SiteContent, page: Page) -> tuple[Link, ...]:
    """Return the links from a page to itself in the other languages, or to a language's home page."""
    addresses = dict(page.alternates)
    return tuple(
        Link(page.name, addresses.get(language) or home_path(content, language), str(words["name"]), language)
        for language, words in content.words.items()
        if language != page.language
    )


def home_path(content: SiteContent, language: str) -> str:
    """Return the address of a language's home page."""
    return f"{content.prefix(language)}/"


def _label(content: SiteContent, form: Form, language: str) -> str:
    """Return the form's name in the navigation."""
    form_words = content.words[language].get("forms", {}).get(form.name, {})
    return str(form_words.get("link") or form.title.in_language(language))


def _ordered(content: SiteContent, forms: Mapping[str, Form]) -> Sequence[tuple[str, Form]]:
    """Return the forms in the order of the content file's tables, then the forms without a table."""
    named = content.words[content.languages[0]].get("forms", {})
    return [(name, forms[name]) for name in dict.fromkeys([*named, *forms]) if name in forms]


def _standing(name: str, language: str, content: SiteContent) -> Page:
    prefix = content.prefix(language).removeprefix("/")
    if name == HOME:
        return Page(name, language, f"{prefix}/" if prefix else "index.html", "home.html.j2")
    key = f"{prefix}/{name}" if prefix else name
    return Page(name, language, key, f"{name}.html.j2", listed=name not in UNLISTED)


def _alternates(page: Page, pages: Sequence[Page]) -> tuple[tuple[str, str], ...]:
    return tuple((other.language, other.path) for other in pages if other.name == page.name)
