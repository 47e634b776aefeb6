"""The key of the guards, as the command line gets it: asked for once, and only when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from admin_cli.contexts import Context
from admin_cli.digest_key import FunctionsDigestKey
from admin_cli.errors import CliError
from registration_core.adapters.signing import HmacSigner

CONTEXT = Context("local", "local", "eu-north-1", "http://localhost:4566")
KEY = "k" * 64


@dataclass
class FakeLambda:
    """Tells a function's configuration, and counts how often."""

    environment: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, object]:  # noqa: N803 - AWS's name
        self.asked.append(FunctionName)
        return {"Environment": {"Variables": self.environment}} if self.environment else {}


def test_key__is_asked_for_once_and_only_when_it_is_wanted() -> None:
    functions = FakeLambda({"HMAC_KEY": KEY})
    signer = FunctionsDigestKey(CONTEXT, lambda _: functions, "rollcall-local-submit")
    assert functions.asked == []
    assert signer.fingerprint("once", "a") == HmacSigner(KEY).fingerprint("once", "a")
    assert signer.fingerprint("once", "b") == HmacSigner(KEY).fingerprint("once", "b")
    assert functions.asked == ["rollcall-local-submit"]


@pytest.mark.parametrize("environment", [{}, {"TABLE": "rollcall-local"}])
def test_key__missing_is_a_sentence(environment: dict[str, str]) -> None:
    signer = FunctionsDigestKey(CONTEXT, lambda _: FakeLambda(environment), "rollcall-local-submit")
    with pytest.raises(CliError, match="has no HMAC_KEY"):
        signer.fingerprint("once", "a")
