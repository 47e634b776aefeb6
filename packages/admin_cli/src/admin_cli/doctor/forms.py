"""Checks of forms: whether clone, stack and functions have the same ones, and seats are as many as the files say."""

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
    """Whether the stack keeps the forms of this clone."""
    kept = patient.stack.forms
    if not kept:
        return wrong("No forms were ever published to the stack.", f"Run in a clone: {_publish(patient)}")
    here = _here(patient)
    if here is None:
        return not_examined(f"This is no clone; the stack keeps {', '.join(kept)}.")
    live = _live(kept)
    differing = sorted(name for name in {*here, *live} if here.get(name) != live.get(name))
    if differing:
        told = f"The organisation's files and the stack differ in {', '.join(differing)}."
        return worth_a_look(told, f"To bring them: {_publish(patient)}")
    retired = sorted(kept.keys() - live.keys())
    also = f"; retired: {', '.join(retired)}" if retired else ""
    return well(f"{', '.join(live)}: as in the organisation's files{also}")


def deployed(patient: Patient) -> Verdict:
    """Whether the functions check by the forms that the pages show."""
    kept = _live(patient.stack.forms)
    differing = [name for name, form in kept.items() if patient.stack.deployed_version(name) != form.version]
    if differing:
        return worth_a_look(
            f"The functions have another version of {', '.join(differing)} than the site.",
            f"Bring both up to date: {deploying(patient.stack.context)}",
        )
    return well("the API answers, with the forms of the site")


def seats(patient: Patient) -> Verdict:
    """Whether each option has as many seats as its form's file begins it with; the table's number counts."""
    query = patient.stack.query()
    forms = _here(patient) or _live(patient.stack.forms)
    states = [
        (form, state) for form in forms.values() if form.name in patient.stack.forms for state in query.quotas(form)
    ]
    changed = [
        (state, seeded) for form, state in states if (seeded := form.capacities()[state.option]) != state.capacity
    ]
    if changed:
        told = ", ".join(f"{state.option} {state.capacity} instead of {seeded}" for state, seeded in changed)
        state, seeded = changed[0]
        return worth_a_look(
            f"The table has other numbers of seats than the form's file: {told}.",
            f"If that was not meant: rollcall quota set {state.form} {state.option} {seeded}",
        )
    return well(f"{len(states)} options as their files say")


def spam(patient: Patient) -> Verdict:
    """Whether somebody should look at what was set aside as suspected spam."""
    forms = patient.stack.forms
    many = suspected(patient.stack, forms)
    if not many:
        return well("none is set aside")
    untold = [name for name, form in forms.items() if not form.staff or "spam" not in form.staff_mails]
    told = f"; of {', '.join(untold)} nobody is mailed" if untold else ""
    return worth_a_look(
        f"{many} set aside as suspected spam, each for thirty days{told}.", "Look: rollcall list --status spam"
    )


def deploying(context: Context) -> str:
    """Say by which commands the functions and the pages get the organisation's forms."""
    return ALL_LOCAL if context.on_this_machine else f"rollcall infra apply, then {PUBLISH}"


def _publish(patient: Patient) -> str:
    return ALL_LOCAL if patient.on_this_machine else PUBLISH


def _live(kept: Mapping[str, Form]) -> dict[str, Form]:
    """Leave out the forms that are asked no more."""
    return {name: form for name, form in kept.items() if not form.retired}


def _here(patient: Patient) -> Mapping[str, Form] | None:
    """Read the organisation's forms; None outside of a clone. Raises FormFileError."""
    if patient.sources is None:
        return None
    from rollcall_build.forms.files import compile_forms  # noqa: PLC0415 - reads TOML; only for this

    return compile_forms(patient.sources.forms)
