"""Makes ministack's CloudFront reach the emulator's own APIs, and learn which pages are missing, as CloudFront does.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import os
import re
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.services import cloudfront, s3

#: The host name of an API of API Gateway.
API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def reach_the_apis_here() -> None:
    """Send what a distribution asks of `<id>.execute-api…` to the API of that ID in this emulator.

    ministack refuses such hosts, so that nothing reaches AWS. Here it also reaches no network.
    """
    fetch = cloudfront._fetch_from_origin

    async def fetched(origin: dict[str, Any], method: str, uri: str, *rest: Any) -> Any:  # noqa: ANN401
        api = API_HOST.match(origin["domain_name"])
        if not api:
            return await fetch(origin, method, uri, *rest)
        _, stage, path = f"{origin.get('origin_path') or ''}{uri}".split("/", 2)
        here = origin | {
            "domain_name": "127.0.0.1",
            "http_port": int(os.environ["GATEWAY_PORT"]),
            "protocol_policy": "http-only",
            "origin_path": "",
        }
        return await fetch(here, method, f"/restapis/{api[1]}/{stage}/_user_request_/{path}", *rest)

    cloudfront._fetch_from_origin = fetched


def tell_missing_from_refused() -> None:
    """Make S3 answer 404 for a missing page if the distribution may list the bucket; ministack always answers 403.

    Source: S3 API Reference, GetObject, "Permissions".
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    serve = s3.serve_cloudfront_origin_fetch

    def served(bucket: str, key: str, method: str, headers: dict[str, Any], source_arn: str = "", **more: Any) -> Any:  # noqa: ANN401
        found = s3._ensure_bucket(bucket)
        if found is not None and key not in found["objects"] and _may_list(bucket, source_arn):
            return s3._error("NoSuchKey", "The specified key does not exist.", 404, f"/{bucket}/{key}")
        return serve(bucket, key, method, headers, source_arn, **more)

    s3.serve_cloudfront_origin_fetch = served


def _may_list(bucket: str, distribution: str) -> bool:
    policy = s3._bucket_policies.get_scoped(s3._bucket_owner_account(bucket), None, bucket)
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="s3:ListBucket",
        resource_arn=f"arn:aws:s3:::{bucket}",
        region="",
        service_context={"aws:sourcearn": distribution},
    )
    if not policy:
        return False
    decision: str = evaluate_resource_policy(policy, context, service="cloudfront.amazonaws.com").decision
    return decision == "Allow"
