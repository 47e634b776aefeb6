"""A small site to build, and a fake bucket and distribution."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from shipped import copied_sources

from registration_core.domain.forms import Form
from rollcall_build.site.build import render
from rollcall_build.site.files import SiteFile
from rollcall_build.sources import Sources

ROOT = Path(__file__).resolve().parents[3]


def english(text: str) -> dict[str, str]:
    return {"en": text}


REGISTRATION: dict[str, Any] = {
    "name": "registration",
    "version": "0" * 12,
    "id_prefix": "reg",
    "languages": ["en"],
    "title": english("Register"),
    "email_field": "email",
    "retention_days": 30,
    "fields": [
        {
            "name": "course",
            "type": "choice",
            "required": True,
            "label": english("Which course?"),
            "options": [
                {"value": "rovers", "label": english("Rovers"), "hint": english("Mondays")},
                {"value": "arms", "label": english("Arms & grippers")},
            ],
        },
        {"name": "name", "type": "text", "label": english("Name"), "required": True, "autocomplete": "name"},
        {
            "name": "email",
            "type": "email",
            "label": english("E-mail"),
            "hint": english("We write here"),
            "required": True,
        },
        {"name": "phone", "type": "phone", "label": english("Phone")},
        {"name": "born", "type": "date", "label": english("Born"), "minimum": "2000-01-01", "maximum": "today-9y"},
        {"name": "robots", "type": "number", "label": english("Robots built")},
        {
            "name": "tools",
            "type": "choices",
            "label": english("Tools"),
            "options": [{"value": "saw", "label": english("Saw")}, {"value": "drill", "label": english("Drill")}],
        },
        {"name": "notes", "type": "textarea", "label": english("Notes <b>"), "max_length": 500},
        {"name": "consent", "type": "consent", "label": english("I agree"), "required": True},
    ],
}
CONTACT: dict[str, Any] = REGISTRATION | {"name": "contact", "fields": REGISTRATION["fields"][1:3]}


@pytest.fixture
def forms() -> dict[str, Form]:
    return {name: Form.from_dict(data) for name, data in (("contact", CONTACT), ("registration", REGISTRATION))}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A clone with the shipped templates and words, and with the courses of the small form."""
    copied = copied_sources(tmp_path / "clone")
    for language in ("en", "sv"):
        content = copied.site / f"{language}.toml"
        before, _, after = content.read_text().partition("[courses.options.first-robot]\n")
        rovers = '[courses.options.rovers]\nbadge = "Start here"\n'
        content.write_text(before + rovers + after[after.index("\n[forms.any]") :])
    return copied


@pytest.fixture
def files(sources: Sources, forms: dict[str, Form]) -> dict[str, SiteFile]:
    """The small site's files, by key."""
    made = render(sources, forms, api_url="https://api.example/v1", site_url="https://site.example")
    return {file.key: file for file in made}


class FakeS3:
    """A bucket as publishing sees it; `calls` lists the operations and their keys, in order."""

    def __init__(self, page_size: int = 1000) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.refuse_deletion_of: str | None = None
        self._page_size = page_size

    def list_objects_v2(self, *, Bucket: str, ContinuationToken: str = "") -> dict[str, Any]:  # noqa: N803 - boto3's names
        if Bucket != "site":
            raise refusal("NoSuchBucket", "The specified bucket does not exist")
        keys = [key for key in sorted(self.objects) if key > ContinuationToken]
        page, rest = keys[: self._page_size], keys[self._page_size :]
        objects = {
            "Contents": [{"Key": key, "ETag": self.objects[key]["ETag"]} for key in page],
            "IsTruncated": bool(rest),
        }
        return objects | ({"NextContinuationToken": page[-1]} if rest else {})

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if Key not in self.objects:
            raise refusal("404", f"Not Found in {Bucket}")
        return self.objects[Key]

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **headers: Any) -> dict[str, Any]:  # noqa: N803, ARG002 - boto3's names
        self.calls.append(("put", Key))
        etag = hashlib.md5(Body, usedforsecurity=False).hexdigest()
        self.objects[Key] = {"Body": Body, "ETag": f'"{etag}"', **headers}
        return {}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803, ARG002 - boto3's names
        for item in Delete["Objects"]:
            if item["Key"] == self.refuse_deletion_of:
                return {"Errors": [{"Key": item["Key"], "Code": "AccessDenied", "Message": "Access Denied"}]}
            self.calls.append(("delete", item["Key"]))
            del self.objects[item["Key"]]
        return {}


class FakeCloudFront:
    """A distribution that records its invalidations, in the same list of calls as the bucket."""

    def __init__(self, calls: list[tuple[str, str]]) -> None:
        self.batches: list[dict[str, Any]] = []
        self._calls = calls

    def create_invalidation(self, *, DistributionId: str, InvalidationBatch: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._calls.append(("invalidate", DistributionId))
        self.batches.append(InvalidationBatch)
        return {}


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture
def small_s3() -> FakeS3:
    """A bucket that lists three keys at a time."""
    return FakeS3(page_size=3)


@pytest.fixture
def cloudfront(s3: FakeS3) -> FakeCloudFront:
    return FakeCloudFront(s3.calls)


@pytest.fixture
def rewrite(sources: Sources) -> Callable[[str, str, str], None]:
    """Replace a text in a file of the organisation's site/, or else of the product's."""

    def replace(name: str, old: str, new: str) -> None:
        path = sources.site / name
        if not path.is_file():
            path = sources.root / "site" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return replace
