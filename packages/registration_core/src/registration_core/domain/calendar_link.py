"""The secret in the link to the staff's calendar of courses, as a port."""

from __future__ import annotations

from abc import ABC, abstractmethod


class CalendarLink(ABC):
    """The secret of one stack. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def secret(self) -> str | None:
        """Return the secret; None if nobody has asked for the link yet."""

    @abstractmethod
    def make(self) -> str:
        """Return the secret, and make it if there is none."""

    @abstractmethod
    def reset(self) -> str:
        """Replace the secret, so that the old link ends, and return the new one."""
