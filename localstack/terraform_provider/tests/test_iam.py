"""Roles and policies, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

ROLE, INLINE = "aws_iam_role", "aws_iam_role_policy"
POLICY = "aws_iam_policy"
ATTACHMENT, OPENID = "aws_iam_role_policy_attachment", "aws_iam_openid_connect_provider"
BOUNDARY = "arn:aws:iam::aws:policy/AdministratorAccess"


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def document(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "assume_role_policy": trust("lambda.amazonaws.com"), **more}


def test_role__arrives_whole(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = role(
        "whole", path="/forms/", description="Runs it", max_session_duration=7200, permissions_boundary=BOUNDARY,
        tags={"Part": "submit"},
    )  # fmt: skip

    state = tf.apply(ROLE, config)

    found = aws("iam").get_role(RoleName="whole")["Role"]
    assert (found["Path"], found["Description"], found["MaxSessionDuration"]) == ("/forms/", "Runs it", 7200)
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    assert found["AssumeRolePolicyDocument"] == json.loads(config["assume_role_policy"])
    assert found["Tags"] == [{"Key": "Part", "Value": "submit"}]
    assert state["arn"] == found["Arn"]
    assert tf.changes(ROLE, state, config) == set()


def test_role__update_changes_every_part_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    before = role("changes", description="Old", permissions_boundary=BOUNDARY, tags={"Old": "1"})
    state = tf.apply(ROLE, before)
    after = {
        "name": "changes", "assume_role_policy": trust("edgelambda.amazonaws.com"), "max_session_duration": 3601,
        "tags": {"New": "2"},
    }  # fmt: skip

    updated = tf.apply(ROLE, after, state)

    found = aws("iam").get_role(RoleName="changes")["Role"]
    assert found["RoleId"] == state["unique_id"]
    assert found["Description"] == ""
    assert "PermissionsBoundary" not in found
    assert found["MaxSessionDuration"] == 3601
    assert found["AssumeRolePolicyDocument"] == json.loads(after["assume_role_policy"])
    assert found["Tags"] == [{"Key": "New", "Value": "2"}]
    assert tf.changes(ROLE, updated, after) == set()


def test_role__import_then_plan_shows_no_change(tf: Harness) -> None:
    config = role("imported", description="Runs it", path="/x/", tags={"Part": "a"})
    tf.apply(ROLE, config)

    assert tf.import_then_plan(ROLE, "imported", config) == set()


def test_role__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = role("drifts", description="Runs it")
    state = tf.apply(ROLE, config)

    aws("iam").update_assume_role_policy(RoleName="drifts", PolicyDocument=trust("ec2.amazonaws.com"))
    aws("iam").update_role_description(RoleName="drifts", Description="By hand")

    assert tf.changes(ROLE, state, config) == {"assume_role_policy", "description"}
    assert tf.changes(ROLE, tf.apply(ROLE, config, state), config) == set()


def test_role__another_spelling_of_the_same_policy_is_no_change(tf: Harness) -> None:
    config = role("spelled")
    state = tf.apply(ROLE, config)

    respelled = json.dumps(json.loads(config["assume_role_policy"]), indent=2)

    assert tf.changes(ROLE, state, {**config, "assume_role_policy": respelled}) == set()


def test_role__path_replaces(tf: Harness) -> None:
    state = tf.apply(ROLE, role("moves"))

    assert tf.plan(ROLE, state, role("moves", path="/x/"))[1] == ["path"]


def test_role__a_prefix_makes_a_name(tf: Harness) -> None:
    config = {"name_prefix": "made-", "assume_role_policy": trust("lambda.amazonaws.com")}

    state = tf.apply(ROLE, config)

    assert state["name"].startswith("made-")
    assert tf.changes(ROLE, state, config) == set()
    assert tf.import_then_plan(ROLE, state["name"], config) == set()


def test_role__force_detach_deletes_what_is_in_it_and_on_it(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(ROLE, role("full", force_detach_policies=True))
    aws("iam").put_role_policy(RoleName="full", PolicyName="p", PolicyDocument=document("s3:GetObject"))
    aws("iam").attach_role_policy(RoleName="full", PolicyArn=BOUNDARY)

    tf.destroy(ROLE, state)

    assert tf.refresh(ROLE, state) is None


def test_role__an_inline_policy_block_is_refused(tf: Harness) -> None:
    config = role("refused", inline_policy=[{"name": "p", "policy": document("s3:GetObject")}])

    with pytest.raises(ProviderRefusedError, match=r"aws_iam_role: .*inline_policy\.name"):
        tf.plan(ROLE, None, config)


def test_role_policy__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    tf.apply(ROLE, role("holder"))
    config = {"name": "work", "role": "holder", "policy": document("s3:GetObject")}
    state = tf.apply(INLINE, config)
    found = aws("iam").get_role_policy(RoleName="holder", PolicyName="work")["PolicyDocument"]
    assert found == json.loads(config["policy"])
    assert tf.import_then_plan(INLINE, "holder:work", config) == set()

    config["policy"] = document("s3:PutObject")
    state = tf.apply(INLINE, config, state)

    found = aws("iam").get_role_policy(RoleName="holder", PolicyName="work")["PolicyDocument"]
    assert found == json.loads(config["policy"])
    assert tf.changes(INLINE, state, config) == set()


def test_role_policy__drift_is_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    tf.apply(ROLE, role("drifting-holder"))
    config = {"name": "work", "role": "drifting-holder", "policy": document("s3:GetObject")}
    state = tf.apply(INLINE, config)

    aws("iam").put_role_policy(RoleName="drifting-holder", PolicyName="work", PolicyDocument=document("s3:*"))

    assert tf.changes(INLINE, state, config) == {"policy"}


def test_policy__arrives_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "managed", "path": "/p/", "description": "Reads", "policy": document("s3:GetObject"),
        "tags": {"a": "b"},
    }  # fmt: skip

    state = tf.apply(POLICY, config)

    found = aws("iam").get_policy(PolicyArn=state["arn"])["Policy"]
    assert (found["Path"], found["Description"], found["Tags"]) == ("/p/", "Reads", [{"Key": "a", "Value": "b"}])
    assert tf.import_then_plan(POLICY, state["arn"], config) == set()


def test_policy__every_update_is_a_new_default_version_and_never_a_sixth(
    tf: Harness, aws: Callable[[str], Any]
) -> None:
    config = {"name": "versions", "policy": document("s3:Get0"), "tags": {"a": "b"}}
    state = tf.apply(POLICY, config)

    for number in range(1, 8):
        config |= {"policy": document(f"s3:Get{number}"), "tags": {"n": str(number)}}
        state = tf.apply(POLICY, config, state)

    arn = state["arn"]
    versions = aws("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    default = aws("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = aws("iam").get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    assert len(versions) == 5
    assert found == json.loads(document("s3:Get7"))
    assert aws("iam").get_policy(PolicyArn=arn)["Policy"]["Tags"] == [{"Key": "n", "Value": "7"}]
    assert tf.changes(POLICY, state, config) == set()


def test_policy__drift_of_the_default_version_is_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"name": "drifting", "policy": document("s3:GetObject")}
    state = tf.apply(POLICY, config)

    aws("iam").create_policy_version(PolicyArn=state["arn"], PolicyDocument=document("s3:*"), SetAsDefault=True)

    assert tf.changes(POLICY, state, config) == {"policy"}


def test_attachment__arrives_imports_and_goes(tf: Harness, aws: Callable[[str], Any]) -> None:
    tf.apply(ROLE, role("holder"))
    policy = tf.apply(POLICY, {"name": "held", "policy": document("s3:GetObject")})
    config = {"role": "holder", "policy_arn": policy["arn"]}

    def attached() -> list[str]:
        answer = aws("iam").list_attached_role_policies(RoleName="holder")
        return [one["PolicyArn"] for one in answer["AttachedPolicies"]]

    state = tf.apply(ATTACHMENT, config)

    assert attached() == [policy["arn"]]
    assert tf.changes(ATTACHMENT, state, config) == set()
    assert tf.import_then_plan(ATTACHMENT, f"holder/{policy['arn']}", config) == set()
    aws("iam").detach_role_policy(RoleName="holder", PolicyArn=policy["arn"])
    assert tf.refresh(ATTACHMENT, state) is None
    tf.destroy(ATTACHMENT, tf.apply(ATTACHMENT, config))
    assert attached() == []


def test_openid_provider__arrives_imports_and_goes(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"url": "https://tokens.kuggen.se", "client_id_list": ["sts.amazonaws.com"], "tags": {"Part": "ci"}}

    state = tf.apply(OPENID, config)

    found = aws("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=state["arn"])
    assert found["ClientIDList"] == ["sts.amazonaws.com"]
    assert found["Tags"] == [{"Key": "Part", "Value": "ci"}]
    assert tf.changes(OPENID, state, config) == set()
    assert tf.import_then_plan(OPENID, state["arn"], config) == set()
    with pytest.raises(ProviderRefusedError, match="can't tag a provider that exists"):
        tf.plan(OPENID, state, config | {"tags": {"Part": "delivery"}})
    tf.destroy(OPENID, state)
    assert tf.refresh(OPENID, state) is None
