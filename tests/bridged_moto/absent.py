"""What the stack uses and moto doesn't have: SES's event destinations, CloudFront's response headers policies."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from moto.cloudfront.responses import CloudFrontResponse
from moto.cloudfront.urls import url_paths as distribution_paths
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.sesv2.responses import SESV2Response
from moto.sesv2.urls import url_paths as mail_paths

Members = dict[str, Any]


class NoSuchResponseHeadersPolicy(ServiceException):
    """CloudFront's error."""

    code = "NoSuchResponseHeadersPolicy"
    message = "The response headers policy does not exist."


def bridge() -> None:
    """Add both."""
    keep_event_destinations()
    keep_response_headers_policies()


def keep_event_destinations() -> None:
    """A configuration set of SES has event destinations."""
    kept: defaultdict[str, dict[str, Members]] = defaultdict(dict)
    path = "{0}/v2/email/configuration-sets/(?P<ConfigurationSetName>[^/]+)/event-destinations"
    for one in ("$", "/(?P<EventDestinationName>[^/]+)$"):
        mail_paths[path + one] = SESV2Response.dispatch

    def of_set(self: SESV2Response) -> dict[str, Members]:
        return kept[self._get_param("ConfigurationSetName")]

    def put(self: SESV2Response) -> str:
        of_set(self)[self._get_param("EventDestinationName")] = self._get_param("EventDestination")
        return "{}"

    def listed(self: SESV2Response) -> str:
        return json.dumps({"EventDestinations": [{"Name": name, **one} for name, one in of_set(self).items()]})

    def delete(self: SESV2Response) -> str:
        of_set(self).pop(self._get_param("EventDestinationName"), None)
        return "{}"

    SESV2Response.create_configuration_set_event_destination = put
    SESV2Response.update_configuration_set_event_destination = put
    SESV2Response.get_configuration_set_event_destinations = listed
    SESV2Response.delete_configuration_set_event_destination = delete


def keep_response_headers_policies() -> None:
    """CloudFront keeps response headers policies, each with an ETag that changes with it."""
    kept: dict[str, tuple[str, Members]] = {}
    for end in ("$", "/(?P<Id>[^/]+)$"):
        distribution_paths["{0}/2020-05-31/response-headers-policy" + end] = CloudFrontResponse.dispatch

    def answered(identifier: str) -> ActionResult:
        if identifier not in kept:
            raise NoSuchResponseHeadersPolicy
        etag, config = kept[identifier]
        policy = {
            "Id": identifier,
            "LastModifiedTime": datetime.now(UTC),
            "ResponseHeadersPolicyConfig": config,
        }
        return ActionResult({"ResponseHeadersPolicy": policy, "ETag": etag})

    def put(self: CloudFrontResponse) -> ActionResult:
        identifier = self._get_param("Id") or str(uuid.uuid4())
        kept[identifier] = (f"E{uuid.uuid4().hex[:12].upper()}", self._get_param("ResponseHeadersPolicyConfig"))
        return answered(identifier)

    def get(self: CloudFrontResponse) -> ActionResult:
        return answered(self._get_param("Id"))

    def delete(self: CloudFrontResponse) -> ActionResult:
        answered(self._get_param("Id"))
        del kept[self._get_param("Id")]
        return EmptyResult()

    CloudFrontResponse.create_response_headers_policy = put
    CloudFrontResponse.update_response_headers_policy = put
    CloudFrontResponse.get_response_headers_policy = get
    CloudFrontResponse.delete_response_headers_policy = delete
