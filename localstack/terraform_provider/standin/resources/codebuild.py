"""CodeBuild projects, as a pipeline uses them.

Replacement and defaults: terraform-provider-aws, website/docs/r/codebuild_project.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource

from .blocks import only
from .members import Members, paths, read, write

if TYPE_CHECKING:
    from standin.values import State

ENVIRONMENT: Members = {
    "type": ("type", None),
    "compute_type": ("computeType", None),
    "image": ("image", None),
    "image_pull_credentials_type": ("imagePullCredentialsType", "CODEBUILD"),
    "privileged_mode": ("privilegedMode", False),
}
VARIABLE: Members = {"name": ("name", None), "value": ("value", None), "type": ("type", "PLAINTEXT")}
SOURCE: Members = {"type": ("type", None), "buildspec": ("buildspec", None)}
ARTIFACTS: Members = {"type": ("type", None)}
LOGS: Members = {"group_name": ("groupName", None), "status": ("status", "ENABLED")}


@resource
class Project(Resource):
    """A project. A change replaces all that it says."""

    type = "aws_codebuild_project"
    supported = frozenset({
        "name", "description", "service_role", "build_timeout", "queued_timeout",
        *paths("environment", ENVIRONMENT), *paths("environment.environment_variable", VARIABLE),
        *paths("source", SOURCE), *paths("artifacts", ARTIFACTS), *paths("logs_config.cloudwatch_logs", LOGS),
    })  # fmt: skip
    force_new = frozenset({"name"})
    defaults: ClassVar = {
        "badge_enabled": False,
        "build_timeout": 60,
        "project_visibility": "PRIVATE",
        "queued_timeout": 480,
        "environment.image_pull_credentials_type": "CODEBUILD",
        "environment.privileged_mode": False,
        "environment.environment_variable.type": "PLAINTEXT",
        "logs_config.cloudwatch_logs.status": "ENABLED",
    }

    def create(self, planned: State) -> State:
        """Create the project."""
        project = self.client("codebuild").create_project(**_project(planned))["project"]
        return {"id": project["arn"], "arn": project["arn"]}

    def read(self, state: State) -> State | None:
        """Read the project by its ARN."""
        projects = self.client("codebuild").batch_get_projects(names=[state["arn"] or state["id"]])["projects"]
        if not projects:
            return None
        (project,) = projects
        environment = project["environment"]
        logs = project.get("logsConfig", {}).get("cloudWatchLogs")
        return {
            "id": project["arn"],
            "arn": project["arn"],
            "name": project["name"],
            "auto_retry_limit": 0,
            "badge_enabled": False,
            "badge_url": "",
            "build_timeout": project["timeoutInMinutes"],
            "description": project.get("description", ""),
            "encryption_key": project["encryptionKey"],
            "project_visibility": "PRIVATE",
            "public_project_alias": "",
            "queued_timeout": project["queuedTimeoutInMinutes"],
            "service_role": project["serviceRole"],
            "environment": [
                read(environment, ENVIRONMENT)
                | {"environment_variable": [read(one, VARIABLE) for one in environment["environmentVariables"]]}
            ],
            "source": [read(project["source"], SOURCE)],
            "artifacts": [read(project["artifacts"], ARTIFACTS)],
            "logs_config": [{"cloudwatch_logs": [read(logs, LOGS)]}] if logs else [],
            "tags_all": {tag["key"]: tag["value"] for tag in project.get("tags") or ()},
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - said as a whole
        """Say all of it again."""
        self.client("codebuild").update_project(**_project(planned))

    def delete(self, state: State) -> None:
        """Delete the project."""
        self.client("codebuild").delete_project(name=state["name"])


def _project(planned: State) -> dict[str, Any]:
    environment = only(planned["environment"])
    logs = only(only(planned["logs_config"]).get("cloudwatch_logs"))
    return {
        "name": planned["name"],
        "description": planned["description"] or "",
        "serviceRole": planned["service_role"],
        "timeoutInMinutes": planned["build_timeout"],
        "queuedTimeoutInMinutes": planned["queued_timeout"],
        "source": write(only(planned["source"]), SOURCE),
        "artifacts": write(only(planned["artifacts"]), ARTIFACTS),
        "environment": write(environment, ENVIRONMENT)
        | {"environmentVariables": [write(one, VARIABLE) for one in environment["environment_variable"]]},
        "logsConfig": {"cloudWatchLogs": write(logs, LOGS)} if logs else {},
        "tags": [{"key": key, "value": value} for key, value in sorted((planned["tags_all"] or {}).items())],
    }
