"""One call of the staff API: the request, who sent it, and the services that answer it."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.errors import RollcallError
from registration_core.domain.languages import best_language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.staff_api.access import StaffMember
    from lambda_handlers.staff_api.services import StaffServices
    from registration_core.domain.forms import Form


WHOLE = "whole"
"""The parameter with which `rollcall --via api` asks for records in which nothing is missing."""


class InvalidParameterError(RollcallError):
    """A parameter of the request is unknown or can't be read. The message names it and says what is accepted."""

    code = "invalid_parameter"


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    names: the path's variable parts, by name. stack: the stack's name. now: when the call began.
    """

    request: Request
    member: StaffMember
    services: StaffServices
    names: Mapping[str, str]
    stack: str
    now: datetime

    @property
    def by(self) -> str:
        """Who changes something, as histories name them."""
        return self.member.name

    def parameter(self, name: str) -> str | None:
        """Return a query parameter; None if it is missing or empty."""
        return self.request.query.get(name) or None

    @property
    def whole(self) -> bool:
        """Whether the caller asks for whole records."""
        return self.parameter(WHOLE) is not None

    def language_of(self, form: Form) -> str:
        """Return the language for a form's labels: the one of `lang`, otherwise the form's first."""
        return best_language(self.request.requested_language, form.languages)


@dataclass(frozen=True, slots=True)
class Route:
    """One route. path: below /staff/, with variable parts in braces. parameters: the query's, beside `lang`."""

    method: str
    path: str
    answer: Callable[[Call], dict[str, Any]]
    parameters: tuple[str, ...] = ()

    def ensure_known(self, query: Mapping[str, str]) -> None:
        """Raise InvalidParameterError for a parameter that the route doesn't have, so that no filter is ignored."""
        unknown = [name for name in query if name not in (*self.parameters, "lang")]
        if unknown:
            known = ", ".join((*self.parameters, "lang"))
            raise InvalidParameterError(f'There is no parameter "{unknown[0][:40]}" here. There are: {known}.')
