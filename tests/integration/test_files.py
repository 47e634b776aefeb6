"""Files on the deployed stack: sent to the bucket, examined, downloaded by staff, and gone with their submission."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from integration.api_requests import send
from integration.policies_deployed import statements_of
from integration.staff import with_policy
from integration.test_staff_policy import without
from registrants import repository
from sent_files import PDF, PROGRAM, bomb

from rollcall_local.credentials import ACCOUNT, client

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff

    from registration_core.domain.submission import Submission


class Applicant:
    """Somebody who sent the form that asks for files."""

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack
        answers = {"name": "Åsa Lindqvist", "email": f"files-{uuid.uuid4().hex[:12]}@example.org"}
        answer = send(stack, "portfolio", answers)
        assert answer.status == 201, answer.json
        self.receipt: dict[str, Any] = answer.json

    def sends(self, content: bytes, name: str = "cv.pdf", question: str = "portfolio") -> int:
        """Post a file to the bucket, and return the status of its answer."""
        grant, boundary = self.receipt["uploads"][question], uuid.uuid4().hex
        fields = grant["fields"] | {"key": grant["fields"]["key"] + str(uuid.uuid4())}
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
        parts.append(f'name="file"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'.encode() + content)
        start = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(start + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(grant["url"], body, headers, method="POST")  # noqa: S310 - the stack's own address
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return int(refusal.code)

    @property
    def submission(self) -> Submission:
        return repository(self._stack).get(self.receipt["id"])

    def has(self, count: int) -> dict[str, tuple[str, str]]:
        """Wait until so many files are recorded, and return each one's state and reason by name."""
        files = wait_until(
            lambda: found if len(found := self.submission.files) >= count else None, what=f"{count} files"
        )
        return {file.name: (file.state.value, file.reason) for file in files}

    def objects(self) -> list[str]:
        """Return the keys of everything in the bucket that is this submission's."""
        bucket = client("s3", self._stack.workspace)
        name = f"rollcall-{self._stack.workspace.stack}-files-{ACCOUNT}"
        listed = bucket.list_objects_v2(Bucket=name).get("Contents", [])
        return [each["Key"] for each in listed if self.receipt["id"] in each["Key"]]


@pytest.mark.needs("form posts")
def test_file__is_kept_downloaded_and_erased(
    deployed: DeployedStack, manager: Staff, reader: Staff, tmp_path: Path
) -> None:
    applicant = Applicant(deployed)
    assert applicant.sends(PDF, "Mitt cv åäö.pdf") == 204
    assert applicant.has(1) == {"Mitt cv åäö.pdf": ("kept", "")}

    reference = applicant.receipt["reference"]
    assert "Mitt cv åäö.pdf" in reader("show", reference).out
    assert "1 file downloaded" in reader("files", reference, "--save", str(tmp_path)).err
    assert (tmp_path / reference / "portfolio-Mitt cv åäö.pdf").read_bytes() == PDF
    assert "0 files downloaded" in reader("files", reference, "--save", str(tmp_path)).err

    assert manager("erase", reference, "--yes").code == 0
    wait_until(lambda: applicant.objects() == [], what="the erased submission's files to go")


@pytest.mark.full
@pytest.mark.needs("form posts", "iam enforced")
def test_download__without_the_right_says_which_one_it_lacks(deployed: DeployedStack, tmp_path: Path) -> None:
    applicant, action = Applicant(deployed), "s3:GetObject"
    applicant.sends(PDF)
    applicant.has(1)
    policy = without(statements_of(deployed, "manager"), action)
    arn = deployed.client("iam").create_policy(PolicyName="no-files", PolicyDocument=policy)["Policy"]["Arn"]
    ran = with_policy(deployed, "no-files", arn)("files", applicant.receipt["reference"], "--save", str(tmp_path))
    assert (ran.code, f"lacks {action}." in ran.err) == (4, True), ran.err


@pytest.mark.needs("form posts")
def test_renamed_program__is_refused_and_deleted(deployed: DeployedStack, reader: Staff) -> None:
    applicant = Applicant(deployed)
    applicant.sends(PROGRAM)
    assert applicant.has(1) == {"cv.pdf": ("refused", "executable")}
    assert "refused: it is a program" in reader("files", applicant.receipt["reference"]).out
    wait_until(lambda: applicant.objects() == [], what="the refused file to go")


@pytest.mark.needs("form posts")
def test_bucket__refuses_what_the_grant_does_not_allow(deployed: DeployedStack) -> None:
    """Too large a file, another place, and a post without a grant."""
    applicant = Applicant(deployed)
    assert applicant.sends(PDF.ljust(1_000_001), question="certificate") == 400
    applicant.receipt["uploads"]["portfolio"]["fields"]["key"] = "kept/prt_1/portfolio/"
    assert applicant.sends(PDF) == 403
    applicant.receipt["uploads"]["portfolio"]["fields"] = {"key": "incoming/x/y/"}
    assert applicant.sends(PDF) == 403
    assert applicant.objects() == []


@pytest.mark.full
@pytest.mark.needs("form posts")
def test_large_files__are_kept_or_refused_in_little_memory(deployed: DeployedStack) -> None:
    """30 MB, and a document of 300 KB that unpacks to 300 MB."""
    applicant = Applicant(deployed)
    assert applicant.sends(PDF.ljust(30_000_000), "large.pdf") == 204
    assert applicant.sends(bomb(300), "bomb.docx") == 204
    assert applicant.has(2) == {"large.pdf": ("kept", ""), "bomb.docx": ("refused", "bomb")}
