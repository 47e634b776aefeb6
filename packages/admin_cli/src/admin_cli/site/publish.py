"""The site brought to its bucket: only what changed, in an order that never shows a visitor half a site."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.errors import RollcallError
from rollcall_build.site.files import SiteBuild, SiteFile, addresses, is_page

SHA256 = "sha256"  # the metadata key under which an object's own digest is kept
MOST_DELETIONS = 1000  # that one DeleteObjects call takes
KILOBYTE = 1000
GONE = ("404", "NoSuchKey", "NotFound")


class SitePublishError(RollcallError):
    """The bucket or the distribution refused; what was already uploaded stays, and publishing again goes on."""


class S3Client(Protocol):
    """What publishing asks of S3; a boto3 client has it."""

    def list_objects_v2(self, **request: object) -> dict[str, Any]:
        """Return one page of the bucket's keys."""

    def head_object(self, **request: object) -> dict[str, Any]:
        """Return an object's headers and metadata."""

    def put_object(self, **request: object) -> dict[str, Any]:
        """Store one object."""

    def delete_objects(self, **request: object) -> dict[str, Any]:
        """Delete up to MOST_DELETIONS objects."""


class CloudFrontClient(Protocol):
    """What publishing asks of CloudFront; a boto3 client has it."""

    def create_invalidation(self, **request: object) -> dict[str, Any]:
        """Make the edges forget paths."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What publishing did.

    uploaded, unchanged, deleted: keys in the bucket. invalidated: paths that the distribution was told to forget.
    """

    uploaded: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]
    invalidated: tuple[str, ...]
    uploaded_bytes: int

    def __str__(self) -> str:
        """Say in a line what was done."""
        if not self.uploaded and not self.deleted:
            return f"site unchanged, {len(self.unchanged)} files"
        size = self.uploaded_bytes
        weight = f"{size} B" if size < KILOBYTE else f"{size // KILOBYTE} kB"
        files = f"{len(self.uploaded)} file{'' if len(self.uploaded) == 1 else 's'} uploaded ({weight})"
        removed = f", {len(self.deleted)} removed" if self.deleted else ""
        return f"site: {files}{removed}"


def publish(
    build: SiteBuild,
    *,
    bucket: str,
    s3_client: S3Client,
    cloudfront_client: CloudFrontClient | None = None,
    distribution_id: str | None = None,
    delete_stale: bool = True,
    new_caller_reference: Callable[[], str] = lambda: f"rollcall-{uuid4()}",
) -> PublishReport:
    """Bring the bucket to what was built.

    Assets go up before the pages that ask for them, pages before the distribution forgets the old ones, and what the
    site no longer has is deleted last. A file counts as unchanged when the object's content, type and cache header are
    what the build has. Raises SitePublishError; publishing again then goes on where it stopped.
    """
    there = _etags(s3_client, bucket)
    changed = [file for file in build if file.key not in there or _differs(s3_client, bucket, file, there[file.key])]
    changed.sort(key=lambda file: (file.is_page, file.key))
    for file in changed:
        _upload(s3_client, bucket, file)
    stale = tuple(sorted(there.keys() - {file.key for file in build})) if delete_stale else ()
    stale_pages = tuple(key for key in stale if is_page(key))
    _delete(s3_client, bucket, stale_pages)
    # A page that is new may have been asked for before: then the edges keep the error page in its place.
    forgotten = [file.key for file in changed if file.is_page] + list(stale_pages)
    invalidated: tuple[str, ...] = ()
    if cloudfront_client is not None and distribution_id is not None and forgotten:
        invalidated = tuple(sorted(path for key in forgotten for path in addresses(key)))
        _invalidate(cloudfront_client, distribution_id, invalidated, new_caller_reference())
    _delete(s3_client, bucket, tuple(key for key in stale if not is_page(key)))
    uploaded = tuple(file.key for file in changed)
    return PublishReport(
        uploaded=uploaded,
        unchanged=tuple(file.key for file in build if file.key not in uploaded),
        deleted=stale,
        invalidated=invalidated,
        uploaded_bytes=sum(len(file.body) for file in changed),
    )


def _etags(s3_client: S3Client, bucket: str) -> dict[str, str]:
    """Return what the bucket holds: keys to ETags."""
    found: dict[str, str] = {}
    request = {"Bucket": bucket}
    with _explained(f"The bucket {bucket} cannot be listed"):
        while True:
            page = s3_client.list_objects_v2(**request)
            found |= {item["Key"]: item["ETag"].strip('"') for item in page.get("Contents", ())}
            if not page.get("IsTruncated"):
                return found
            request["ContinuationToken"] = page["NextContinuationToken"]


def _differs(s3_client: S3Client, bucket: str, file: SiteFile, etag: str) -> bool:
    """Whether the object is not what the build has.

    An ETag that is an MD5 catches content changed by other hands; one that is none (KMS, several parts) says nothing,
    and the digest kept with the object decides.
    """
    with _explained(f"{file.key} in the bucket {bucket} cannot be read"):
        try:
            head = s3_client.head_object(Bucket=bucket, Key=file.key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                return True  # deleted since it was listed
            raise
    encrypted = str(head.get("ServerSideEncryption", "")).startswith("aws:kms")
    if not encrypted and "-" not in etag and etag != file.md5:
        return True
    kept = (head.get("Metadata", {}).get(SHA256), head.get("ContentType"), head.get("CacheControl"))
    return kept != (file.sha256, file.content_type, file.cache_control)


def _upload(s3_client: S3Client, bucket: str, file: SiteFile) -> None:
    with _explained(f"{file.key} cannot be stored in the bucket {bucket}"):
        s3_client.put_object(
            Bucket=bucket,
            Key=file.key,
            Body=file.body,
            ContentType=file.content_type,
            CacheControl=file.cache_control,
            Metadata={SHA256: file.sha256},
        )


def _delete(s3_client: S3Client, bucket: str, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), MOST_DELETIONS):
        objects = [{"Key": key} for key in keys[start : start + MOST_DELETIONS]]
        with _explained(f"Old files cannot be deleted from the bucket {bucket}"):
            answer = s3_client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        for failure in answer.get("Errors", ()):
            raise SitePublishError(f"{failure['Key']} cannot be deleted from the bucket {bucket}: {failure['Message']}")


def _invalidate(client: CloudFrontClient, distribution_id: str, paths: Sequence[str], reference: str) -> None:
    batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
    with _explained(f"The distribution {distribution_id} cannot be told to forget old pages"):
        client.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Translate the SDK's errors: what was tried, and why it failed."""
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        raise SitePublishError(f"{what}: {detail.get('Message') or detail.get('Code') or error}") from error
    except BotoCoreError as error:
        raise SitePublishError(f"{what}: {error}") from error
