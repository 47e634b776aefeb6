"""`rollcall infra`: Terraform on the stack of a context."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from admin_cli.aws import sessions
from admin_cli.confirmation import Yes, answer, can_ask
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import find_sources
from admin_cli.services import of
from admin_cli.terminal.help import Command, noun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from admin_cli.aws.deployments import Deployment
    from admin_cli.aws.terraform import StackTerraform
    from admin_cli.services import Services

app = noun("""
Run Terraform on the context's stack, with its values and state (the organisation's values/) and the
context's credentials. Terraform is initialised if needed. You need a clone of Rollcall, and
Terraform.

Arguments after the verb go to Terraform as they are; its output and its exit code come back as they
are. Ctrl-C goes to Terraform too, and the command waits until it has stopped, so that the state
stays intact.

Examples:
  rollcall infra plan
  rollcall infra apply --context prod
  rollcall infra output site_url
""")

#: Terraform's own options may follow, with one dash as it writes them; -refresh must not be read as -r, -e, … -h.
TAKES_ALL = {"ignore_unknown_options": True, "help_option_names": ["--help"]}

Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="ARG", help="Terraform's own options, passed on as they are.")
]


@app.command(cls=Command, context_settings=TAKES_ALL)
def plan(ctx: typer.Context, arguments: Arguments = None) -> None:
    """Show what an apply would change, and name what it would delete that holds data or sends mail.

    With -detailed-exitcode, the exit code is 0 if nothing would change, 2 if something would, and 1
    if it failed.

    Examples:
      rollcall infra plan
      rollcall infra plan -out=prod.plan --context prod
      rollcall infra plan -detailed-exitcode -var log_level=DEBUG
    """
    _run(of(ctx), "plan", arguments, through=lambda deployment, words: deployment.plan(words))


@app.command(cls=Command, context_settings=TAKES_ALL)
def apply(
    ctx: typer.Context,
    arguments: Arguments = None,
    *,
    yes: Yes = False,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Go on if the plan deletes what holds data or sends mail.")
    ] = False,
) -> None:
    """Apply the configuration to the stack: all of it, or a saved plan.

    It shows what it would do, and asks. Without a terminal, add --yes or give a saved plan. If the
    plan deletes a table, a bucket, a key, a secret, a queue or an SES identity, it asks for the
    stack's name, or stops unless --delete-data is there.

    Examples:
      rollcall infra apply
      rollcall infra apply prod.plan --context prod
      rollcall infra apply --yes -var deletion_protection=false
    """
    from admin_cli.aws.terraform import holds_plan  # noqa: PLC0415 - loads python-terraform

    services = of(ctx)
    if not yes and not can_ask(services) and not holds_plan(arguments or []):
        raise CliError(
            "This changes the stack, and there is no terminal to confirm it on.",
            hint="Give a plan that you have reviewed (rollcall infra plan -out=FILE), or add --yes.",
            exit_code=ExitCode.USAGE,
        )
    _run(
        services,
        "apply",
        arguments,
        through=lambda deployment, words: replace(deployment, yes=yes, delete_data=delete_data or None).apply(words),
    )


@app.command(cls=Command, context_settings=TAKES_ALL)
def output(ctx: typer.Context, arguments: Arguments = None) -> None:
    """Print the stack's Terraform outputs: one value, or all of them.

    Examples:
      rollcall infra output
      rollcall infra output -raw site_url
      rollcall infra output -json | jq -r .manager_policy_arn.value
    """
    _run(of(ctx), "output", arguments)


@app.command(cls=Command, context_settings=TAKES_ALL)
def state(ctx: typer.Context, arguments: Arguments = None) -> None:
    """Show or change Terraform's state of the stack. This changes nothing in AWS.

    Examples:
      rollcall infra state list
      rollcall infra state rm module.store.aws_dynamodb_table.this --context prod
    """
    _run(of(ctx), "state", arguments)


@app.command("import", cls=Command, context_settings=TAKES_ALL)
def import_resource(ctx: typer.Context, arguments: Arguments = None) -> None:
    """Add something that already exists in AWS, such as a restored table, to Terraform's state of the stack.

    Examples:
      rollcall infra import module.store.aws_dynamodb_table.this rollcall-prod-restored-1 --context prod
    """
    _run(of(ctx), "import", arguments)


@app.command(cls=Command)
def unlock(
    ctx: typer.Context,
    lock: Annotated[str, typer.Argument(metavar="ID", help="The lock's ID, from Terraform's error.")],
    *,
    yes: Yes = False,
) -> None:
    """Remove a lock that a killed run left on the state. Never do this while another run goes on.

    Examples:
      rollcall infra unlock 6f3b2c1d-8a4e-4c57-9d12-0b7e5a9c4f21
    """
    services = of(ctx)
    if not yes and not can_ask(services):
        raise CliError(
            "Two runs at once break the state, and there is no terminal to ask you on.",
            hint="Make sure that no other run goes on, then add --yes.",
            exit_code=ExitCode.USAGE,
        )
    _run(services, "force-unlock", [*(["-force"] if yes else []), lock])


@app.command(cls=Command, context_settings=TAKES_ALL)
def destroy(
    ctx: typer.Context,
    arguments: Arguments = None,
    *,
    yes: Yes = False,
    stack: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --yes: the name of the stack to destroy.")
    ] = None,
) -> None:
    """Destroy the stack and everything in it, including submissions. It asks for the stack's name first.

    Export what you want to keep first. A stack with deletion_protection refuses until an apply has
    turned that off. The staff's policies are detached from everyone who has them.

    Examples:
      rollcall infra destroy --context dev
      rollcall infra destroy --context dev --yes --stack dev
    """
    services = of(ctx)
    context = services.context()
    if context.on_this_machine:
        _refuse("This command does not destroy the local stack.", "rollcall local down --reset")
    if stack is not None and stack != context.stack:
        raise CliError(f"The context {context.name} is for the stack {context.stack!r}, not {stack!r}.")
    if stack is None and yes:
        raise CliError(
            "With --yes, destroy needs the stack's name too.",
            hint=f"Add it: --stack {context.stack}",
            exit_code=ExitCode.USAGE,
        )
    if not yes and not can_ask(services):
        raise CliError(
            "This destroys the stack, and there is no terminal to confirm it on.",
            hint="Add --yes and --stack NAME.",
            exit_code=ExitCode.USAGE,
        )
    _run(services, "destroy", arguments, approved=True, sure=yes)


def _run(
    services: Services,
    command: str,
    arguments: Sequence[str] | None,
    *,
    approved: bool = False,
    sure: bool = True,
    through: Callable[[Deployment, list[str]], int] | None = None,
) -> NoReturn:
    """Run Terraform and exit with its exit code.

    sure: don't ask for the stack's name first. through: how a command is run that does more than call Terraform.
    """
    from admin_cli.aws.deployments import (  # noqa: PLC0415 - loads python-terraform
        Deployment,
        build_package,
        initialise,
        run_watched,
    )
    from admin_cli.aws.terraform import from_here, without_colour  # noqa: PLC0415 - loads python-terraform
    from rollcall_local.terraform import require_terraform  # noqa: PLC0415

    context = services.context()
    terraform_arguments = from_here(arguments or [], Path.cwd())
    if not services.output.coloured:
        terraform_arguments = without_colour(command, terraform_arguments)
    require_terraform()
    if context.on_this_machine:
        if command not in ("plan", "output"):
            _refuse("The local stack is deployed together with its forms and pages.", "rollcall local up")
        _ensure_own(services)
        with services.local().terraform(command, terraform_arguments) as call:
            raise typer.Exit(run_watched(services, call))
    terraform = _terraform(services)
    terraform.ensure_described()
    if command in ("apply", "destroy", "state", "import", "force-unlock"):
        account = services.stack().account()
        services.output.tell(f"Stack {context.stack}, account {account}, {context.region}")
    if (
        not sure
        and answer(services, "Type the stack's name to destroy it with all of its submissions: ") != context.stack
    ):
        raise CliError("That is not the stack's name. Nothing was changed.")
    if command == "destroy":
        _detach_staff(services)
    if command in ("plan", "apply", "import"):
        build_package(services, terraform.sources)
    code = initialise(services, terraform)
    if code == 0 and through is not None:
        raise typer.Exit(through(Deployment(services, terraform), terraform_arguments))
    raise typer.Exit(code or run_watched(services, terraform.call(command, terraform_arguments, approved=approved)))


def _terraform(services: Services) -> StackTerraform:
    from admin_cli.aws.terraform import StackTerraform  # noqa: PLC0415 - loads python-terraform

    return StackTerraform(find_sources(), services.context(), services.environ)


def _ensure_own(services: Services) -> None:
    """Raise CliError if the context's emulator is not the one that this clone runs."""
    context, here = services.context(), services.local().status().endpoint_url
    if context.endpoint_url != here:
        raise CliError(
            f"The context {context.name} is at {context.endpoint_url}, but this clone's local system is at {here}.",
            hint="Run this in the clone that started it.",
        )


def _detach_staff(services: Services) -> None:
    """Detach the staff's policies from everyone: IAM deletes no policy that is attached."""
    from admin_cli.aws.staff_policies import detach_all  # noqa: PLC0415 - one command's

    stack = services.stack()
    with sessions.sentences(stack.context):
        holders = detach_all(stack.client("iam"), stack.account(), stack.context.stack)
    for holder in holders:
        services.output.tell(f"Detached this stack's policies from the {holder}.")


def _refuse(why: str, instead: str) -> NoReturn:
    raise CliError(why, hint=f"Run: {instead}", exit_code=ExitCode.USAGE)
