"""What Terraform sets and reads back, and moto drops or leaves out of its answers.

Each function removes one difference. AWS's API reference names every member that they add.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.apigateway.models import APIGatewayBackend
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.urls import url_paths as gateway_paths
from moto.awslambda.models import LambdaFunction
from moto.cloudfront.models import Origin
from moto.codebuild import responses as codebuild
from moto.logs.models import LogGroup
from moto.secretsmanager.models import FakeSecret
from moto.ses.models import ConfigurationSet
from moto.sesv2.models import SESV2Backend
from moto.sqs.models import Queue

if TYPE_CHECKING:
    from collections.abc import Callable

Members = dict[str, Any]


def bridge() -> None:
    """Remove all of these differences."""
    name_the_class_of_log_groups()
    accept_integrations_without_an_address()
    tag_rest_apis()
    return_where_functions_log()
    keep_what_was_not_set_of_queues()
    keep_labels_of_older_versions()
    answer_for_mail_as_it_was_set()
    keep_how_an_origin_is_reached()
    change_projects_and_build_for_pipelines()


def name_the_class_of_log_groups() -> None:
    """DescribeLogGroups returns logGroupClass."""
    describe = LogGroup.to_describe_dict
    LogGroup.to_describe_dict = lambda self: {**describe(self), "logGroupClass": "STANDARD"}


def accept_integrations_without_an_address() -> None:
    """In an OpenAPI document, an integration of type mock has neither `uri` nor `httpMethod`."""
    put = APIGatewayBackend.put_integration

    def as_in_aws(self: APIGatewayBackend, *, uri: str = "", integration_method: str = "", **more: Any) -> Any:
        return put(self, uri=uri, integration_method=integration_method, **more)

    APIGatewayBackend.put_integration = as_in_aws


def tag_rest_apis() -> None:
    """A REST API has tags too; moto answers for those of stages only."""
    gateway_paths["{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region>[^/]+)::/restapis/(?P<api>[^/]+)$"] = (
        APIGatewayResponse.dispatch
    )

    def for_apis(of_stages: Callable[..., Any], act: Callable[[dict[str, str], APIGatewayResponse], None]) -> Any:
        def as_in_aws(self: APIGatewayResponse) -> Any:
            path = unquote(self.path.split("/tags/")[1]).split(":", 5)[5]
            if "/stages/" in path:
                return of_stages(self)
            api = self.backend.get_rest_api(path.split("/")[2])
            api.tags = dict(api.tags)
            act(api.tags, self)
            return json.dumps({"tags": api.tags})

        return as_in_aws

    def remove(tags: dict[str, str], call: APIGatewayResponse) -> None:
        for key in call.querystring["tagKeys"]:
            tags.pop(key, None)

    def nothing(_tags: dict[str, str], _call: APIGatewayResponse) -> None:
        return

    for name, act in (
        ("get_tags", nothing),
        ("tag_resource", lambda tags, call: tags.update(call._get_param("tags"))),
        ("untag_resource", remove),
    ):
        setattr(APIGatewayResponse, name, for_apis(getattr(APIGatewayResponse, name), act))


def return_where_functions_log() -> None:
    """A function's configuration has LoggingConfig."""
    make, update, describe = (
        LambdaFunction.__init__,
        LambdaFunction.update_configuration,
        LambdaFunction.get_configuration,
    )

    def made(self: LambdaFunction, account_id: str, spec: Members, *more: Any, **named: Any) -> None:
        self.logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{spec['FunctionName']}"}
        self.logging |= spec.get("LoggingConfig", {})
        make(self, account_id, spec, *more, **named)

    def updated(self: LambdaFunction, config_updates: Members) -> Members:
        self.logging |= config_updates.get("LoggingConfig", {})
        return update(self, config_updates)

    LambdaFunction.__init__, LambdaFunction.update_configuration = made, updated
    LambdaFunction.get_configuration = lambda self, on_create=False: {
        **describe(self, on_create),
        "LoggingConfig": self.logging,
    }


def keep_what_was_not_set_of_queues() -> None:
    """SetQueueAttributes changes what it names; moto drops the policy. A queue has RedriveAllowPolicy."""
    write = Queue._set_attributes

    def as_in_aws(self: Queue, attributes: Members, *more: Any) -> None:
        write(self, {"Policy": getattr(self, "policy", None), **attributes}, *more)

    Queue._set_attributes = as_in_aws
    Queue.redrive_allow_policy = None
    Queue.BASE_ATTRIBUTES.append("RedriveAllowPolicy")


def keep_labels_of_older_versions() -> None:
    """A new value moves AWSCURRENT and AWSPREVIOUS; a version keeps its other staging labels.

    Source: AWS Secrets Manager User Guide, "What's in a Secrets Manager secret?".
    """
    replace = FakeSecret.reset_default_version

    def as_in_aws(self: FakeSecret, secret_version: Members, version_id: str) -> None:
        labels = {name: set(version["version_stages"]) for name, version in self.versions.items()}
        replace(self, secret_version, version_id)
        for name, before in labels.items():
            stages = self.versions[name]["version_stages"]
            stages += sorted(before - {"AWSCURRENT", "AWSPREVIOUS", *stages})

    FakeSecret.reset_default_version = as_in_aws


def answer_for_mail_as_it_was_set() -> None:
    """A configuration set says whether it sends, and the tags of an identity are found by its own ARN.

    Source: Service Authorization Reference, "… for Amazon Simple Email Service v2": identity.
    """
    describe, create = ConfigurationSet.to_dict_v2, SESV2Backend.create_email_identity

    def created(self: SESV2Backend, *, email_identity: str, tags: list[dict[str, str]] | None, **more: Any) -> Any:
        arn = f"arn:{self.partition}:ses:{self.region_name}:{self.account_id}:identity/{email_identity}"
        self.core_backend.tagger.tag_resource(arn, tags or [])
        return create(self, email_identity=email_identity, tags=None, **more)

    ConfigurationSet.to_dict_v2 = lambda self: {**describe(self), "SendingOptions": self.enabled}
    SESV2Backend.create_email_identity = created


def keep_how_an_origin_is_reached() -> None:
    """An origin of a distribution has OriginAccessControlId."""
    make = Origin.__init__

    def made(self: Origin, origin: Members) -> None:
        make(self, origin)
        self.origin_access_control_id = origin.get("OriginAccessControlId", "")

    Origin.__init__ = made


def change_projects_and_build_for_pipelines() -> None:
    """A project of a pipeline has no location for source and artifacts, and UpdateProject changes what it names."""
    for name in ("source", "artifacts"):
        check = getattr(codebuild, f"_validate_required_params_{name}")

        def as_in_aws(given: Members, check: Callable[[Members], None] = check) -> None:
            if given["type"] != "CODEPIPELINE":
                check(given)

        setattr(codebuild, f"_validate_required_params_{name}", as_in_aws)

    def update_project(self: codebuild.CodeBuildResponse) -> Any:
        project = self.codebuild_backend.codebuild_projects[self._get_param("name")].project_metadata
        project |= {name: value for name, value in json.loads(self.body).items() if value is not None}
        return codebuild.ActionResult({"project": project})

    codebuild.CodeBuildResponse.update_project = update_project
