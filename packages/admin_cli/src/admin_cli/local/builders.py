"""The local system's builders: the zip, the site and the forms, as a deployment to AWS makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.site.publish import publish
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.bootstrap.connections import staff_table
from rollcall_build.forms.files import compile_forms
from rollcall_build.package import build_package
from rollcall_build.site.build import build
from rollcall_build.site.desk import Desk

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace


class LocalBuilders:
    """What `rollcall local up` puts into the emulator; see rollcall_local.stack.Builders."""

    def build_package(self, workspace: Workspace) -> str:
        """Write the functions' zip; say what changed. Raises FormFileError for a mistake in a form file."""
        report = build_package(workspace.sources, workspace.package)
        return f"zip {'built' if report.changed else 'unchanged'}, {report.size_bytes // 1000} kB"

    def publish_forms(self, workspace: Workspace, outputs: dict[str, Any], dynamodb: Any) -> str:  # noqa: ANN401 - boto3
        """Store the compiled forms with the stack."""
        forms = compile_forms(workspace.sources.forms)
        stored = StoredForms(staff_table(dynamodb, outputs["table"]))
        changed = stored.store(forms)
        retired = [name for name in stored.read() if name not in forms]
        also = f"; retired: {', '.join(retired)}" if retired else ""
        return f"{', '.join(forms)}: {'stored ' + ', '.join(changed) if changed else 'unchanged'}{also}"

    def publish_site(self, workspace: Workspace, outputs: dict[str, Any], s3: Any) -> str:  # noqa: ANN401 - boto3
        """Build the site and upload what changed to the stack's bucket."""
        out = workspace.state / "site"
        addresses = {"api_url": outputs["api_url"], "site_url": outputs["site_url"]}
        site = build(workspace.sources, **addresses, out=out, desk=Desk.from_mapping(outputs.get("desk")))
        return str(publish(site, bucket=outputs["site_bucket"], s3_client=s3))
