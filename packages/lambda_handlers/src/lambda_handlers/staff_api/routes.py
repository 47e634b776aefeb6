"""The routes of the staff API."""

from __future__ import annotations

from urllib.parse import unquote

from lambda_handlers.staff_api import (
    additions,
    attendance,
    changes,
    exports,
    files,
    forms,
    history,
    me,
    openings,
    overview,
    quotas,
    submissions,
)
from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_handlers.staff_api.call import Route

ROUTES: tuple[Route, ...] = (
    *me.ROUTES,
    *forms.ROUTES,
    *openings.ROUTES,
    *overview.ROUTES,
    *history.ROUTES,
    *submissions.ROUTES,
    *changes.ROUTES,
    *additions.ROUTES,
    *attendance.ROUTES,
    *quotas.ROUTES,
    *exports.ROUTES,
    *files.ROUTES,
)


class RouteNotFoundError(RollcallError):
    """The staff API has no such path."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("The staff API has no such path.")


class MethodNotAllowedError(RollcallError):
    """The path has other methods. allowed: their names."""

    code = "method_not_allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"Use {' or '.join(allowed)} here.")
        self.allowed = tuple(allowed)


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """Return a request's route, and the variable parts of its path. Raises RouteNotFoundError, MethodNotAllowedError.

    path: the whole one, up to any prefix that a domain's mapping adds.
    """
    parts = [unquote(part) for part in path.partition("/staff/")[2].split("/")]
    allowed = []
    for route in ROUTES:
        names = _names(route.path.split("/"), parts)
        if names is None:
            continue
        if route.method == method:
            return route, names
        allowed.append(route.method)
    if allowed:
        raise MethodNotAllowedError(allowed)
    raise RouteNotFoundError


def _names(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """Return the variable parts of a path by name; None if it doesn't match."""
    if len(pattern) != len(parts):
        return None
    names = {}
    for expected, part in zip(pattern, parts, strict=True):
        if expected.startswith("{"):
            if not part:
                return None
            names[expected.strip("{}")] = part
        elif expected != part:
            return None
    return names
