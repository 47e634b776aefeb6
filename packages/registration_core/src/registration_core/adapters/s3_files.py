"""The files' bucket and the scanner, through boto3."""

from __future__ import annotations

import hashlib
import json
import re
from email.errors import MessageError
from email.header import decode_header, make_header
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.file_errors import FilesUnavailableError
from registration_core.domain.file_ports import FileStore, Scanner, StoredObject, Verdict
from registration_core.domain.files import INCOMING, KEPT
from registration_core.services.file_links import LinkSigner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Any

STORED_AS = "application/octet-stream"
_CHUNK = 1024 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_MOST_PER_DELETE = 1000


class S3Files(FileStore, LinkSigner):
    """One bucket. s3_client: boto3's, which signs links with version 4."""

    def __init__(self, s3_client: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = s3_client
        self._bucket = bucket

    def look(self, key: str) -> StoredObject | None:
        """Return an object; None if there is none."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise _unavailable(error) from error
        except BotoCoreError as error:
            raise _unavailable(error) from error
        return StoredObject(key, head["ContentLength"], _decoded(head["Metadata"].get("name", "")), head["ETag"])

    def read(self, stored: StoredObject, start: int, length: int) -> bytes:
        """Read a part of this very object."""
        with _translated():
            answer = self._client.get_object(
                Bucket=self._bucket, Key=stored.key, IfMatch=stored.tag, Range=f"bytes={start}-{start + length - 1}"
            )
            content: bytes = answer["Body"].read()
            return content

    def sha256(self, stored: StoredObject) -> str:
        """Return the digest of this very object in hexadecimal, a megabyte at a time."""
        digest = hashlib.sha256()
        for chunk in self.chunks(stored):
            digest.update(chunk)
        return digest.hexdigest()

    def chunks(self, stored: StoredObject) -> Iterator[bytes]:
        """Yield the content of this very object."""
        with _translated():
            answer = self._client.get_object(Bucket=self._bucket, Key=stored.key, IfMatch=stored.tag)
            yield from answer["Body"].iter_chunks(_CHUNK)

    def copy(self, stored: StoredObject, key: str) -> None:
        """Copy this very object, without the file's own name."""
        with _translated():
            self._client.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": stored.key},
                CopySourceIfMatch=stored.tag,
                MetadataDirective="REPLACE",
                ContentType=STORED_AS,
                ContentDisposition="attachment",
            )

    def delete(self, key: str) -> None:
        """Delete an object, if there is one."""
        with _translated():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def delete_all(self, submission: str) -> int:
        """Delete everything of a submission, and return how many objects that were."""
        keys = [key for prefix in (INCOMING, KEPT) for key, _ in self.keys(f"{prefix}{submission}/")]
        for start in range(0, len(keys), _MOST_PER_DELETE):
            objects = [{"Key": key} for key in keys[start : start + _MOST_PER_DELETE]]
            with _translated():
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if answer.get("Errors"):
                raise FilesUnavailableError(f"{len(answer['Errors'])} files of {submission} could not be deleted.")
        return len(keys)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield the keys that begin like this, in order, each with when its object arrived."""
        with _translated():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                yield from ((each["Key"], each["LastModified"]) for each in page.get("Contents", ()))

    def link(self, key: str, *, filename: str, lasts_s: int) -> str:
        """Return a link that downloads an object under this name, and never shows it."""
        with _translated():
            return str(
                self._client.generate_presigned_url(
                    "get_object",
                    Params={
                        "Bucket": self._bucket,
                        "Key": key,
                        "ResponseContentType": STORED_AS,
                        "ResponseContentDisposition": disposition(filename),
                        "ResponseCacheControl": "no-store",
                    },
                    ExpiresIn=lasts_s,
                )
            )


class LambdaScanner(Scanner):
    """A function of the organisation's that looks for viruses. It gets and returns JSON."""

    def __init__(self, lambda_client: Any, function: str, bucket: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = lambda_client
        self._function = function
        self._bucket = bucket

    def scan(self, *, key: str, submission: str, field: str, sha256: str) -> Verdict:
        """Examine an object. Raises FilesUnavailableError for any answer but a clear yes or no."""
        event = {"bucket": self._bucket, "key": key, "submission": submission, "field": field, "sha256": sha256}
        with _translated():
            answer = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
            payload = answer["Payload"].read()
        try:
            verdict = json.loads(payload)
        except ValueError as error:
            raise FilesUnavailableError(f"The scanner {self._function} returned no JSON.") from error
        clean = verdict.get("clean") if isinstance(verdict, dict) and "FunctionError" not in answer else None
        if not isinstance(clean, bool):
            raise FilesUnavailableError(
                f"The scanner {self._function} failed, or its answer has no clean: true or false."
            )
        return Verdict(clean, str(verdict.get("reason", "")))


def disposition(filename: str) -> str:
    """Return the header that offers a file for saving under a cleaned name (RFC 6266)."""
    plain = re.sub(r"[^ !#$&+\-.0-9A-Za-z^_`~]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _decoded(name: str) -> str:
    """Read metadata beyond ASCII, which S3 returns as RFC 2047 has it. What can't be read stays as it is.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    if "=?" not in name:
        return name
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, MessageError, ValueError):
        return name


class _Translated:
    """Turns the SDK's errors into FilesUnavailableError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ClientError | BotoCoreError):
            raise _unavailable(error) from error


def _translated() -> AbstractContextManager[None]:
    return _Translated()


def _unavailable(error: ClientError | BotoCoreError) -> FilesUnavailableError:
    return FilesUnavailableError(f"A call about files failed: {error}")
