"""Makes ministack's STS match AWS: a role's trust may ask for more of a token than its subject."""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

from ministack.services import sts
from ministack.services.cognito import _decode_id_token_unverified

GITHUB = "token.actions.githubusercontent.com"

#: IAM User Guide, "IAM and AWS STS condition context keys", Available keys for AWS OIDC federation, GitHub.
CLAIMS = (
    *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref"),
    *("ref", "repository", "repository_id", "workflow"),
)


def provide_the_claims_of_github() -> None:
    """Make ministack give a trust policy those claims of GitHub's tokens that AWS gives it."""
    named = sts._web_identity_principal

    def principal(token: str, provider_id: str, role_arn: str) -> tuple[str, dict[str, str]]:
        provider, keys = named(token, provider_id, role_arn)
        if provider.endswith(f":oidc-provider/{GITHUB}"):
            claims = _decode_id_token_unverified(token)
            keys |= {f"{GITHUB}:{name}": claims[name] for name in CLAIMS if name in claims}
        return provider, keys

    sts._web_identity_principal = principal
