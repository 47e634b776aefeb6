"""Reminders on the deployed stack: the sweep queues what is due, and each person gets it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registrants import Registrant, press, sweep, token_of

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff


def look_again(stack: DeployedStack) -> None:
    """Let the next sweep look for reminders, although one may have looked less than an hour ago."""
    table = stack.client("dynamodb")
    pages = table.get_paginator("scan").paginate(TableName=stack.table)
    for item in (item for page in pages for item in page["Items"]):
        if item["pk"]["S"].startswith("SEND#") and item.get("by", {}).get("S") == "system":
            key = {"pk": item["pk"], "sk": item["sk"]}
            table.update_item(TableName=stack.table, Key=key, UpdateExpression="REMOVE ended_at")


def test_sweep__reminds_each_registrant_once(stack: DeployedStack, manager: Staff) -> None:
    """Only those of the option for which the moment has come; the history says so."""
    due, later, withdrawn = (
        Registrant(stack, "camp", week=week) for week in ("try-it-day", "first-week", "try-it-day")
    )
    links = [registrant.mailed_link() for registrant in (due, later, withdrawn)]
    press(stack, token_of(links[2]), "cancel", confirm="yes")
    withdrawn.mailed_link(count=2)

    look_again(stack)
    sweep(stack)
    reminder = stack.wait_for_mails(to=due.entered["email"], count=2)[-1]
    sweep(stack)
    history = manager("history", due.id).out

    assert reminder.subject.startswith("Soon: Try-it day (")
    assert "mail sent: soon" in history
    assert [len(stack.mails(to=each.entered["email"])) for each in (due, later, withdrawn)] == [2, 1, 2]
    for link in links:
        press(stack, token_of(link), "erase", confirm="yes")
