"""The data sources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

DOCUMENT = "aws_iam_policy_document"


def test_caller_identity__is_what_sts_says(tf: Harness, aws: Callable[[str], Any]) -> None:
    answer = aws("sts").get_caller_identity()

    assert tf.data("aws_caller_identity") == {
        "account_id": answer["Account"],
        "arn": answer["Arn"],
        "id": answer["Account"],
        "user_id": answer["UserId"],
    }


def test_region_and_partition__are_the_provider_s(tf: Harness) -> None:
    assert tf.data("aws_region")["region"] == "eu-north-1"
    assert tf.data("aws_partition")["dns_suffix"] == "amazonaws.com"


def test_secret_version__is_the_current_value(tf: Harness, aws: Callable[[str], Any]) -> None:
    made = aws("secretsmanager").create_secret(Name="github-token", SecretString="one")
    aws("secretsmanager").put_secret_value(SecretId="github-token", SecretString="two")

    read = tf.data("aws_secretsmanager_secret_version", {"secret_id": "github-token"})

    assert (read["secret_string"], read["arn"], read["version_stages"]) == ("two", made["ARN"], ["AWSCURRENT"])
    aws("secretsmanager").delete_secret(SecretId="github-token", ForceDeleteWithoutRecovery=True)


def test_policy_document__is_written_as_the_aws_provider_writes_it(tf: Harness) -> None:
    statement = {
        "sid": "Table",
        "actions": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "resources": ["arn:aws:dynamodb:*:*:table/&{aws:username}"],
        "principals": [{"type": "AWS", "identifiers": ["a"]}, {"type": "Service", "identifiers": ["b", "c"]}],
        "condition": [{"test": "StringLike", "variable": "aws:x", "values": ["<1>", "2"]}],
    }

    document = tf.data(DOCUMENT, {"statement": [statement]})

    assert (
        document["json"]
        == """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Table",
      "Effect": "Allow",
      "Action": [
        "dynamodb:PutItem",
        "dynamodb:GetItem"
      ],
      "Resource": "arn:aws:dynamodb:*:*:table/${aws:username}",
      "Principal": {
        "AWS": "a",
        "Service": [
          "c",
          "b"
        ]
      },
      "Condition": {
        "StringLike": {
          "aws:x": [
            "\\u003c1\\u003e",
            "2"
          ]
        }
      }
    }
  ]
}"""
    )
    assert json.loads(document["minified_json"]) == json.loads(document["json"])


def test_policy_document__everyone_is_a_star(tf: Harness) -> None:
    statement = {"effect": "Deny", "actions": ["s3:*"], "principals": [{"type": "*", "identifiers": ["*"]}]}

    document = json.loads(tf.data(DOCUMENT, {"statement": [statement]})["json"])

    assert document["Statement"] == [{"Effect": "Deny", "Action": "s3:*", "Principal": "*"}]


def test_policy_document__an_override_takes_the_place_of_the_same_sid(tf: Harness) -> None:
    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Allow"}]})
    override = json.dumps({"Statement": {"Sid": "B", "Effect": "Deny"}})
    config = {
        "source_policy_documents": [source],
        "override_policy_documents": [override],
        "statement": [{"sid": "A", "effect": "Deny"}, {"sid": "C"}],
    }

    statements = json.loads(tf.data(DOCUMENT, config)["json"])["Statement"]

    assert [(statement["Sid"], statement["Effect"]) for statement in statements] == [
        ("A", "Deny"),
        ("B", "Deny"),
        ("C", "Allow"),
    ]


def test_policy_document__two_statements_of_one_sid_are_an_error(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match=r"duplicate Sid \(A\)"):
        tf.data(DOCUMENT, {"statement": [{"sid": "A"}, {"sid": "A"}]})


def test_policy_document__argument_that_is_not_carried_out_is_an_error(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="doesn't carry out the argument source_json"):
        tf.data(DOCUMENT, {"source_json": "{}"})
