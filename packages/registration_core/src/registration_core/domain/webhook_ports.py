"""Ports for webhooks, and their errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.webhooks import Delivery


class ReceiverError(RollcallError):
    """The receiver didn't accept a message; try again later.

    problem: why, in a few words without anything that the receiver wrote. retry_after_s: how long
    the receiver asked to wait.
    """

    code = "receiver"

    def __init__(self, problem: str, *, retry_after_s: int = 0) -> None:
        super().__init__(f"The receiver did not accept the message: {problem}.")
        self.problem = problem
        self.retry_after_s = retry_after_s


class DeliveryHeldError(RollcallError):
    """Another worker is delivering this message."""

    code = "delivery_held"


class WebhookQueueError(RollcallError):
    """Some webhooks could not be queued; the same change may be dispatched again."""

    code = "webhook_queue"


class WebhookKeysError(RollcallError):
    """The webhooks' secret could not be read or written; try again later."""

    code = "webhook_keys"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered. status: of HTTP. retry_after_s: how long it asks to wait; 0 if it doesn't."""

    status: int
    retry_after_s: int = 0


SENDING, DELIVERED = "sending", "delivered"
"""The states of a delivery."""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What became of a delivery. state: SENDING or DELIVERED. problem: why the last attempt failed."""

    state: str
    attempts: int
    problem: str | None = None


class Receiver(ABC):
    """The organisations' own programs."""

    @abstractmethod
    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a message, and return the answer, whatever its status. Raises ReceiverError."""


class WebhookKeys(ABC):
    """The webhooks' signing keys, `whsec_…`. Each method may raise WebhookKeysError."""

    @abstractmethod
    def of(self, form: str, webhook: str) -> Sequence[str]:
        """Return a webhook's keys, newest first, and create the first one if there is none."""


class WebhookQueue(ABC):
    """The queue of webhooks to deliver."""

    @abstractmethod
    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Queue deliveries. Raises WebhookQueueError if any could not be queued."""


class Deliveries(ABC):
    """What became of deliveries. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def take(self, delivery: Delivery, *, holder: str, until: datetime) -> bool:
        """Take a delivery's lease until then. Return False if it was delivered before.

        Raises DeliveryHeldError while another worker holds the lease.
        """

    @abstractmethod
    def end(self, delivery: Delivery, *, holder: str) -> None:
        """Record that the receiver accepted it."""

    @abstractmethod
    def release(self, delivery: Delivery, *, holder: str, problem: str) -> None:
        """Release a lease after a failed attempt."""

    @abstractmethod
    def get(self, delivery: Delivery) -> DeliveryRecord | None:
        """Return what became of a delivery; None if nobody has tried it."""

    @abstractmethod
    def turn_off(self, form: str, webhook: str) -> None:
        """Record that a receiver wants no more messages."""

    @abstractmethod
    def turn_on(self, form: str, webhook: str) -> None:
        """Record that a receiver wants messages again."""

    @abstractmethod
    def off_since(self, form: str, webhook: str) -> datetime | None:
        """Return since when a receiver wants no messages; None if it wants them."""
