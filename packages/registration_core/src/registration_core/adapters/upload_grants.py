"""Upload grants: what lets a browser send files straight to the bucket, signed with the standard library only.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import json
import os

from registration_core.adapters.dynamodb.sigv4 import Credentials, Sigv4
from registration_core.domain.files import UPLOAD_WITHIN, Upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock

STORED_AS = "application/octet-stream"
"""The media type of every file in the bucket, so that no browser ever shows one."""
NAME = "x-amz-meta-name"
"""The metadata with the file's own name, which S3 fills in."""


class UploadGrants:
    """Grants for one bucket. url: where browsers send files, without a slash at the end."""

    def __init__(self, bucket: str, url: str, *, clock: Clock, environ: Mapping[str, str] | None = None) -> None:
        env = os.environ if environ is None else environ
        key = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN") or None)
        self._region = env.get("AWS_REGION") or env["AWS_DEFAULT_REGION"]
        self._signer = Sigv4(key, region=self._region, service="s3")
        self._key = key
        self._bucket = bucket
        self._clock = clock
        self.url = url

    @property
    def origin(self) -> str:
        """The scheme and host of the bucket's address, for a page's content security policy."""
        return "/".join(self.url.split("/")[:3])

    def for_submission(self, form: Form, submission_id: str) -> dict[str, object]:
        """Return a new submission's grants by field, for the page's script.

        The script ends `key` with an ID of its own for each file.
        """
        return {
            field.name: {"url": self.url, "fields": self._for_files(field, submission_id)}
            for field in form.fields
            if field.files is not None
        }

    def _for_files(self, field: Field, submission_id: str) -> dict[str, str]:
        prefix = Upload.prefix_of(submission_id, field.name)
        return self._fields(field, {"key": prefix}, ["starts-with", "$key", prefix])

    def for_one_file(self, field: Field, upload: Upload, *, back_to: str) -> dict[str, str]:
        """Return the hidden fields of a plain form for one file. back_to: where S3 leads the browser afterwards."""
        key = upload.incoming_key
        return self._fields(
            field, {"key": key, "success_action_redirect": back_to}, {"key": key}, {"success_action_redirect": back_to}
        )

    def _fields(self, field: Field, values: Mapping[str, str], *conditions: object) -> dict[str, str]:
        """Return the form's fields: what S3 checks, and nothing that the policy doesn't name."""
        assert field.files is not None  # noqa: S101 - the callers say so
        now = self._clock.now()
        timestamp = f"{now:%Y%m%dT%H%M%SZ}"
        signed = {
            "Content-Type": STORED_AS,
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{self._key.access_key}/{timestamp[:8]}/{self._region}/s3/aws4_request",
            "x-amz-date": timestamp,
            **({"x-amz-security-token": self._key.session_token} if self._key.session_token else {}),
        }
        policy = {
            "expiration": f"{now + UPLOAD_WITHIN:%Y-%m-%dT%H:%M:%SZ}",
            "conditions": [
                {"bucket": self._bucket},
                *conditions,
                *({name: value} for name, value in signed.items()),
                ["starts-with", f"${NAME}", ""],
                ["content-length-range", 0, field.files.max_bytes],
            ],
        }
        encoded = base64.b64encode(json.dumps(policy, separators=(",", ":")).encode()).decode()
        signature = self._signer.signature(encoded, day=timestamp[:8])
        return {**values, **signed, NAME: "${filename}", "policy": encoded, "x-amz-signature": signature}
