"""CloudFront: moto's control plane, what it forgets of a distribution, and the pages of an S3 origin.

A distribution answers at its domain name in the Host header. It knows one S3 origin, the default
root object, error pages and the response headers policy of a path: no caching, compression,
functions or redirects.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from localstack.aws.connect import connect_to
from localstack.http import Response
from localstack.services.edge import ROUTER
from localstack.services.moto import call_moto
from moto.cloudfront.models import Distribution

from rollcall_localstack.moto_service import moto_service
from rollcall_localstack.response_headers import HeadersPolicies

HOST = "<regex('[a-zA-Z0-9]+'):distribution>.cloudfront.net<port:port>"

#: What S3 says of an object, and the header of the page.
OBJECT_HEADERS = (("ContentType", "Content-Type"), ("CacheControl", "Cache-Control"), ("ETag", "ETag"))

#: Without the right to list a bucket, S3 answers this for an object that it doesn't have.
NO_SUCH_OBJECT = 403


class Distributions:
    """The distributions of one LocalStack: their configurations as written, by domain name and by ID."""

    def __init__(self) -> None:
        self._policies = HeadersPolicies()
        self._configs: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}

    def service(self) -> Any:  # noqa: ANN401 - LocalStack's class
        """Return the service, and route the distributions' own names to their pages."""
        for path in ("/", "/<path:path>"):
            ROUTER.add(path=path, host=HOST, endpoint=self.page)
        operations = {
            "CreateDistribution": self.put,
            "CreateDistributionWithTags": self.put,
            "UpdateDistribution": self.put,
            "GetDistribution": self.get,
            "CreateResponseHeadersPolicy": self._policies.put,
            "UpdateResponseHeadersPolicy": self._policies.put,
            "GetResponseHeadersPolicy": self._policies.get,
            "DeleteResponseHeadersPolicy": self._policies.delete,
        }
        return moto_service("cloudfront", operations)

    def put(self, context: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Create or change a distribution, and keep its configuration."""
        answer = call_moto(context)
        config = request.get("DistributionConfig") or request["DistributionConfigWithTags"]["DistributionConfig"]
        made = answer["Distribution"]
        self._configs[made["Id"]] = config
        self._ids[made["DomainName"]] = made["Id"]
        return self._as_written(answer)

    def get(self, context: Any, _request: dict[str, Any]) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Return a distribution as it was written."""
        return self._as_written(call_moto(context))

    def _as_written(self, answer: Any) -> Any:  # noqa: ANN401 - LocalStack's class
        """Put back what moto forgets, such as the error pages."""
        distribution = answer["Distribution"]
        distribution["DistributionConfig"] |= self._configs[distribution["Id"]]
        return answer

    def page(self, request: Any, **_parts: str) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Answer as the distribution with the request's host name does."""
        config = self._configs.get(self._ids.get(request.host.partition(":")[0], ""))
        if config is None:
            return Response("There is no such distribution.\n", 404)
        headers = self._policies.headers(_behaviour(config, request.path).get("ResponseHeadersPolicyId"))
        bucket, _, rest = config["Origins"]["Items"][0]["DomainName"].partition(".s3.")
        s3 = connect_to(region_name=rest.partition(".")[0]).s3
        status, thing = 200, _object(s3, bucket, request.path.lstrip("/") or config.get("DefaultRootObject", ""))
        if thing is None:
            status, thing = _error_page(s3, bucket, config)
        if thing is None:
            return Response("Access denied.\n", status, headers)
        headers |= {header: thing[member] for member, header in OBJECT_HEADERS if thing.get(member)}
        if request.headers.get("If-None-Match") == thing["ETag"]:
            return Response(b"", 304, headers)
        return Response(thing["Body"].read(), status, headers)


def _behaviour(config: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the first behaviour whose pattern fits the path, otherwise the default."""
    ordered = config.get("CacheBehaviors", {}).get("Items", ())
    fitting: dict[str, Any] = next(
        (one for one in ordered if fnmatchcase(path, one["PathPattern"])), config["DefaultCacheBehavior"]
    )
    return fitting


def name_without_region() -> None:
    """Give distributions the ARN that they have in AWS. moto leaves out the empty Region's colon.

    Source: Service Authorization Reference, "… for Amazon CloudFront", "Resource types".
    """
    made = Distribution.__init__

    def named(distribution: Any, *parts: Any, **more: Any) -> None:  # noqa: ANN401 - moto's class
        made(distribution, *parts, **more)
        distribution.arn = distribution.arn.replace(":cloudfront:", ":cloudfront::")

    Distribution.__init__ = named


def service() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return CloudFront."""
    name_without_region()
    return Distributions().service()


def _object(s3: Any, bucket: str, key: str) -> Any:  # noqa: ANN401 - boto3 has no types
    try:
        return s3.get_object(Bucket=bucket, Key=key)
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return None


def _error_page(s3: Any, bucket: str, config: dict[str, Any]) -> tuple[int, Any]:  # noqa: ANN401 - boto3 has no types
    for response in config.get("CustomErrorResponses", {}).get("Items", ()):
        if response["ErrorCode"] == NO_SUCH_OBJECT and response.get("ResponsePagePath"):
            return int(response["ResponseCode"]), _object(s3, bucket, response["ResponsePagePath"].lstrip("/"))
    return NO_SUCH_OBJECT, None
