"""Groups: several participants whom one person registers in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.domain.forms import Form
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Once, Submission

GROUP = "group"
"""Where JSON has the participants, as a list of objects. No field of a form with a group has this name."""
MOST = 10
"""The most participants of a group. Each takes five writes of the one transaction, which can have 100."""

_NUMBERS = frozenset(map(str, range(2, 100)))
"""What a name on the page may end in: a few more than any form allows, so that these get an error about the number."""


@dataclass(frozen=True, slots=True)
class Group:
    """A form's rule for groups. fields: what is asked of each participant. most: how many can be sent together."""

    fields: tuple[str, ...]
    most: int

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Group:
        """Read what `to_dict` returned."""
        return cls(tuple(data["fields"]), data["max"])

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {"fields": list(self.fields), "max": self.most}


class Newcomer(NamedTuple):
    """A participant who is about to be stored. first: as for `SubmissionRepository.add`."""

    submission: Submission
    once: Once | None
    first: tuple[str, str, datetime] | None = None


class Share(NamedTuple):
    """What a group takes of one option, all at once.

    state: the quota when it was read. seats: how many it takes. tickets: how many it draws, because
    fewer seats are left; both 0 if its tickets were drawn before.
    """

    state: QuotaState
    seats: int = 0
    tickets: int = 0


def numbered(field: str, number: int) -> str:
    """Return the name of a participant's field on the page: `week`, `week-2`. Fields in a form file have no hyphen."""
    return field if number == 1 else f"{field}-{number}"


def page_names(form: Form, field: str) -> tuple[str, ...]:
    """Return the names that a field may have on the page: more than its own if each participant has one."""
    group = form.group
    if group is None or field not in group.fields:
        return (field,)
    return tuple(numbered(field, number) for number in range(1, group.most + 1))


def members_in(form: Form, sent: Mapping[str, object]) -> tuple[dict[str, object], dict[int, object]]:
    """Return what was sent once, and what was sent of each participant, by number.

    sent: fields named as on the page, or with a list of objects as `group`. A form without a group
    has one participant.
    """
    once = dict(sent)
    if form.group is None:
        return {}, {1: once}
    if GROUP in once:
        listed = once.pop(GROUP)
        return once, dict(enumerate(listed if isinstance(listed, list) else [None], start=1))
    members: dict[int, dict[str, object]] = {}
    for name in sent:
        field, _, number = name.partition("-")
        if field in form.group.fields and (not number or number in _NUMBERS):
            members.setdefault(int(number or 1), {})[field] = once.pop(name)
    return once, dict(sorted(members.items())) or {1: {}}
