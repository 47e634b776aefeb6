"""Publishes the site to its bucket: only what changed, in an order that never shows a visitor half a site."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.errors import RollcallError
from rollcall_build.site.files import SiteBuild, SiteFile, addresses, is_page

SHA256 = "sha256"  # the metadata key under which an object's own digest is kept
MOST_DELETIONS = 1000  # in one DeleteObjects call
KILOBYTE = 1000
GONE = ("404", "NoSuchKey", "NotFound")


class SitePublishError(RollcallError):
    """The bucket or the distribution refused. Files already uploaded stay, and publishing again continues."""


class S3Client(Protocol):
    """The part of a boto3 S3 client that publishing uses."""

    def list_objects_v2(self, **request: object) -> dict[str, Any]:
        """Return one page of the bucket's keys."""

    def head_object(self, **request: object) -> dict[str, Any]:
        """Return an object's headers and metadata."""

    def put_object(self, **request: object) -> dict[str, Any]:
        """Store one object."""

    def delete_objects(self, **request: object) -> dict[str, Any]:
        """Delete up to MOST_DELETIONS objects."""


class CloudFrontClient(Protocol):
    """The part of a boto3 CloudFront client that publishing uses."""

    def create_invalidation(self, **request: object) -> dict[str, Any]:
        """Remove paths from the edges' caches."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What publishing did.

    uploaded, unchanged, deleted: keys in the bucket. invalidated: paths that the distribution's caches drop.
    """

    uploaded: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]
    invalidated: tuple[str, ...]
    uploaded_bytes: int

    def __str__(self) -> str:
        """Summarise it in one line."""
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
    """Make the bucket match the build.

    Assets are uploaded before the pages that use them, and pages before the distribution's caches drop the old ones.
    Files that the site no longer has are deleted last. A file is unchanged if the object has the same content, type and
    cache header. Raises SitePublishError; publishing again then continues where it stopped.
    """
    etags = _etags(s3_client, bucket)
    changed = [file for file in build if file.key not in etags or _differs(s3_client, bucket, file, etags[file.key])]
    changed.sort(key=lambda file: (file.is_page, file.key))
    for file in changed:
        _upload(s3_client, bucket, file)
    stale = tuple(sorted(etags.keys() - {file.key for file in build})) if delete_stale else ()
    stale_pages = tuple(key for key in stale if is_page(key))
    _delete(s3_client, bucket, stale_pages)
    # New pages too: if someone asked for one before it existed, the edges have cached the error page.
    outdated_pages = [file.key for file in changed if file.is_page] + list(stale_pages)
    invalidated: tuple[str, ...] = ()
    if cloudfront_client is not None and distribution_id is not None and outdated_pages:
        invalidated = tuple(sorted(path for key in outdated_pages for path in addresses(key)))
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
    """Return the ETags of the bucket's objects, by key."""
    etags: dict[str, str] = {}
    request = {"Bucket": bucket}
    with _explained(f"Could not list the bucket {bucket}"):
        while True:
            page = s3_client.list_objects_v2(**request)
            etags |= {item["Key"]: item["ETag"].strip('"') for item in page.get("Contents", ())}
            if not page.get("IsTruncated"):
                return etags
            request["ContinuationToken"] = page["NextContinuationToken"]


def _differs(s3_client: S3Client, bucket: str, file: SiteFile, etag: str) -> bool:
    """Whether the object differs from the file in the build.

    An ETag that is an MD5 reveals content that something else changed. Other ETags (KMS, several parts) say nothing
    about the content; then the digest stored with the object decides.
    """
    with _explained(f"Could not read {file.key} in the bucket {bucket}"):
        try:
            head = s3_client.head_object(Bucket=bucket, Key=file.key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                return True  # deleted since it was listed
            raise
    encrypted = str(head.get("ServerSideEncryption", "")).startswith("aws:kms")
    if not encrypted and "-" not in etag and etag != file.md5:
        return True
    stored = (head.get("Metadata", {}).get(SHA256), head.get("ContentType"), head.get("CacheControl"))
    return stored != (file.sha256, file.content_type, file.cache_control)


def _upload(s3_client: S3Client, bucket: str, file: SiteFile) -> None:
    with _explained(f"Could not store {file.key} in the bucket {bucket}"):
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
        with _explained(f"Could not delete old files from the bucket {bucket}"):
            answer = s3_client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        for failure in answer.get("Errors", ()):
            raise SitePublishError(f"Could not delete {failure['Key']} from the bucket {bucket}: {failure['Message']}")


def _invalidate(client: CloudFrontClient, distribution_id: str, paths: Sequence[str], reference: str) -> None:
    batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
    with _explained(f"Could not remove old pages from the caches of the distribution {distribution_id}"):
        client.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Translate the SDK's errors to SitePublishError. what: what could not be done."""
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        raise SitePublishError(f"{what}: {detail.get('Message') or detail.get('Code') or error}") from error
    except BotoCoreError as error:
        raise SitePublishError(f"{what}: {error}") from error
