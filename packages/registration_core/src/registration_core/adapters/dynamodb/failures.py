"""DynamoDB's errors, translated into ours. This is the only place."""

from __future__ import annotations

from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.adapters.dynamodb.call import AwsCallError

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
NO_ACCESS = frozenset(
    {
        "CredentialRetrievalError",
        "LoginRefreshRequired",
        "LoginTokenLoadError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
"""botocore's own errors about credentials, before anything was sent."""
_NOT_MADE = frozenset({"EndpointNotTrusted", "NotSent"})
"""Our own codes for a certificate that isn't trusted, and for whatever else stopped a request before it was sent."""


def translated(error: AwsCallError, table_name: str) -> StorageUnavailableError:
    """Return our error for a failed call."""
    if error.code in _DENIED | NO_ACCESS:
        return StorageDeniedError(f'The table "{table_name}" can\'t be used with these credentials ({error}).')
    if error.code in _NOT_MADE:
        return StorageDeniedError(f'The request to the table "{table_name}" could not be made ({error.message}).')
    if error.code == "ResourceNotFoundException":
        return StorageDeniedError(f'There is no table "{table_name}" in this account and region ({error}).')
    return StorageUnavailableError(f'The table "{table_name}" can\'t be used at the moment ({error}).')
