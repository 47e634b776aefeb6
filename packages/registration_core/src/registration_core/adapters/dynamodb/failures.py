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
        # botocore's own, before anything was sent
        "CredentialRetrievalError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "TokenRetrievalError",
    }
)


def translated(error: AwsCallError, table_name: str) -> StorageUnavailableError:
    """Return our error for a failed call."""
    if error.code in _DENIED:
        return StorageDeniedError(f'The table "{table_name}" can\'t be used with these credentials ({error}).')
    if error.code == "ResourceNotFoundException":
        return StorageDeniedError(f'There is no table "{table_name}" in this account and region ({error}).')
    return StorageUnavailableError(f'The table "{table_name}" can\'t be used at the moment ({error}).')
