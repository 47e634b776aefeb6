"""What the templates are given: pages, forms and courses in one language's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from admin_cli.site.content import Texts
from admin_cli.site.errors import SiteBuildError
from admin_cli.site.fields import FieldView, field_view
from registration_core.domain.fields import Option
from registration_core.domain.forms import Form

MESSAGES = ("sending", "unreachable", "refused", "reused", "error_prefix")  # what the script says


@dataclass(frozen=True, slots=True)
class Page:
    """One page. key: where it lies in the bucket. template: the file it is made from."""

    key: str
    template: str

    @property
    def path(self) -> str:
        """The page's address without the host."""
        return "/" if self.key == "index.html" else f"/{self.key}"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as its page shows it.

    link: its name in the navigation. honeypot: the field that only programs fill in. messages: what the script says,
    as data attributes.
    """

    name: str
    path: str
    action: str
    link: str
    title: str
    description: str
    fields: tuple[FieldView, ...]
    honeypot: str
    texts: Texts
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """One option of the course field: label and hint from the form file, badge and description from the content."""

    path: str
    title: str
    hint: str
    badge: str
    description: str


def form_view(form: Form, texts: Texts, *, api_url: str) -> FormView:
    """Return the form in this language, posting to the API. Raises SiteBuildError for a missing text."""
    language = texts.string("language")
    email = texts.string("academy", "email")
    own, any_forms = texts.table("forms", form.name), texts.table("forms", "any")
    title = form.title.in_language(language)
    said = {name: texts.string("form", name).replace("{email}", email) for name in MESSAGES}
    return FormView(
        name=form.name,
        path=f"/{form.name}",
        action=f"{api_url}/{form.name}",
        link=own.string("link") if "link" in own else title,
        title=title,
        description=form.description.in_language(language) if form.description else "",
        fields=tuple(field_view(field, language) for field in form.fields),
        honeypot=form.spam.honeypot,
        texts=own.over(any_forms),
        messages={f"data-{name.replace('_', '-')}": message for name, message in said.items()},
    )


def courses(forms: Mapping[str, Form], texts: Texts, *, source: str) -> tuple[Course, ...]:
    """Return what the home page offers: every option of the field that `[courses]` names, in the form file's order.

    Raises SiteBuildError when that field is not there, or the content file describes an option that is none.
    """
    form_name, field_name = texts.string("courses", "form"), texts.string("courses", "field")
    form = forms.get(form_name)
    field = form.field(field_name) if form else None
    if field is None or not field.options:
        raise SiteBuildError(
            f'{source}: [courses] names the field "{field_name}" of the form "{form_name}", '
            f"and forms/{form_name}/form.toml has no such field with options."
        )
    described = texts.table("courses", "options")
    values = [option.value for option in field.options]
    for name in described:
        if name not in values:
            raise SiteBuildError(
                f"{source}: [courses.options.{name}] is no option of the field in forms/{form_name}/form.toml; "
                f"use one of {', '.join(values)}."
            )
    at = f"/{form_name}?{field_name}="
    return tuple(_course(option, texts, at=at) for option in field.options)


def _course(option: Option, texts: Texts, *, at: str) -> Course:
    """Describe one option; without words of its own in the content file it shows label and hint only."""
    language = texts.string("language")
    words = texts.table("courses", "options", option.value)
    return Course(
        path=f"{at}{option.value}",
        title=option.label.in_language(language),
        hint=option.hint.in_language(language) if option.hint else "",
        badge=words.string("badge") if "badge" in words else "",
        description=words.string("description") if "description" in words else "",
    )
