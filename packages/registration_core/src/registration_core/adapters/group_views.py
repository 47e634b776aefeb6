"""Group views: the questions about each of several participants, as the site's templates need them."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.field_views import MemberView
from registration_core.domain.date_parts import part_name
from registration_core.domain.groups import numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.field_views import ConditionView, FieldView, SectionView
    from registration_core.domain.forms import Form
    from registration_core.domain.groups import Group


def with_members(
    form: Form, sections: tuple[SectionView, ...], members: Mapping[int, Mapping[str, FieldView]], title: str
) -> tuple[SectionView, ...]:
    """Return the sections with the group's questions asked of each participant.

    members: the group's fields by the participant's number and the field's own name. title: what a
    participant is called, with `{number}`.
    """
    group = form.group
    assert group is not None  # noqa: S101 - only for a group
    views = tuple(
        MemberView(number, title.format(number=number), tuple(fields[name] for name in group.fields))
        for number, fields in members.items()
    )
    return tuple(_with_members(section, group, views) for section in sections)


def _with_members(section: SectionView, group: Group, members: tuple[MemberView, ...]) -> SectionView:
    names = [field.name for field in section.fields]
    if group.fields[0] not in names:
        return section
    start = names.index(group.fields[0])
    after = section.fields[start + len(group.fields) :]
    return replace(section, fields=section.fields[:start], members=members, after=after, most=group.most)


def of_member(group: Group, field: FieldView, number: int, title: str) -> FieldView:
    """Return the view of a participant's field under its own name and ID. title: as for `with_members`."""
    name = numbered(field.name, number)
    identifier = field.id if number == 1 else f"f{number}-{field.name}"  # `f-week-2` is the week's second option
    options = tuple(
        replace(
            option,
            id=identifier + option.id.removeprefix(field.id),
            condition=_of_member(group, option.condition, number),
        )
        for option in field.options
    )
    return replace(
        field,
        id=identifier,
        name=name,
        options=options,
        parts={part: replace(view, name=part_name(name, part)) for part, view in field.parts.items()},
        condition=_of_member(group, field.condition, number),
        of=title.format(number=number),
    )


def _of_member(group: Group, condition: ConditionView | None, number: int) -> ConditionView | None:
    if condition is None or condition.field not in group.fields:
        return condition
    return replace(condition, field=numbered(condition.field, number))
