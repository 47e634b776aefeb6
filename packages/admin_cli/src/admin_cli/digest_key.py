"""The key that submit's guards are made with, for the few changes that move a guard."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from admin_cli import aws
from admin_cli.errors import CliError
from registration_core.domain.ports import Signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from admin_cli.contexts import Context
    from registration_core.adapters.signing import HmacSigner


class FunctionsDigestKey(Signer):
    """The key as the function submit has it in its environment; asked for when the first fingerprint is wanted.

    See docs/decisions/0012-guards-by-the-staff.md. Whoever lacks lambda:GetFunctionConfiguration on that function is
    told so, and nothing is changed.
    """

    def __init__(self, context: Context, client: Callable[[str], Any], function: str) -> None:
        self._context = context
        self._client = client
        self._function = function

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of purpose and value. Raises CliError where the key may not be read."""
        return self._signer.fingerprint(purpose, value)

    @cached_property
    def _signer(self) -> HmacSigner:
        from registration_core.adapters.signing import HmacSigner  # noqa: PLC0415 - only where a guard moves

        functions = self._client("lambda")
        with aws.sentences(self._context):
            said = functions.get_function_configuration(FunctionName=self._function)
        key = said.get("Environment", {}).get("Variables", {}).get("HMAC_KEY")
        if not key:
            raise CliError(
                f"The function {self._function} has no HMAC_KEY in its environment.",
                hint="It was made by another version of infra/terraform: apply that again.",
            )
        return HmacSigner(key)
