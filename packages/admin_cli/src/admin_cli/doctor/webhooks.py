"""The check of webhooks: whether the stack delivers what its forms ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.doctor.findings import well, worth_a_look, wrong
from admin_cli.doctor.resources import count_messages, untriggered
from registration_core.domain.webhooks import webhooks_of

if TYPE_CHECKING:
    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict


def webhooks(patient: Patient) -> Verdict:
    """Whether the forms' webhooks are delivered, and which receivers want no more."""
    forms = patient.stack.forms
    named = [(form, each.name) for form in sorted(forms) for each in webhooks_of(forms[form])]
    places = patient.stack.description.webhooks
    if places is None and not named:
        return well("no form has one")
    if places is None:
        return worth_a_look(
            f"The stack doesn't deliver the webhooks of {', '.join(dict.fromkeys(form for form, _ in named))}.",
            "Add webhooks = {} to its values and apply, or take them out of the form files.",
        )
    problems, mends = untriggered(patient, {"deliver": "the webhook queue"})
    if problems:
        return wrong(f"No webhooks are delivered: {'; '.join(problems)}.", "; ".join(mends))
    if dead := count_messages(patient, places.dead_letters_url):
        messages = "1 message" if dead == 1 else f"{dead} messages"
        return wrong(
            f"{messages} could not be delivered.",
            "See why: rollcall webhook failed. Fix the receiver, then: rollcall webhook redrive",
        )
    deliveries = patient.stack.webhooks().deliveries
    off = [f"{form}/{name}" for form, name in named if deliveries.off_since(form, name) is not None]
    if off:
        return worth_a_look(
            f"Receivers answered that they want no more messages: {', '.join(off)}.",
            "If one should: rollcall webhook test FORM NAME. Otherwise take it out of the form file.",
        )
    return well(f"{len(named)} delivered, no dead letters")
