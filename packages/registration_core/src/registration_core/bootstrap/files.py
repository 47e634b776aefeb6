"""Files: the function that examines uploads, the links to them, and exported files."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

from registration_core.bootstrap import form_catalogue
from registration_core.bootstrap.connections import functions_table, sdk_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from registration_core.adapters.exported_files import ExportedFiles
    from registration_core.services.file_links import FileLinks
    from registration_core.services.receive_files import ReceiveFilesService
    from registration_core.settings import FilesSettings, StaffSettings


#: Seconds that a scanner may take for one file: below the time-out of the function files.
SCANNED_WITHIN_S = 240


def receive_files_service(settings: FilesSettings) -> ReceiveFilesService:
    """Return the service of files."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.adapters.s3_files import LambdaScanner, S3Files
    from registration_core.services.receive_files import ReceiveFilesService

    clock, scanner = SystemClock(), None
    if settings.files_scanner:
        scanner = LambdaScanner(
            sdk_client("lambda", read_timeout=SCANNED_WITHIN_S), settings.files_scanner, settings.files_bucket
        )
    return ReceiveFilesService(
        forms=form_catalogue(settings),
        repository=ManagedDynamoRepository(functions_table(settings.table), clock=clock),
        store=S3Files(sdk_client("s3", signature_version="s3v4"), settings.files_bucket),
        scanner=scanner,
        clock=clock,
    )


def file_links(s3_client: Any, bucket: str) -> FileLinks:  # noqa: ANN401 - boto3 ships no types
    """Return what links to the files in a bucket. s3_client: signs with version 4."""
    from registration_core.adapters.clock import SystemClock
    from registration_core.adapters.s3_files import S3Files
    from registration_core.services.file_links import SignedFileLinks

    return SignedFileLinks(S3Files(s3_client, bucket), clock=SystemClock())


def functions_file_links(settings: StaffSettings) -> FileLinks:
    """Return the links of the function staff. Raises NoFilesError if the stack accepts no files."""
    from registration_core.domain.file_errors import NoFilesError

    if not settings.files_bucket:
        raise NoFilesError
    return file_links(sdk_client("s3", signature_version="s3v4"), settings.files_bucket)


def exported_files(settings: StaffSettings) -> ExportedFiles:
    """Return the exported files of the function staff. It loads the SDK, which only exports need."""
    from registration_core.adapters.exported_files import ExportedFiles

    return ExportedFiles(sdk_client("s3", signature_version="s3v4"), settings.exports_bucket)
