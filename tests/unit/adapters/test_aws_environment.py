"""What our own client makes of the SDKs' settings: the endpoint that botocore would use, or a refusal."""

from __future__ import annotations

import functools
from typing import Any

import botocore.endpoint_provider
import botocore.loaders
import pytest
from shipped import ROOT

from registration_core.adapters.dynamodb.wire import (
    DYNAMODB,
    SECRETS,
    Service,
    endpoint_from_environment,
    wire_call_from_environment,
)
from registration_core.domain.errors import SettingsError

LOADER = botocore.loaders.Loader()
PARTITIONS = LOADER.load_data("partitions")
REGIONS = [region for partition in PARTITIONS["partitions"] for region in partition["regions"]]
IN_LAMBDA = {"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
SERVICES = pytest.mark.parametrize("service", [DYNAMODB, SECRETS], ids=lambda service: service.name)
GUIDE = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")


@functools.cache
def rules(service: str) -> Any:
    """Return AWS's rules for a service's endpoints."""
    rule_set = LOADER.load_service_model(service, "endpoint-rule-set-1")
    return botocore.endpoint_provider.EndpointProvider(rule_set, PARTITIONS)


def by_botocore(service: Service, region: str, **settings: Any) -> str:
    return str(rules(service.name).resolve_endpoint(Region=region, **settings).url)


@SERVICES
def test_endpoint__is_botocores_in_every_region(service: Service) -> None:
    """In China, GovCloud, Europe's sovereign cloud and the closed partitions too."""
    ours = {region: endpoint_from_environment({}, region, service) for region in REGIONS if "global" not in region}

    assert ours == {region: by_botocore(service, region) for region in ours}
    assert ours["cn-north-1"] == f"https://{service.name}.cn-north-1.amazonaws.com.cn"
    assert ours["eusc-de-east-1"] == f"https://{service.name}.eusc-de-east-1.amazonaws.eu"


@SERVICES
@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({"AWS_ENDPOINT_URL": "http://localhost:1"}, "http://localhost:1"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_{}": "http://b:2"}, "http://b:2"),
        ({"AWS_ENDPOINT_URL_{}": "https://dynamodb.eu-north-1.api.aws"}, "https://dynamodb.eu-north-1.api.aws"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "https://{}"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, "http://a:1"),
    ],
)
def test_endpoint__may_be_named_as_for_the_sdks(service: Service, environ: dict[str, str], endpoint: str) -> None:
    """A dual-stack, FIPS, account-based or private endpoint is named this way."""
    variable = {"dynamodb": "DYNAMODB", "secretsmanager": "SECRETS_MANAGER"}[service.name]
    environ = {name.format(variable): value for name, value in environ.items()}

    assert endpoint_from_environment(environ, "eu-north-1", service) == endpoint.format(
        f"{service.name}.eu-north-1.amazonaws.com"
    )


@SERVICES
@pytest.mark.parametrize(
    "setting",
    [
        {"HTTPS_PROXY": "http://proxy.example:3128"},
        {"https_proxy": "http://proxy.example:3128"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "True"},
        {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_setting__that_only_the_sdks_follow_is_refused(service: Service, setting: dict[str, str]) -> None:
    """It names the way out, which works; nothing connects past a proxy or to another endpoint unnoticed."""
    (name,) = setting
    with pytest.raises(SettingsError) as caught:
        wire_call_from_environment(IN_LAMBDA | setting, service=service)

    assert str(caught.value) == (
        f"{name} is set, which Rollcall's own AWS client does not follow. Name the endpoint that it should connect to "
        f"in {service.variable}, such as https://{service.name}.eu-north-1.amazonaws.com."
    )
    assert name.upper() in GUIDE
    named = {service.variable: f"https://{service.name}.eu-north-1.amazonaws.com"}
    assert wire_call_from_environment(IN_LAMBDA | setting | named, service=service)


@pytest.mark.parametrize(
    "setting",
    [
        {"AWS_USE_FIPS_ENDPOINT": "false", "AWS_USE_DUALSTACK_ENDPOINT": ""},
        {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "preferred", "AWS_ACCOUNT_ID": "111122223333"},
        {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"},
    ],
)
def test_setting__that_changes_nothing_is_accepted(setting: dict[str, str]) -> None:
    """Without `required`, the SDKs only prefer an account's own endpoint; the region's serves every account."""
    assert wire_call_from_environment(IN_LAMBDA | setting)
    account = {"AccountId": "111122223333", "AccountIdEndpointMode": "preferred"}
    assert by_botocore(DYNAMODB, "eu-north-1", **account) == "https://111122223333.ddb.eu-north-1.amazonaws.com"
    assert by_botocore(DYNAMODB, "eu-north-1", AccountIdEndpointMode="preferred") == (
        "https://dynamodb.eu-north-1.amazonaws.com"
    )


@pytest.mark.parametrize("missing", ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_credentials__elsewhere_than_in_the_environment_are_refused(missing: str) -> None:
    """A function with SnapStart gets its credentials from an address, and new ones while it runs."""
    environ = IN_LAMBDA | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.100.1/creds"}
    del environ[missing]

    with pytest.raises(SettingsError, match=f"variable '{missing.replace('REGION', 'DEFAULT_REGION')}' is not set"):
        wire_call_from_environment(environ)
