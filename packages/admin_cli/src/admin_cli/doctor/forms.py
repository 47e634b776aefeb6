"""Checks of forms: whether the files, the stack and the functions have the same forms and capacities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.doctor.findings import not_examined, well, worth_a_look, wrong
from admin_cli.submissions.spam_signs import suspected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.aws.contexts import Context
    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict
    from registration_core.domain.forms import Form

PUBLISH = "rollcall site publish"
ALL_LOCAL = "rollcall local up"


def published(patient: Patient) -> Verdict:
    """Whether the stack has the same forms as the organisation's files."""
    stored = patient.stack.forms
    if not stored:
        return wrong("No forms have been published to the stack.", f"Run in a clone: {_publish(patient)}")
    local = _local(patient)
    if local is None:
        return not_examined(f"You are not in a clone. The stack has {', '.join(stored)}.")
    live = _live(stored)
    differing = sorted(name for name in {*local, *live} if local.get(name) != live.get(name))
    if differing:
        return worth_a_look(
            f"The organisation's files and the stack have different versions of {', '.join(differing)}.",
            f"To publish yours: {_publish(patient)}",
        )
    retired = sorted(stored.keys() - live.keys())
    also = f"; retired: {', '.join(retired)}" if retired else ""
    return well(f"{', '.join(live)}: same as the organisation's files{also}")


def deployed(patient: Patient) -> Verdict:
    """Whether the functions check answers with the same forms that the pages show."""
    live = _live(patient.stack.forms)
    differing = [name for name, form in live.items() if patient.stack.deployed_version(name) != form.version]
    if differing:
        return worth_a_look(
            f"The functions have a different version of {', '.join(differing)} from the site.",
            f"Bring both up to date: {deploying(patient.stack.context)}",
        )
    return well("the API answers, and has the same forms as the site")


def seats(patient: Patient) -> Verdict:
    """Whether each option's capacity is the one in its form's file. The table's capacity is the one that counts."""
    query = patient.stack.query()
    forms = _local(patient) or _live(patient.stack.forms)
    states = [
        (form, state) for form in forms.values() if form.name in patient.stack.forms for state in query.quotas(form)
    ]
    changed = [
        (state, capacity) for form, state in states if (capacity := form.capacities()[state.option]) != state.capacity
    ]
    if changed:
        differences = ", ".join(f"{state.option} {state.capacity} instead of {capacity}" for state, capacity in changed)
        state, capacity = changed[0]
        return worth_a_look(
            f"Capacities in the table differ from the form's file: {differences}.",
            f"If that is not intended: rollcall quota set {state.form} {state.option} {capacity}",
        )
    return well(
        f"{len(states)} {'option has' if len(states) == 1 else 'options have'} the capacity in their form's file"
    )


def spam(patient: Patient) -> Verdict:
    """Whether submissions are set aside as suspected spam, which staff should review."""
    forms = patient.stack.forms
    many = suspected(patient.stack, forms)
    if not many:
        return well("no suspected spam")
    unmailed = [name for name, form in forms.items() if not form.staff or "spam" not in form.staff_mails]
    nobody_mailed = f"; nobody is mailed about {', '.join(unmailed)}" if unmailed else ""
    return worth_a_look(
        f"{many} set aside as suspected spam, each for 30 days{nobody_mailed}.",
        "Review them: rollcall list --status spam",
    )


def deploying(context: Context) -> str:
    """Name the commands that bring the organisation's forms to the functions and the pages."""
    return ALL_LOCAL if context.on_this_machine else f"rollcall infra apply, then {PUBLISH}"


def _publish(patient: Patient) -> str:
    return ALL_LOCAL if patient.on_this_machine else PUBLISH


def _live(stored: Mapping[str, Form]) -> dict[str, Form]:
    """Leave out retired forms."""
    return {name: form for name, form in stored.items() if not form.retired}


def _local(patient: Patient) -> Mapping[str, Form] | None:
    """Read the organisation's forms; None outside a clone. Raises FormFileError."""
    if patient.sources is None:
        return None
    from rollcall_build.forms.files import compile_forms  # noqa: PLC0415 - reads TOML; only for this

    return compile_forms(patient.sources.forms)
