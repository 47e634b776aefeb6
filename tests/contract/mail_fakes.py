"""The mails' ports in memory, held to the same promises as the adapters by the contract suite."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from registration_core.domain.mail import MailState
from registration_core.domain.mail_ports import MailOutcomes, SuppressionList
from registration_core.domain.submission import email_key

if TYPE_CHECKING:
    from datetime import datetime

    from contract.fakes import InMemorySubmissionRepository

    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock

_WEIGHT = {state: weight for weight, state in enumerate(("sending", "sent", "delivered", "bounced", "complained"))}


@dataclass(slots=True)
class InMemorySuppressionList(SuppressionList):
    """Addresses in a dictionary."""

    clock: Clock
    until: dict[str, datetime] = field(default_factory=dict)

    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        assert reason in (MailState.BOUNCED, MailState.COMPLAINED)
        key = email_key(address)
        self.until[key] = max(expires_at, self.until.get(key, expires_at))

    def holds(self, address: str) -> bool:
        until = self.until.get(email_key(address))
        return until is not None and until > self.clock.now()


@dataclass(slots=True)
class InMemoryMailOutcomes(MailOutcomes):
    """Outcomes beside the leases of a repository in memory."""

    repository: InMemorySubmissionRepository

    def note(self, request: MailRequest, state: MailState) -> bool:
        lease = self.repository._leases.get(request)
        weight = _WEIGHT["delivered" if state is MailState.REJECTED else state.value]
        if lease is None or _WEIGHT.get(lease.record.state, len(_WEIGHT)) >= weight:
            return False
        lease.record = replace(lease.record, state=state.value)
        return True
