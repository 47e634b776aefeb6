"""Group pages: a form with several participants, shown again after a plain form post."""

from __future__ import annotations

from lambda_handlers.shown_fields import shown_field, typed
from registration_core.adapters.group_views import of_member
from registration_core.domain.groups import members_in, numbered
from registration_core.domain.spam import ADD, REMOVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from registration_core.adapters.field_views import FieldView
    from registration_core.domain.errors import FieldError
    from registration_core.domain.forms import Form


def with_other_members(form: Form, sent: Mapping[str, object]) -> tuple[dict[str, object], int]:
    """Return the fields as they were sent, with one participant more or less, and whose turn it is now.

    After one is removed, the next ones move up.
    """
    assert form.group is not None  # noqa: S101 - only for a group
    once, members = members_in(form, sent)
    empty = {form.group.fields[0]: ""}
    left = [own for number, own in members.items() if str(number) != typed(sent, REMOVE) and isinstance(own, dict)]
    kept = [own or empty for own in left or [empty]]
    if ADD in sent and len(kept) < form.group.most:
        kept.append(empty)
    named = {numbered(name, number): value for number, own in enumerate(kept, start=1) for name, value in own.items()}
    return once | named, len(kept)


def member_fields(
    form: Form,
    answers: Mapping[str, object],
    errors: Mapping[str, FieldError],
    language: str,
    title: str,
    *,
    closed: Container[str] = (),
) -> dict[int, dict[str, FieldView]]:
    """Return each participant's fields as they were filled in, by number. One participant is not numbered.

    closed: see `form_page`.
    """
    group = form.group
    assert group is not None  # noqa: S101 - only for a group
    _, members = members_in(form, answers)
    views: dict[int, dict[str, FieldView]] = {}
    for number, own in members.items():
        typed_own = own if isinstance(own, dict) else {}
        views[number] = {
            field.name: of_member(
                group,
                shown_field(form, field, typed_own, errors.get(numbered(field.name, number)), language, closed=closed),
                number,
                title if len(members) > 1 else "",
            )
            for field in form.fields
            if field.name in group.fields
        }
    return views
