"""What the tests of functions share: a zip, and a function made of it."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Harness

FUNCTION = "aws_lambda_function"


def package(folder: Path, body: str = "return 1") -> dict[str, str]:
    """Make a zip; return the arguments that name it."""
    path = folder / f"{hashlib.sha256(body.encode()).hexdigest()}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), f"def handler(event, context):\n    {body}\n")
    digest = hashlib.sha256(path.read_bytes()).digest()
    return {"filename": str(path), "source_code_hash": base64.b64encode(digest).decode()}


def make_role(tf: Harness) -> str:
    """Make a role that functions may take; return its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = tf.apply("aws_iam_role", {"name": "functions", "assume_role_policy": document})["arn"]
    return arn


def function(name: str, role: str, code: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return a function's configuration."""
    return {"function_name": name, "role": role, "runtime": "python3.13", "handler": "app.handler", **code, **more}
