"""Pipelines.

Replacement and defaults: terraform-provider-aws, website/docs/r/codepipeline.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import GONE, Resource, removed_tags, resource

from .blocks import only
from .members import Members, paths, read, write

if TYPE_CHECKING:
    from standin.values import State

ACTION: Members = {
    "name": ("name", None),
    "configuration": ("configuration", None),
    "namespace": ("namespace", None),
    "region": ("region", ""),
    "role_arn": ("roleArn", None),
    "run_order": ("runOrder", 1),
}
KIND: Members = {name: (name, None) for name in ("category", "owner", "provider", "version")}
ARTIFACTS = {"input_artifacts": "inputArtifacts", "output_artifacts": "outputArtifacts"}
STORE: Members = {"type": ("type", None), "location": ("location", None)}


@resource
class Pipeline(Resource):
    """A pipeline with one artifact store. A change replaces all that it says."""

    type = "aws_codepipeline"
    supported = frozenset({
        "name", "role_arn", "pipeline_type", "execution_mode", "stage.name",
        *paths("artifact_store", STORE), *paths("stage.action", {**ACTION, **KIND, **ARTIFACTS}),
    })  # fmt: skip
    force_new = frozenset({"name"})
    defaults: ClassVar = {"execution_mode": "SUPERSEDED", "pipeline_type": "V2"}
    gone = GONE | {"PipelineNotFoundException"}

    def create(self, planned: State) -> State:
        """Create the pipeline. It starts at once."""
        self.client("codepipeline").create_pipeline(pipeline=_pipeline(planned), tags=_tags(planned))
        return {"id": planned["name"]}

    def read(self, state: State) -> State | None:
        """Read the pipeline."""
        client = self.client("codepipeline")
        answer = client.get_pipeline(name=state["id"])
        pipeline, arn = answer["pipeline"], answer["metadata"]["pipelineArn"]
        return {
            "id": pipeline["name"],
            "arn": arn,
            "name": pipeline["name"],
            "role_arn": pipeline["roleArn"],
            "pipeline_type": pipeline["pipelineType"],
            "execution_mode": pipeline["executionMode"],
            "artifact_store": [read(pipeline["artifactStore"], STORE)],
            "stage": [
                {"name": stage["name"], "action": [_read_action(one) for one in stage["actions"]]}
                for stage in pipeline["stages"]
            ],
            "trigger_all": [],
            "tags_all": {tag["key"]: tag["value"] for tag in client.list_tags_for_resource(resourceArn=arn)["tags"]},
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Say all of it again; change tags."""
        client = self.client("codepipeline")
        if changed - {"tags", "tags_all"}:
            client.update_pipeline(pipeline=_pipeline(planned))
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(resourceArn=prior["arn"], tagKeys=gone)
            client.tag_resource(resourceArn=prior["arn"], tags=_tags(planned))

    def delete(self, state: State) -> None:
        """Delete the pipeline."""
        self.client("codepipeline").delete_pipeline(name=state["name"])


def _pipeline(planned: State) -> dict[str, Any]:
    return {
        "name": planned["name"],
        "roleArn": planned["role_arn"],
        "pipelineType": planned["pipeline_type"],
        "executionMode": planned["execution_mode"],
        "artifactStore": write(only(planned["artifact_store"]), STORE),
        "stages": [
            {"name": stage["name"], "actions": [_action(one) for one in stage["action"]]} for stage in planned["stage"]
        ],
    }


def _action(action: State) -> dict[str, Any]:
    return {
        **write({name: value for name, value in action.items() if value != ""}, ACTION),
        "actionTypeId": write(action, KIND),
        **{member: [{"name": one} for one in action[name] or ()] for name, member in ARTIFACTS.items()},
    }


def _read_action(action: dict[str, Any]) -> State:
    return {
        **read(action, ACTION),
        **read(action["actionTypeId"], KIND),
        **{name: [one["name"] for one in action.get(member, ())] for name, member in ARTIFACTS.items()},
    }


def _tags(planned: State) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted((planned["tags_all"] or {}).items())]
