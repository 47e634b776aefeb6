"""Values for the templates: forms and courses in one language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from registration_core.adapters.field_views import FieldView, SectionView, field_view, section_views
from registration_core.adapters.group_views import with_members
from registration_core.adapters.receipt_views import ReceiptView, receipt_view
from registration_core.domain.address_typos import SLIPS
from registration_core.domain.dates import long_date, span
from registration_core.domain.fields import Field, Option
from registration_core.domain.forms import Form
from rollcall_build.site.checks import checks_of
from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.pages import THANK_YOU
from rollcall_build.site.texts import Texts

MESSAGES = (
    "saved",
    "slow",
    "unreachable",
    "refused",
    "unsure",
    "reused",
    "error_prefix",
    "lost",
    "again",
)  # the script's messages
GROUP_MESSAGES = ("participant", "remove", "removed", "undo")  # for the script of groups
OPTION_KEYS = ("badge", "age", "length", "description")  # the content file's keys about an option
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as its page shows it.

    link: its name in the navigation. api: the address of the form's description. counted: whether
    it has options that can be full or closed. conditional: whether questions or options depend on
    answers. grouped: whether several participants can be sent
    together. asks_for_files: whether a question is for files. option: the field that chooses the
    option; empty if none does. honeypot: the field that only programs fill in. messages: the script's
    messages, as data attributes. retention: how long submissions are kept, in words. receipt: what
    the thank-you page says. hidden: the names of hidden fields, with the parameters that fill them
    in. filled: whether the address may fill in answers. thanks: the address of its thank-you page.
    marks: what its address of the API has besides the
    language. embed_on: the origins that may frame it; empty outside of a frame.
    """

    name: str
    path: str
    action: str
    api: str
    counted: bool
    conditional: bool
    grouped: bool
    asks_for_files: bool
    option: str
    link: str
    title: str
    description: str
    sections: tuple[SectionView, ...]
    honeypot: str
    texts: Texts
    messages: Mapping[str, str]
    retention: str
    receipt: ReceiptView
    hidden: Mapping[str, str]
    filled: bool
    thanks: str
    marks: str = ""
    embed_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """One option of the course field, from the form file and the content file.

    starts: the first day, in words; when: the same with its hours. Both are empty if the form file has no `starts_at`.
    age, length, badge, description: empty if the content file has none.
    """

    value: str
    path: str
    title: str
    hint: str
    starts: str
    when: str
    place: str
    age: str
    length: str
    badge: str
    description: str


def form_view(form: Form, texts: Texts, *, path: str, link: str, api_url: str, prefix: str) -> FormView:
    """Return the form in this language, posting to the API. Raises SiteBuildError for a missing text."""
    language = texts.string("language")
    email = texts.string("organisation", "email")
    form_texts, any_forms = texts.table("forms", form.name), texts.table("forms", "any")
    messages = {name: texts.string("form", name).replace("{email}", email) for name in MESSAGES}
    if form.group is not None:
        messages |= {name: texts.string("group", name) for name in GROUP_MESSAGES}
    messages["typos"] = "&".join(f"{slip}={meant}" for slip, meant in SLIPS.items())
    return FormView(
        name=form.name,
        path=path,
        action=f"{api_url}/{form.name}",
        api=f"{api_url}/forms/{form.name}",
        counted=form.chosen_field is not None and bool(form.chosen_field.options),
        conditional=any(field.conditions for field in form.fields),
        asks_for_files=form.asks_for_files,
        option=form.chosen_field.name if form.chosen_field is not None else "",
        link=link,
        title=form.title.in_language(language),
        description=form.description.in_language(language) if form.description else "",
        grouped=form.group is not None,
        sections=_sections(form, texts, language),
        honeypot=form.spam.honeypot,
        texts=form_texts.over(any_forms),
        messages={f"data-{name.replace('_', '-')}": message for name, message in messages.items()},
        retention=_period(form.retention_days, texts),
        receipt=receipt_view(form, language, prefix=prefix),
        hidden=form.hidden,
        filled=any(field.from_query for field in form.fields),
        thanks=f"{prefix}/{THANK_YOU}",
    )


def _sections(form: Form, texts: Texts, language: str) -> tuple[SectionView, ...]:
    fields = {field.name: _field(form, field, language) for field in form.fields}
    sections = section_views(form, fields, language)
    if form.group is None:
        return sections
    return with_members(form, sections, {1: fields}, texts.string("group", "participant"))


def _field(form: Form, field: Field, language: str) -> FieldView:
    """Return a field with the data for the page's script: its checks, and which options are counted."""
    view = field_view(form, field, language)
    options = tuple(replace(option, counted=field == form.chosen_field) for option in view.options)
    field_checks = checks_of(field, language, form.words)
    checks = json.dumps(
        [check if check.part else check[:3] for check in field_checks], ensure_ascii=False, separators=(",", ":")
    )
    return replace(view, options=options, checks=_in_single_quotes(checks), from_query=field.from_query or "")


def _in_single_quotes(text: str) -> Markup:
    """Escape a text for an attribute in single quotes, because escaping JSON's double quotes takes five bytes each."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;"))  # noqa: S704 - escaped here


def course_field(forms: Mapping[str, Form], texts: Texts, *, source: str) -> tuple[Form, Field]:
    """Return the field whose options the home page lists, and its form.

    Raises SiteBuildError if it doesn't exist.
    """
    form_name, field_name = texts.string("courses", "form"), texts.string("courses", "field")
    form = forms.get(form_name)
    field = form.field(field_name) if form else None
    if form is None or field is None or not field.options:
        raise SiteBuildError(
            f'{source}: [courses] names the field "{field_name}" of the form "{form_name}", '
            f"and forms/{form_name}/form.toml has no such field with options."
        )
    return form, field


def courses(form: Form, field: Field, texts: Texts, *, path: str, source: str) -> tuple[Course, ...]:
    """Return the home page's courses: every option of the field, in the form file's order.

    path: the form's page. source: the content file's name in messages. Raises SiteBuildError if that file describes an
    unknown option, or has an unknown key about one.
    """
    described = texts.table("courses", "options")
    values = [option.value for option in field.options]
    for name in described:
        if name not in values:
            raise SiteBuildError(
                f"{source}: [courses.options.{name}] is not an option of the field in forms/{form.name}/form.toml; "
                f"use one of {', '.join(values)}."
            )
        for key in texts.table("courses", "options", name):
            if key not in OPTION_KEYS:
                raise SiteBuildError(
                    f'{source}: "courses.options.{name}.{key}" is not known; use one of {", ".join(OPTION_KEYS)}.'
                )
    return tuple(_course(form, option, texts, at=f"{path}?{field.name}=") for option in field.options)


def _course(form: Form, option: Option, texts: Texts, *, at: str) -> Course:
    """Return one option's course. Without words in the content file it has only what is in the form file."""
    language = texts.string("language")
    words = texts.table("courses", "options", option.value)
    own_words = {key: words.string(key) if key in words else "" for key in OPTION_KEYS}
    return Course(
        value=option.value,
        path=f"{at}{option.value}",
        title=option.label.in_language(language),
        hint=option.hint.in_language(language) if option.hint else "",
        starts=long_date(option.starts_at, language, form.words) if option.starts_at else "",
        when=span(option.starts_at, option.ends_at, language, form.words) if option.starts_at else "",
        place=option.place.in_language(language) if option.place else "",
        **own_words,
    )


def _period(days: int, texts: Texts) -> str:
    """Return a retention period in words, in years if they are whole."""
    years, rest = divmod(days, DAYS_A_YEAR)
    if rest or not years:
        return texts.string("privacy", "days").replace("{count}", str(days))
    return texts.string("privacy", "year" if years == 1 else "years").replace("{count}", str(years))
