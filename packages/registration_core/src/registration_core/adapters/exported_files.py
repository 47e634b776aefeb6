"""Exported files: kept in a private bucket for a day, and downloaded by a link that works for minutes."""

from __future__ import annotations

import uuid

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.errors import StorageUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ExportedFiles:
    """The exported files of a stack. s3_client: boto3's, which signs links with version 4."""

    def __init__(self, s3_client: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = s3_client
        self._bucket = bucket

    def keep(self, content: bytes, *, filename: str, media_type: str, link_lasts_s: int) -> str:
        """Keep a file, and return a link that downloads it under this name. Raises StorageUnavailableError."""
        place = {"Bucket": self._bucket, "Key": f"{uuid.uuid4()}/{filename}"}
        try:
            self._client.put_object(
                **place,
                Body=content,
                ContentType=media_type,
                ContentDisposition=f'attachment; filename="{filename}"',
                CacheControl="no-store",
            )
            link = self._client.generate_presigned_url("get_object", Params=place, ExpiresIn=link_lasts_s)
        except (ClientError, BotoCoreError) as error:
            raise StorageUnavailableError(f"The exported file could not be stored: {error}") from error
        return str(link)
