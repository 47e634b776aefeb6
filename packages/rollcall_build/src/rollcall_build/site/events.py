"""Calendar files for visitors: one per option with a time, in each language."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from registration_core.adapters.calendar import Event, invitation
from registration_core.adapters.receipt_views import calendar_path
from registration_core.domain.fields import Option
from registration_core.domain.forms import Form
from rollcall_build.site.content import SiteContent
from rollcall_build.site.files import SiteFile


def events(content: SiteContent, forms: Mapping[str, Form], language: str, *, site_url: str) -> Iterator[SiteFile]:
    """Yield the calendar files in one language. The same sources give the same bytes."""
    host = urlsplit(site_url).hostname or ""
    for form in forms.values():
        for option in _timed(form):
            if option.starts_at is None:
                continue
            label = option.label.in_language(language)
            event = Event(
                uid=f"{form.name}-{option.value}@{host}",
                starts_at=option.starts_at,
                ends_at=option.ends_at,
                summary=label,
                description=option.hint.in_language(language) if option.hint else label,
                place=option.place.in_language(language) if option.place else None,
                organizer=f"mailto:{content.words[language]['organisation']['email']}",
            )
            file = invitation(event, at=option.starts_at)  # the time of writing would differ each time
            path = calendar_path(form, option, prefix=content.prefix(language))
            yield SiteFile(path.removeprefix("/"), file.content)


def _timed(form: Form) -> tuple[Option, ...]:
    field = form.chosen_field
    return tuple(option for option in field.options if option.starts_at is not None) if field is not None else ()
