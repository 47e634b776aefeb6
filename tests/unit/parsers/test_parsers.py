"""Every parser of what comes from outside: whatever it is given, it reads it or raises its documented error.

Some parsers have their properties beside their other tests: bodies of requests
(handlers/test_http_request.py), answers, dates, languages, addresses, references and IDs (core),
tokens (adapters/test_tokens.py), CSV files (cli/test_csv_file.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.parsers.spoiled import refusal_of, spoiled, spoiled_json

from admin_cli.aws.contexts import ContextError, ContextFile
from admin_cli.commands import edit, quota
from admin_cli.errors import CliError
from admin_cli.export.delimiters import read_delimiter
from admin_cli.export.rows import read_rows
from admin_cli.mail import kinds
from admin_cli.stack import StackDescription
from admin_cli.terminal import completion, json_fields
from registration_core.adapters.dead_letters import _about
from registration_core.adapters.dynamodb.stream import UnreadableRecordError, change_of
from registration_core.adapters.dynamodb.wire import refusal
from registration_core.adapters.ses import parse_sender
from registration_core.adapters.ses_events import UnreadableEventError, feedback_of
from registration_core.adapters.signing_keys import parse_keys
from registration_core.adapters.sqs import from_message
from registration_core.adapters.webhook_queue import from_message as delivery_from_message
from registration_core.domain.errors import InvalidFilterError, SettingsError
from registration_core.domain.languages import best_language
from registration_core.domain.phones import PhoneError, normalise_phone
from registration_core.domain.sendings import parse_sending_id
from registration_core.domain.times import parse_time
from registration_core.services.door import network_of
from registration_core.settings import SubmitSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
STREAM_RECORD = {
    "eventID": "1",
    "eventName": "MODIFY",
    "dynamodb": {
        "NewImage": {
            "pk": {"S": "SUB#reg_1"},
            "sk": {"S": "SUB"},
            "id": {"S": "reg_1"},
            "version": {"N": "2"},
            "status": {"S": "confirmed"},
            "form": {"S": "registration"},
            "answers": {"M": {"name": {"S": "Robin"}}},
        },
        "OldImage": {"status": {"S": "pending"}, "answers": {"M": {}}},
        "ApproximateCreationDateTime": 1_800_000_000,
    },
}
SES_EVENT = {
    "eventType": "Bounce",
    "mail": {"tags": {"submission": ["reg_1"], "kind": ["confirmed"], "version": ["1"], "copy": ["2"]}},
    "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "a@example.org"}]},
}
WEBHOOK_MESSAGE = {
    "form": "registration",
    "webhook": "crm",
    "id": "reg_1",
    "event": "changed",
    "version": 2,
    "at": "2027-03-01T08:15:00+00:00",
    "edited": ["name"],
}
MAIL_MESSAGE = {"id": "reg_1", "kind": "confirmed", "version": 1, "copy": 2, "entries": ["reg_2"], "more": 1}
SENDING_MESSAGE = {
    "id": "reg_1",
    "kind": "news",
    "version": 1,
    "sending": "0a-1",
    "statuses": ["confirmed"],
    "option": "x",
}
FAILED_BATCH = {
    "DDBStreamBatchInfo": {
        "streamArn": "arn",
        "shardId": "shard",
        "startSequenceNumber": "1",
        "endSequenceNumber": "2",
        "batchSize": 2,
        "approximateArrivalOfFirstRecord": "2027-03-01T09:30:00.123Z",
        "approximateArrivalOfLastRecord": "2027-03-01T09:30:01.123Z",
    }
}
AWS_REFUSAL = {
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "message": "cancelled",
    "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "x"}}}],
}
CONTEXTS = {
    "current": "dev",
    "contexts": [{"name": "dev", "stack": "dev", "region": "eu-north-1", "endpoint_url": "http://127.0.0.1:4566"}],
}

Parser = tuple["Callable[[Any], object]", st.SearchStrategy[Any], tuple[type[Exception], ...]]
"""A parser, what it is given, and the errors that it documents."""

PARSERS: dict[str, Parser] = {
    "a record of the table's stream": (change_of, spoiled(STREAM_RECORD), (UnreadableRecordError,)),
    "a report of SES": (feedback_of, spoiled_json(SES_EVENT), (UnreadableEventError,)),
    "a message of the mail queue": (from_message, spoiled_json(MAIL_MESSAGE, SENDING_MESSAGE), (ValueError,)),
    "a message of the webhook queue": (delivery_from_message, spoiled_json(WEBHOOK_MESSAGE), (ValueError,)),
    "a dead letter": (_about, spoiled_json(FAILED_BATCH, MAIL_MESSAGE, WEBHOOK_MESSAGE), ()),
    "a refusal of DynamoDB": (
        lambda text: str(refusal(400, "", text.encode(errors="replace"))),
        spoiled_json(AWS_REFUSAL),
        (),
    ),
    "the signing keys": (parse_keys, spoiled_json({"keys": [{"id": "a", "key": "b"}]}), (SettingsError,)),
    "a stack's description": (
        StackDescription.from_mapping,
        spoiled(dict.fromkeys(StackDescription.__slots__, "x")),
        (CliError,),
    ),
    "a function's environment": (
        SubmitSettings.from_mapping,
        st.dictionaries(
            st.sampled_from([name.upper() for name in SubmitSettings.__dataclass_fields__]), st.text(max_size=30)
        ),
        (SettingsError,),
    ),
    "a sender": (
        parse_sender,
        st.text() | st.from_regex(r"[ -~]{0,9}<?[!-~]{0,9}@[!-~]{0,9}>?", fullmatch=True),
        (SettingsError,),
    ),
    "a telephone number": (
        normalise_phone,
        st.text() | st.text("+0123456789 -()/xext#;=tel:", max_size=25),
        (PhoneError,),
    ),
    "a sending's ID": (parse_sending_id, st.text() | st.text("0a-1\u0662", max_size=9), (ValueError,)),
    "a header of languages": (
        lambda text: best_language(text, ["en", "sv"]),
        st.text() | st.text("ensv-,;q=.019 *"),
        (),
    ),
    "an address of the network": (network_of, st.text() | st.text("0123456789abcdef:.%"), ()),
    "a time": (
        lambda text: parse_time(text, now=NOW, option="--since"),
        st.one_of(
            st.text(),
            st.from_regex(r"[0-9]{1,6} ?(min|h|d|w|mo|y)", fullmatch=True),
            st.text("0123456789-:TZ+.W", max_size=30),
        ),
        (InvalidFilterError,),
    ),
    "a number of seats": (quota._read, st.text() | st.text("+-0123456789\u0662", max_size=9), (CliError,)),
    "a change of an answer": (lambda text: edit._read([text]), st.text() | st.text("a= \n"), (CliError,)),
    "a value of a mail": (kinds._read, st.text() | st.text("a= \n"), (CliError,)),
    "fields of --json": (
        lambda text: json_fields._read(text, ["id", "answers"]),
        st.text() | st.text("id,answers. "),
        (CliError,),
    ),
    "a delimiter": (read_delimiter, st.text(max_size=9), (CliError,)),
    "rows of an interrupted export": (read_rows, st.binary() | st.text().map(str.encode), (ValueError,)),
    "a line to complete": (
        lambda words: completion.globals_in_front({"COMP_WORDS": words[0], "COMP_CWORD": words[1]}),
        st.tuples(st.text(), st.text() | st.integers().map(str)),
        (),
    ),
    "a line to complete for zsh": (
        lambda line: completion.globals_in_front({"_TYPER_COMPLETE_ARGS": line}),
        st.text(),
        (),
    ),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_parser__reads_or_raises_its_own_error(parser: str) -> None:
    """Nobody meets a traceback."""
    parse, inputs, documented = PARSERS[parser]

    @given(inputs)
    def holds(text: object) -> None:
        refusal_of(parse, text, *documented)

    holds()


def test_contexts__of_any_file_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "contexts.json"

    @settings(max_examples=40)
    @given(spoiled_json(CONTEXTS))
    def holds(text: str) -> None:
        path.write_bytes(text.encode(errors="surrogatepass"))
        why = refusal_of(lambda file: ContextFile(file).read(), path, ContextError)
        assert why is None or str(path) in why

    holds()
