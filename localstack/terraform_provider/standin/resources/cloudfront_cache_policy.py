"""What CloudFront keeps of an origin's answers, for how long, and by what it tells requests apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import GONE, Resource, resource, without_none

from . import members

if TYPE_CHECKING:
    from standin.values import State

TOP: members.Members = {
    "name": ("Name", None),
    "comment": ("Comment", ""),
    "min_ttl": ("MinTTL", 0),
    "default_ttl": ("DefaultTTL", 86400),
    "max_ttl": ("MaxTTL", 31536000),
}
KEY = "parameters_in_cache_key_and_forwarded_to_origin"
ENCODINGS: members.Members = {
    "enable_accept_encoding_brotli": ("EnableAcceptEncodingBrotli", False),
    "enable_accept_encoding_gzip": ("EnableAcceptEncodingGzip", False),
}
PARTS = {
    "cookies": ("CookiesConfig", "cookie_behavior", "CookieBehavior", "Cookies"),
    "headers": ("HeadersConfig", "header_behavior", "HeaderBehavior", "Headers"),
    "query_strings": ("QueryStringsConfig", "query_string_behavior", "QueryStringBehavior", "QueryStrings"),
}
"""By the block inside <part>_config: the structure, the behaviour and its member, the member with the names."""


@resource
class CachePolicy(Resource):
    """aws_cloudfront_cache_policy. Documentation page cloudfront_cache_policy."""

    type = "aws_cloudfront_cache_policy"
    supported = frozenset({
        *TOP,
        *members.paths(KEY, ENCODINGS),
        *(f"{KEY}.{part}_config.{behaviour}" for part, (_, behaviour, _, _) in PARTS.items()),
        *(f"{KEY}.{part}_config.{part}.items" for part in PARTS),
    })  # fmt: skip
    defaults: ClassVar = {"min_ttl": 0, "default_ttl": 86400, "max_ttl": 31536000}
    on_change: ClassVar = {"etag": ("*",)}
    gone = GONE | {"NoSuchCachePolicy"}

    def create(self, planned: State) -> State:
        """Create it."""
        answer = self.client("cloudfront").create_cache_policy(CachePolicyConfig=_configuration(planned))
        return {"id": answer["CachePolicy"]["Id"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("cloudfront").get_cache_policy(Id=state["id"])
        configuration = answer["CachePolicy"]["CachePolicyConfig"]
        partition, account = self.provider.partition, self.provider.account_id
        return {
            "id": state["id"],
            "arn": f"arn:{partition}:cloudfront::{account}:cache-policy/{state['id']}",
            "etag": answer["ETag"],
            **members.read(configuration, TOP),
            KEY: [_read_key(configuration["ParametersInCacheKeyAndForwardedToOrigin"])],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self.client("cloudfront").update_cache_policy(
            Id=planned["id"], IfMatch=prior["etag"], CachePolicyConfig=_configuration(planned)
        )

    def delete(self, state: State) -> None:
        """Delete it, as it is now."""
        client = self.client("cloudfront")
        client.delete_cache_policy(Id=state["id"], IfMatch=client.get_cache_policy(Id=state["id"])["ETag"])


def _configuration(planned: State) -> dict[str, Any]:
    (key,) = planned[KEY]
    parameters: dict[str, Any] = {member: bool(key[name]) for name, (member, _) in ENCODINGS.items()}
    for part, (structure, behaviour, member, names) in PARTS.items():
        (chosen,) = key[f"{part}_config"]
        listed = [members.counted(sorted(inner["items"] or ())) for inner in chosen[part]]
        parameters[structure] = without_none({member: chosen[behaviour], names: listed[0] if listed else None})
    return {**members.write(planned, TOP), "ParametersInCacheKeyAndForwardedToOrigin": parameters}


def _read_key(answer: dict[str, Any]) -> State:
    key: State = members.read(answer, ENCODINGS)
    for part, (structure, behaviour, member, names) in PARTS.items():
        items = members.listed(answer[structure].get(names))
        key[f"{part}_config"] = [{behaviour: answer[structure][member], part: [{"items": items}] if items else []}]
    return key
