"""Checks of the desk: whether somebody can work there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.doctor.findings import not_examined, well, worth_a_look
from admin_cli.staff.people import People, Role, State

if TYPE_CHECKING:
    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict


def managers(patient: Patient) -> Verdict:
    """Whether a manager can sign in."""
    desk = patient.stack.description.desk
    if desk is None:
        return not_examined("The stack has no desk.")
    if desk.user_pool_id is None:
        return not_examined("Staff use AWS credentials.")
    able = [person for person in People(patient.stack).all() if person.state is not State.DISABLED]
    count = sum(person.role is Role.MANAGER for person in able)
    if not count:
        return worth_a_look(
            "No manager can sign in to the desk.", "Invite one: rollcall staff invite ADDRESS --role manager"
        )
    return well(f"{len(able)} can sign in, {count} of them to make changes")
