"""Data sources: where Terraform runs, and a secret that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.resource import data_source

if TYPE_CHECKING:
    from standin.resource import Provider
    from standin.values import State


@data_source("aws_caller_identity")
def caller_identity(provider: Provider, _config: State) -> State:
    """Return whose credentials these are, as the emulator reports. Documentation page caller_identity."""
    answer = provider.client("sts").get_caller_identity()
    return {
        "id": answer["Account"],
        "account_id": answer["Account"],
        "arn": answer["Arn"],
        "user_id": answer["UserId"],
    }


@data_source("aws_region")
def region(provider: Provider, _config: State) -> State:
    """Return the provider's region. Documentation page region; `name` is the deprecated name for `region`."""
    name = provider.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
        "description": name,
    }


@data_source("aws_partition")
def partition(provider: Provider, _config: State) -> State:
    """Return the partition: an emulator is the commercial one. Documentation page partition."""
    return {
        "id": provider.partition,
        "partition": provider.partition,
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }


@data_source("aws_secretsmanager_secret_version", supported=("secret_id",))
def secret_version(provider: Provider, config: State) -> State:
    """Return a secret's current value. Documentation page secretsmanager_secret_version."""
    answer = provider.client("secretsmanager").get_secret_value(SecretId=config["secret_id"])
    return {
        "id": f"{config['secret_id']}|AWSCURRENT",
        "arn": answer["ARN"],
        "created_date": answer["CreatedDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": provider.region,
        "secret_arn": answer["ARN"],
        "secret_binary": "",
        "secret_id": config["secret_id"],
        "secret_string": answer.get("SecretString", ""),
        "version_id": answer["VersionId"],
        "version_stage": "AWSCURRENT",
        "version_stages": answer["VersionStages"],
    }
