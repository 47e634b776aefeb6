"""SES v2's control plane: moto's backend, and the tags, identities and event destinations that it lacks.

Identities are verified at once, and in SES v1 too, which sends the mails.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localstack.aws.api import CommonServiceException
from localstack.aws.connect import connect_to
from localstack.http import Response
from localstack.services.edge import ROUTER
from localstack.services.moto import call_moto
from moto.ses.models import ses_backends

from rollcall_localstack.moto_service import moto_service

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a configuration set consists of, and what PutConfigurationSet… replaces.
OPTIONS = ("DeliveryOptions", "ReputationOptions", "SendingOptions", "SuppressionOptions", "TrackingOptions")

LISTS = (
    ("list-identities", "list_email_identities", "EmailIdentities"),
    ("list-configuration-sets", "list_configuration_sets", "ConfigurationSets"),
)


class EmailSettings:
    """What one LocalStack knows of options, tags and event destinations."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}
        self._options: dict[str, dict[str, Any]] = {}
        self._destinations: dict[str, dict[str, dict[str, Any]]] = {}
        self._suppressed: dict[str, dict[str, Any]] = {}

    def service(self) -> Any:  # noqa: ANN401 - LocalStack's class
        """Return the service, and route the calls of newer SDKs that LocalStack doesn't know."""
        for path, operation, member in LISTS:
            ROUTER.add(path=f"/v2/email/{path}", methods=["POST"], endpoint=listed(operation, member))
        operations = {
            "CreateEmailIdentity": self.create_identity,
            "GetEmailIdentity": self.get_identity,
            "DeleteEmailIdentity": self.delete_identity,
            "CreateConfigurationSet": self.create_set,
            "GetConfigurationSet": self.get_set,
            **{f"PutConfigurationSet{options}": self.put_options for options in OPTIONS},
            "PutSuppressedDestination": self.suppress,
            "GetSuppressedDestination": self.get_suppressed,
            "DeleteSuppressedDestination": self.unsuppress,
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "CreateConfigurationSetEventDestination": self.put_destination,
            "UpdateConfigurationSetEventDestination": self.put_destination,
            "GetConfigurationSetEventDestinations": self.get_destinations,
            "DeleteConfigurationSetEventDestination": self.delete_destination,
        }
        return moto_service("sesv2", operations)

    def create_identity(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Create a verified identity."""
        name = request["EmailIdentity"]
        backend = ses_backends[context.account_id][context.region]
        (backend.verify_email_identity if "@" in name else backend.verify_domain)(name)
        self._tags[f"identity/{name}"] = _by_key(request)
        return _identity(name)

    def get_identity(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Return an identity."""
        name = request["EmailIdentity"]
        if name not in ses_backends[context.account_id][context.region].email_identities:
            raise CommonServiceException("NotFoundException", f"Email identity {name} does not exist.", 404)
        return _identity(name) | {"FeedbackForwardingStatus": True, "VerificationStatus": "SUCCESS"}

    def delete_identity(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Delete an identity: moto doesn't find an address by its name in the URL."""
        self.get_identity(context, request)
        ses_backends[context.account_id][context.region].delete_identity(request["EmailIdentity"])
        return {}

    def create_set(self, context: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401
        """Create a configuration set, and keep its tags and options."""
        name = request["ConfigurationSetName"]
        self._tags[f"configuration-set/{name}"] = _by_key(request)
        self._options[name] = {options: request[options] for options in OPTIONS if options in request}
        return call_moto(context)

    def get_set(self, context: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401
        """Return a configuration set."""
        return call_moto(context) | self._options.get(request["ConfigurationSetName"], {})

    def put_options(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Replace options of one kind."""
        options = context.operation.name.removeprefix("PutConfigurationSet")
        members = {member: value for member, value in request.items() if member != "ConfigurationSetName"}
        self._options[request["ConfigurationSetName"]][options] = members
        return {}

    def suppress(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Put an address on the account's suppression list."""
        self._suppressed[request["EmailAddress"]] = {**request, "LastUpdateTime": datetime.now(UTC)}
        return {}

    def get_suppressed(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Return an address of that list."""
        address = request["EmailAddress"]
        if address not in self._suppressed:
            message = f"Email address {address} does not exist on your suppression list."
            raise CommonServiceException("NotFoundException", message, 404)
        return {"SuppressedDestination": self._suppressed[address]}

    def unsuppress(self, context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Remove an address from that list."""
        self.get_suppressed(context, request)
        del self._suppressed[request["EmailAddress"]]
        return {}

    def list_tags(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Return a resource's tags."""
        tags = self._tags.get(_name(request), {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def tag(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Add tags."""
        self._tags.setdefault(_name(request), {}).update(_by_key(request))
        return {}

    def untag(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Remove tags."""
        for key in request["TagKeys"]:
            self._tags.get(_name(request), {}).pop(key, None)
        return {}

    def put_destination(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Keep an event destination. Nothing is ever sent to it."""
        destinations = self._destinations.setdefault(request["ConfigurationSetName"], {})
        destinations[request["EventDestinationName"]] = request["EventDestination"]
        return {}

    def get_destinations(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Return a set's event destinations."""
        destinations = self._destinations.get(request["ConfigurationSetName"], {})
        return {"EventDestinations": [{"Name": name, **each} for name, each in destinations.items()]}

    def delete_destination(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        """Forget an event destination."""
        self._destinations.get(request["ConfigurationSetName"], {}).pop(request["EventDestinationName"], None)
        return {}


def listed(operation: str, member: str) -> Callable[[Any], Any]:
    """Return an endpoint for a list that newer SDKs ask for by POST, and LocalStack knows by GET."""

    def endpoint(request: Any) -> Any:  # noqa: ANN401 - LocalStack's classes
        region = request.headers["Authorization"].split("/")[2]
        answer = getattr(connect_to(region_name=region).sesv2, operation)()
        return Response(json.dumps({member: answer[member]}), headers={"Content-Type": "application/json"})

    return endpoint


def service() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return SES v2."""
    return EmailSettings().service()


def _identity(name: str) -> dict[str, Any]:
    return {
        "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"SigningEnabled": False, "Status": "NOT_STARTED"},
    }


def _name(request: dict[str, Any]) -> str:
    """Return the last part of a resource's ARN, such as `identity/example.org`."""
    return str(request["ResourceArn"].split(":", 5)[5])


def _by_key(request: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
