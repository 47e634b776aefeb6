"""The door's part of the stand-in for the staff API: attendance lists and check-ins, with a network that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from browser.desk_api import FakeDesk, entry, problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

COURSE, OTHER_COURSE = "line-followers", "first-robot"
DOOR = f"#/door/registration/{COURSE}"
NAMES = (
    "Åsa Lindqvist", "عبد الرحمن الأندلسي", "Bo Ek", "Cecilia Lind", "David Öberg", "Elsa Ström",
    "Filippa Björk", "Gustav Holm", "Hedda Nyström", "Isak Dahl",
    "Maximiliana-Konstantina von Württemberg-Sachsen-Weißenfels", "Nils Ek",
)  # fmt: skip
ELSEWHERE = f"reg_{51:026}"


class FakeDoor(FakeDesk):
    """Twelve people of one course; one more waits for it, and one is in another course.

    down: whether the network is. days: of the course, besides today. answered: whose check-ins were.
    """

    down = False
    days: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.answered: list[str] = []
        for number, name in enumerate(NAMES):
            one = entry(number, name, "confirmed", COURSE, self.now)
            self.submissions[one["id"]] = one
        for number, name, status, option in (
            (50, "Vera Waits", "waitlisted", COURSE),
            (51, "Ossian Other", "confirmed", OTHER_COURSE),
        ):
            one = entry(number, name, status, option, self.now)
            self.submissions[one["id"]] = one

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo("Europe/Stockholm")).date()

    def is_here(self, id_: str, by: str, day: date | None = None) -> None:
        """Check a person in from another phone."""
        one = self.submissions[id_]
        one["check_ins"] = [*one["check_ins"], {"day": str(day or self.today), "at": self.now.isoformat(), "by": by}]

    def check_ins(self) -> list[tuple[str, str, Any]]:
        """Return the changes that reached the API: the method, the person's number and the body."""
        return [
            (method, str(int(path.split("/")[1].removeprefix("reg_"))), body)
            for method, path, body in self.calls
            if "/check-ins/" in path
        ]

    def answer(self, route: Any) -> None:
        if self.down and ("api.example" in route.request.url or "oauth2/token" in route.request.url):
            route.abort("internetdisconnected")
        else:
            super().answer(route)

    def _read(self, route: Any, path: str, query: Mapping[str, list[str]]) -> None:
        if path != "attendance":
            super()._read(route, path, query)  # type: ignore[arg-type]
            return
        option, day = query.get("option", [None])[0], query.get("day", [str(self.today)])[0]
        people = [
            {name: one[name] for name in ("id", "reference", "name", "status", "version")}
            | {"checked_in": next((each for each in one["check_ins"] if each["day"] == day), None)}
            for one in self.submissions.values()
            if one["status"] == "confirmed" and option in (None, one["option"])
        ]
        label = "Line followers" if option == COURSE else option
        shown = {"form": "registration", "option": option, "label": label, "day": day, "now": self.now.isoformat()}
        self._give(route, shown | {"days": sorted({day, *self.days}), "people": people})

    def _change(self, route: Any, one: dict[str, Any], method: str, rest: list[str], body: Any) -> None:
        self.answered += [one["name"]] if "check-ins" in rest else []
        match [method, *rest]:
            case ["PUT", "check-ins", _] if one["status"] != "confirmed":
                problem(route, 409, "not_allowed", f"A submission that is {one['status']} can't be checked in.")
                return
            case ["PUT", "check-ins", day]:
                if not any(each["day"] == day for each in one["check_ins"]):
                    one["check_ins"].append({"day": day, "at": body["at"], "by": self.name})
            case ["DELETE", "check-ins", day]:
                one["check_ins"] = [each for each in one["check_ins"] if each["day"] != day]
        super()._change(route, one, method, rest, body)

    def _staff(self, route: Any, path: str, query: dict[str, list[str]]) -> None:
        by_reference = {one["reference"].replace("-", ""): id_ for id_, one in self.submissions.items()}
        parts = path.split("/")
        if len(parts) > 1 and parts[1] in by_reference:
            path = "/".join([parts[0], by_reference[parts[1]], *parts[2:]])
        super()._staff(route, path, query)
