"""Publishing: only what changed, assets before pages, stale files last, and a clear error."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from admin_cli.site.publish import PublishReport, SitePublishError, publish
from rollcall_build.site.files import SiteBuild, SiteFile

if TYPE_CHECKING:
    from conftest import FakeCloudFront, FakeS3

FILES = (
    SiteFile("assets/a.0123456789.css", b"p{}"),
    SiteFile("assets/a.css", b"p{}"),
    SiteFile("contact", b"<p>contact"),
    SiteFile("index.html", b"<p>home"),
)
SITE = SiteBuild(Path("out"), FILES)


def changed(key: str, body: bytes) -> SiteBuild:
    return replace(SITE, files=tuple(replace(file, body=body) if file.key == key else file for file in FILES))


def without(key: str) -> SiteBuild:
    return replace(SITE, files=tuple(file for file in FILES if file.key != key))


def to(s3: "FakeS3", site: SiteBuild = SITE) -> PublishReport:
    return publish(site, bucket="site", s3_client=s3)


def test_publish__stores_each_file_with_its_headers(s3: "FakeS3") -> None:
    report = to(s3)
    assert set(report.uploaded) == {file.key for file in FILES}
    page = s3.objects["contact"]
    assert page["Body"] == b"<p>contact"
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["CacheControl"] == FILES[2].cache_control
    assert page["Metadata"] == {"sha256": FILES[2].sha256}


def test_publish__uploads_assets_before_pages(s3: "FakeS3") -> None:
    to(s3)
    assert [key for _, key in s3.calls] == ["assets/a.0123456789.css", "assets/a.css", "contact", "index.html"]


def test_publish__uploads_nothing_the_second_time(s3: "FakeS3") -> None:
    to(s3)
    s3.calls.clear()
    report = to(s3)
    assert s3.calls == []
    assert report.uploaded == ()
    assert len(report.unchanged) == len(FILES)
    assert str(report) == "site unchanged, 4 files"


def test_publish__uploads_only_what_changed(s3: "FakeS3") -> None:
    to(s3)
    report = to(s3, changed("contact", b"<p>new"))
    assert report.uploaded == ("contact",)
    assert report.uploaded_bytes == 6
    assert str(report) == "site: 1 file uploaded (6 B)"


@pytest.mark.parametrize(
    "damage",
    [
        {"ETag": '"00000000000000000000000000000000"'},
        {"CacheControl": "no-cache"},
        {"ContentType": "text/plain"},
        {"Metadata": {}},
    ],
)
def test_publish__restores_files_that_others_changed(s3: "FakeS3", damage: dict[str, object]) -> None:
    to(s3)
    s3.objects["contact"] |= damage
    assert to(s3).uploaded == ("contact",)


@pytest.mark.parametrize(
    "stored", [{"ETag": '"0123-2"'}, {"ETag": '"0123"', "ServerSideEncryption": "aws:kms"}], ids=["parts", "kms"]
)
def test_publish__uses_the_digest_if_an_etag_is_not_an_md5(s3: "FakeS3", stored: dict[str, object]) -> None:
    to(s3)
    s3.objects["contact"] |= stored
    assert to(s3).uploaded == ()


def test_publish__reads_a_long_list_to_its_end(small_s3: "FakeS3") -> None:
    to(small_s3)
    assert to(small_s3).uploaded == ()


def test_publish__deletes_stale_files_last(s3: "FakeS3", cloudfront: "FakeCloudFront") -> None:
    to(s3)
    s3.objects["assets/old.css"] = s3.objects["assets/a.css"]
    s3.objects["old-page"] = s3.objects["contact"]
    s3.calls.clear()
    report = publish(
        changed("contact", b"<p>new"), bucket="site", s3_client=s3, cloudfront_client=cloudfront, distribution_id="D1"
    )
    assert s3.calls == [("put", "contact"), ("delete", "old-page"), ("invalidate", "D1"), ("delete", "assets/old.css")]
    assert report.deleted == ("assets/old.css", "old-page")
    assert report.invalidated == ("/contact", "/old-page")


def test_publish__keeps_stale_files_on_request(s3: "FakeS3") -> None:
    to(s3)
    report = publish(without("contact"), bucket="site", s3_client=s3, delete_stale=False)
    assert report.deleted == ()
    assert "contact" in s3.objects


def test_publish__invalidates_only_changed_pages(s3: "FakeS3", cloudfront: "FakeCloudFront") -> None:
    def published(site: SiteBuild) -> PublishReport:
        return publish(
            site,
            bucket="site",
            s3_client=s3,
            cloudfront_client=cloudfront,
            distribution_id="D1",
            new_caller_reference=lambda: "ref",
        )

    published(SITE)
    published(SITE)
    assert len(cloudfront.batches) == 1
    published(changed("assets/a.css", b"q{}"))
    assert len(cloudfront.batches) == 1
    report = published(changed("index.html", b"<p>new"))
    assert report.invalidated == ("/", "/index.html")
    assert cloudfront.batches[-1] == {"Paths": {"Quantity": 2, "Items": ["/", "/index.html"]}, "CallerReference": "ref"}


def test_publish__reports_a_missing_bucket(s3: "FakeS3") -> None:
    with pytest.raises(
        SitePublishError, match=r"Could not list the bucket elsewhere: The specified bucket does not exist"
    ):
        publish(SITE, bucket="elsewhere", s3_client=s3)


def test_publish__reports_what_could_not_be_deleted(s3: "FakeS3") -> None:
    to(s3)
    s3.refuse_deletion_of = "contact"
    with pytest.raises(SitePublishError, match="Could not delete contact from the bucket site: Access Denied"):
        to(s3, without("contact"))
