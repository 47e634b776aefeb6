"""Identity providers whose tokens roles may trust.

Replacement and defaults: terraform-provider-aws, website/docs/r/iam_openid_connect_provider.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.resource import Resource, resource, tag_list, tag_map

if TYPE_CHECKING:
    from standin.values import State


@resource
class OpenIdConnectProvider(Resource):
    """An OpenID Connect provider. AWS finds the thumbprints of well-known ones itself."""

    type = "aws_iam_openid_connect_provider"
    supported = frozenset({"client_id_list", "url"})
    force_new = frozenset({"client_id_list", "url"})  # the emulator can't change the list; nothing here does
    import_key = "arn"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Refuse what the emulator has no call for."""
        if prior is not None and "tags_all" in changed:
            self.refuse("tags", "the emulator can't tag a provider that exists; destroy it first")

    def create(self, planned: State) -> State:
        """Create the provider."""
        answer = self.client("iam").create_open_id_connect_provider(
            Url=planned["url"], ClientIDList=sorted(planned["client_id_list"]), Tags=tag_list(planned["tags_all"])
        )
        return {"id": answer["OpenIDConnectProviderArn"], "arn": answer["OpenIDConnectProviderArn"]}

    def read(self, state: State) -> State | None:
        """Read the provider. AWS leaves the scheme out of the address; the provider puts it back."""
        arn = state["arn"] or state["id"]
        answer = self.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        return {
            "id": arn,
            "arn": arn,
            "client_id_list": answer["ClientIDList"],
            "thumbprint_list": answer["ThumbprintList"],
            "url": f"https://{answer['Url'].removeprefix('https://')}",
            "tags_all": tag_map(answer.get("Tags")),
        }

    def delete(self, state: State) -> None:
        """Delete the provider."""
        self.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=state["arn"])
