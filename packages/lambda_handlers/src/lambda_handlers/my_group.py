"""The part of a registrant's page about those who were sent together with a submission."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.adapters.mail_values import chosen_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.adapters.signing import TokenSigner
    from registration_core.services.own_submission import Action, OwnSubmission, OwnSubmissionService


@dataclass(frozen=True, slots=True)
class Other:
    """One who was sent together with the submission. token: leads to their page, as long as the registrant's own."""

    entry: OwnSubmission
    token: str


def others_of(
    service: OwnSubmissionService, entry: OwnSubmission, signer: TokenSigner, token: str
) -> tuple[Other, ...]:
    """Return those who were sent together with a submission, with the same address."""
    return tuple(
        Other(other, signer.also_for(token, other.submission.id, address=other.submission.email))
        for other in service.others(entry)
    )


def shown_others(others: Sequence[Other], words: Mapping[str, str], language: str) -> list[dict[str, str]]:
    """Return what the page says of each."""
    return [
        {
            "name": other.entry.form.name_in(other.entry.submission.answers) or other.entry.submission.reference,
            "option": _option(other.entry, language),
            "says": words[other.entry.submission.status].format(position=other.entry.submission.position),
            "token": other.token,
        }
        for other in others
    ]


def everyone(entry: OwnSubmission, action: Action, service: OwnSubmissionService) -> int:
    """Return how many the action is possible for: this one and those who were sent together with it."""
    return 1 + sum(action in other.actions for other in service.others(entry))


def _option(entry: OwnSubmission, language: str) -> str:
    chosen = chosen_option(entry.form, entry.submission)
    return "" if chosen is None else chosen[1].label.in_language(language)
