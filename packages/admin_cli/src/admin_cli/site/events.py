"""Files for a visitor's calendar: one for each option that takes place at a time, in each language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from admin_cli.site.files import SiteFile
from registration_core.adapters.calendar import invitation
from registration_core.adapters.site_content import SiteContent
from registration_core.domain.fields import Option
from registration_core.domain.forms import Form


@dataclass(frozen=True, slots=True)
class EventLink:
    """What leads to an option's file. value: the option."""

    value: str
    path: str
    label: str


def events(content: SiteContent, forms: Mapping[str, Form], language: str, *, site_url: str) -> Iterator[SiteFile]:
    """Give the files in one language. The same sources give the same bytes."""
    host = urlsplit(site_url).hostname or ""
    for form in forms.values():
        for option in _timed(form):
            if option.starts_at is None:
                continue
            label = option.label.in_language(language)
            file = invitation(
                uid=f"{form.name}-{option.value}@{host}",
                at=option.starts_at,  # when a file is written would be another moment each time
                starts_at=option.starts_at,
                ends_at=option.ends_at,
                summary=label,
                description=option.hint.in_language(language) if option.hint else label,
                place=option.place.in_language(language) if option.place else None,
            )
            yield SiteFile(_key(content, form, option, language), file.content)


def event_links(content: SiteContent, form: Form, language: str) -> tuple[EventLink, ...]:
    """Return what leads to the files of one form."""
    return tuple(
        EventLink(option.value, f"/{_key(content, form, option, language)}", option.label.in_language(language))
        for option in _timed(form)
    )


def _timed(form: Form) -> tuple[Option, ...]:
    field = form.chosen_field
    return tuple(option for option in field.options if option.starts_at is not None) if field is not None else ()


def _key(content: SiteContent, form: Form, option: Option, language: str) -> str:
    return f"{content.prefix(language)}/calendar/{form.name}-{option.value}.ics".removeprefix("/")
