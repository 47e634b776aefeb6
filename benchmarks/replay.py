"""A DynamoDB that sends the pages of one table as fast as clients take them, so the time is the clients' own.

`replay.py COUNT` prints its endpoint and serves until it is stopped. Its pages match those of an
emulator with the same submissions: a megabyte each, whole items, the same keys. Scan returns them
in one order, Query by form and month.
"""

import json
import sys
import zlib
from bisect import bisect_right
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import entries
from emulated import TABLE, description

from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.table import wire_item

PAGE_BYTES = 1_000_000
READ_BYTES = 4096
"""So much is read for a unit, or half a unit where it need not be consistent."""
DISTINCT = 20_000
"""So many entries differ in what they say; beyond that the same answers come again, with other IDs and times."""


class Recorded:
    """All items in wire format, newest first, and where each month begins."""

    def __init__(self, count: int) -> None:
        form = entries.the_forms()["registration"]
        newest = datetime.now(UTC).replace(microsecond=0)
        described = [
            json.dumps(wire_item(submission_item(each)), separators=(",", ":"), ensure_ascii=False).encode()
            for each in entries.submissions(min(count, DISTINCT), form=form, newest=newest)
        ]
        self.items: list[bytes] = []
        self.ids: list[str] = []
        self.months: dict[str, tuple[int, int]] = {}
        for number, (id_, at) in enumerate(entries.stamps(count, form=form, newest=newest)):
            self._add(described[number % len(described)], id_, at, form.name)
        self.forms = {
            name: {"S": json.dumps(each.to_dict(), ensure_ascii=False)} for name, each in entries.the_forms().items()
        }

    def page(self, start: int, end: int, *, limit: int | None = None, charged: bool = False) -> bytes:
        """Return the page that starts at `start`. charged: whether to include the capacity that AWS would charge."""
        size, stop = 0, start
        while stop < end and size < PAGE_BYTES and (limit is None or stop - start < limit):
            size += len(self.items[stop])
            stop += 1
        more = b""
        if stop < end:
            id_ = self.ids[stop - 1]
            key = {"pk": f"SUB#{id_}", "sk": "SUB", "id": id_, "month": self._month(stop - 1)}
            more = b',"LastEvaluatedKey":' + json.dumps({name: {"S": value} for name, value in key.items()}).encode()
        joined = b",".join(self.items[start:stop])
        head = b'{"Count":%d,"ScannedCount":%d,"Items":[' % (stop - start, stop - start)
        units = max(1, -(-sum(map(_stored_bytes, self.items[start:stop])) // READ_BYTES)) / 2 if charged else 0
        cost = (
            b',"ConsumedCapacity":{"TableName":"%s","CapacityUnits":%.1f}' % (TABLE.encode(), units) if charged else b""
        )
        return head + joined + b"]" + more + cost + b"}"

    def between(self, month: str, below: str | None, down_to: str | None) -> tuple[int, int]:
        """Return the range of a month's submissions between two ID prefixes."""
        first, last = self.months.get(month, (0, 0))
        if below is not None:
            first = bisect_right(self.ids, _reversed(below), first, last, key=_reversed)
        if down_to is not None:
            last = bisect_right(self.ids, _reversed(down_to), first, last, key=_reversed)
        return first, last

    def index_after(self, id_: str) -> int:
        """Return the index after a submission."""
        return bisect_right(self.ids, _reversed(id_), key=_reversed)

    def _month(self, place: int) -> str:
        return next(month for month, (first, last) in self.months.items() if first <= place < last)

    def _add(self, body: bytes, id_: str, at: datetime, form: str) -> None:
        item = body
        month = f"{form}#{at:%Y-%m}"
        begin = item.index(b'"pk":{"S":"SUB#') + len(b'"pk":{"S":"SUB#')
        old_id = item[begin : item.index(b'"', begin)]
        at_begin = item.index(b'"submitted_at":{"S":"') + len(b'"submitted_at":{"S":"')
        old_at = item[at_begin : item.index(b'"', at_begin)]
        month_begin = item.index(b'"month":{"S":"') + len(b'"month":{"S":"')
        old_month = item[month_begin : item.index(b'"', month_begin)]
        new_at = at.isoformat(timespec="milliseconds").encode()
        item = item.replace(old_id, id_.encode()).replace(old_at, new_at).replace(old_month, month.encode())
        place = len(self.items)
        self.items.append(item)
        self.ids.append(id_)
        first, _ = self.months.get(month, (place, place))
        self.months[month] = (first, place + 1)


def _reversed(id_: str) -> bytes:
    """Return the ID in reverse order: IDs are stored newest first, and a search needs the lowest first."""
    return bytes(255 - each for each in id_.encode().ljust(32, b"\0"))


def _stored_bytes(item: bytes) -> int:
    """Return an item's approximate size in the table, without JSON's quotes, braces and types."""
    return len(item) - sum(map(item.count, (b'"', b"{", b"}", b":", b",")))


class Answers(BaseHTTPRequestHandler):
    """Answers the calls that exports make."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    recorded: Recorded

    def do_POST(self) -> None:
        """Answer one call."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        body = getattr(self, self.headers["X-Amz-Target"].rpartition(".")[2])(asked)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)

    def Scan(self, asked: dict[str, Any]) -> bytes:  # noqa: N802 - AWS's name
        """Return a page of everything."""
        start = self.recorded.index_after(asked["ExclusiveStartKey"]["id"]["S"]) if "ExclusiveStartKey" in asked else 0
        return self.recorded.page(start, len(self.recorded.items))

    def Query(self, asked: dict[str, Any]) -> bytes:  # noqa: N802 - AWS's name
        """Return a page of a form's month."""
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        charged = asked.get("ReturnConsumedCapacity", "NONE") != "NONE"
        if ":month" not in values:
            return self.recorded.page(0, 0, charged=charged)  # nothing for the form as it was, or for spam
        first, last = self.recorded.between(values[":month"], values.get(":below"), values.get(":down_to"))
        if "ExclusiveStartKey" in asked:
            first = max(first, self.recorded.index_after(asked["ExclusiveStartKey"]["id"]["S"]))
        return self.recorded.page(first, last, limit=asked.get("Limit"), charged=charged)

    def GetItem(self, asked: dict[str, Any]) -> bytes:  # noqa: N802 - AWS's name
        """Give the forms in force."""
        exists = asked["Key"]["pk"]["S"] == "FORMS"
        return json.dumps({"Item": {"forms": {"M": self.recorded.forms}}} if exists else {}).encode()

    def DescribeTable(self, _asked: dict[str, Any]) -> bytes:  # noqa: N802 - AWS's name
        """Tell of the table."""
        index = {"IndexName": "by_month", "ItemCount": len(self.recorded.items)}
        table = {
            "TableName": TABLE,
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            "ItemCount": len(self.recorded.items),
            "GlobalSecondaryIndexes": [index],
        }
        return json.dumps({"Table": table}).encode()

    def GetSecretValue(self, asked: dict[str, Any]) -> bytes:  # noqa: N802 - AWS's name
        """Tell of the stack."""
        return json.dumps({"Name": asked["SecretId"], "SecretString": json.dumps(description())}).encode()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def main() -> int:
    """Serve."""
    Answers.recorded = Recorded(int(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
