"""Pages for a refused form post: the form as it was filled in, or one sentence that says what is wrong.

They use the site's own templates and field macros. Posts from scripts need none of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lambda_handlers.shown_fields import shown_field, summary_line, typed
from registration_core.adapters.field_views import section_views
from registration_core.domain.embedding import embed_path
from registration_core.domain.spam import HUMAN_TOKEN, KEY, LANGUAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.errors import FieldError
    from registration_core.domain.forms import Form


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the form is shown again although its answers are valid.

    key: the Idempotency-Key for the next attempt; empty for a new one. final: sending again can't
    succeed, so there is no button.
    """

    title: str
    text: str
    key: str = ""
    final: bool = False


def form_page(
    form: Form,
    answers: Mapping[str, object],
    *,
    words: SiteWords,
    language: str,
    errors: Sequence[FieldError] = (),
    notice: Notice | None = None,
    embedded: bool = False,
    focus: int = 0,
    closed: Container[str] = (),
) -> str:
    """Return the form as it was filled in, with a notice or a summary that links to each wrong field.

    embedded: it is for a frame on another site. focus: the number of the participant where the visitor
    continues; 0 for none. closed: the options of the form's chosen field that can't be chosen now.
    """
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]["forms"][form.name]
    first_errors: dict[str, FieldError] = {}
    for error in errors:
        first_errors.setdefault(error.field, error)
    fields = {
        field.name: shown_field(form, field, answers, first_errors.get(field.name), language, closed=closed)
        for field in form.fields
    }
    sections = section_views(form, fields, language)
    if form.group is not None:
        from lambda_handlers.group_pages import member_fields  # noqa: PLC0415 - few forms have groups
        from registration_core.adapters.group_views import with_members  # noqa: PLC0415

        title = words.by_language[language]["group"]["participant"]
        members = member_fields(form, answers, first_errors, language, title, closed=closed)
        fields |= {view.name: view for views in members.values() for view in views.values()}
        sections = with_members(form, sections, members, title)
    hidden = {LANGUAGE: language}
    if proof := typed(answers, HUMAN_TOKEN):  # not used up yet: Turnstile checks it only after the answers are valid
        hidden[HUMAN_TOKEN] = proof
    if key := typed(answers, KEY) if notice is None else notice.key:
        hidden[KEY] = key
    hidden |= {name: typed(answers, name) for name in form.hidden if name in answers}
    return render(
        words,
        "mend",
        language,
        title=form.title.in_language(language),
        notice=notice,
        summary=[summary_line(fields.get(name), error) for name, error in first_errors.items()],
        sections=sections,
        focus=focus,
        hidden=hidden,
        honeypot="" if form.spam.honeypot in fields else form.spam.honeypot,
        trapped=typed(answers, form.spam.honeypot),
        submit=site["submit"],
        path=embed_path(form.name, words.by_language[language]["site"]["prefix"]) if embedded else site["path"],
        embedded=embedded,
    )


def sentence_page(sentence: str, *, form: str, words: SiteWords, language: str, embedded: bool = False) -> str:
    """Return a page that says in one sentence what went wrong and links back to the form."""
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]
    page = site["forms"].get(form, {}).get("path", site["home"])
    back = embed_path(form, site["prefix"]) if embedded else page
    return render(words, "not-sent", language, sentence=sentence, back=back, embedded=embedded)


def bare_page(sentence: str, advice: str, *, site_url: str, language: str) -> str:
    """Return a page that needs no template or file, for unexpected errors."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(sentence)}</title>"
        f'<link rel="stylesheet" href="{escape(site_url)}/assets/rollcall.css"></head>'
        f'<body><main id="main"><h1>{escape(sentence)}</h1><p>{escape(advice)}</p></main></body></html>'
    )
