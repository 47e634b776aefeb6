"""What a month costs, by service: prices, what a submission uses of each, and the sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PRICED_ON = "June 2025"
PRICED_IN = "us-east-1"

DECADES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""Submissions in a month."""


@dataclass(frozen=True, slots=True)
class Price:
    """A list price without the free tier. tiers: up to how many units, and USD per unit; the last has no end."""

    service: str
    unit: str
    tiers: tuple[tuple[float, float], ...]

    def of(self, units: float) -> float:
        """Return what this many units cost in a month."""
        total, below = 0.0, 0.0
        for until, usd in self.tiers:
            total += max(0.0, min(units, until) - below) * usd
            below = until
        return total


def flat(service: str, unit: str, usd: float) -> Price:
    """Return a price without tiers."""
    return Price(service, unit, ((float("inf"), usd),))


MILLION, TB = 1e6, 1000.0
PRICES: Mapping[str, Price] = {
    "api requests": Price(
        "API Gateway", "request", ((333 * MILLION, 3.5 / MILLION), (1000 * MILLION, 2.8 / MILLION),
                                   (20_000 * MILLION, 2.38 / MILLION), (float("inf"), 1.51 / MILLION)),
    ),
    "lambda requests": flat("Lambda", "request", 0.20 / MILLION),
    "lambda GB seconds": flat("Lambda", "GB second on arm64", 0.0000133334),
    "write units": flat("DynamoDB", "write request unit", 0.625 / MILLION),
    "read units": flat("DynamoDB", "read request unit", 0.125 / MILLION),
    "stored GB": flat("DynamoDB", "GB a month, with point-in-time recovery", 0.25 + 0.20),
    "mails": flat("SES", "mail", 0.10 / 1000),
    "queue requests": flat("SQS", "request", 0.40 / MILLION),
    "notifications": flat("SNS", "publication", 0.50 / MILLION),
    "page requests": flat("CloudFront", "HTTPS request", 1.00 / MILLION),
    "page GB": Price(
        "CloudFront", "GB to visitors",
        ((10 * TB, 0.085), (50 * TB, 0.080), (150 * TB, 0.060), (500 * TB, 0.040), (float("inf"), 0.030)),
    ),
    "log GB": flat("CloudWatch", "GB of logs taken in", 0.50),
    "alarms": flat("CloudWatch", "alarm", 0.10),
    "secrets": flat("Secrets Manager", "secret", 0.40),
}  # fmt: skip
"""List prices of AWS's pages. A free tier would hide what grows; the first two rows of the table are cents."""

USED: Mapping[str, float] = {
    "api requests": 3,  # the seats left, a preflight, the POST
    "lambda requests": 6,  # submit twice, dispatch, notify, feedback twice
    "lambda GB seconds": 0.135,  # 40 ms of submit, 20 of dispatch, 200 of notify, 40 of feedback, by their memory
    "write units": 35,  # 19 to store it (tests/unit/test_scale.py counts them), 8 for each of two mails and their ends
    "read units": 12,  # guard, quota, seats left, and what notify reads for two mails
    "mails": 2,  # to the registrant and to the staff
    "queue requests": 4,
    "notifications": 2,  # SES's note of each delivery
    "page requests": 12,
    "page GB": 75e-6,  # three pages
    "log GB": 4e-6,  # eight lines
}
"""What one registration of the example uses: two mails, a quota, no waiting list."""

STORED_KB, MONTHS_KEPT = 6, 24
FIXED: Mapping[str, float] = {
    "lambda requests": 8640,  # the sweep's
    "lambda GB seconds": 8640 * 0.2 * 0.25,
    "read units": 8640 * 20,
    "queue requests": 650_000,  # Lambda's five pollers, each waiting 20 s
    "alarms": 9,
    "secrets": 2,
}
"""What a month uses without any submission."""

SWEEPS_A_DAY, SWEEP_LOOK_S, SWEEP_MEMORY_GB = 288, 0.004, 0.25
"""Each sweep looks at every submission of the last day for missing mails: a read unit and a bit, and 4 ms each."""


def used(submissions: int) -> dict[str, float]:
    """Return what a month with this many submissions uses of everything that has a price."""
    total = {name: FIXED.get(name, 0.0) + USED.get(name, 0.0) * submissions for name in PRICES}
    looks = submissions * SWEEPS_A_DAY
    total["read units"] += 1.1 * looks
    total["lambda GB seconds"] += looks * SWEEP_LOOK_S * SWEEP_MEMORY_GB
    total["stored GB"] = submissions * MONTHS_KEPT * STORED_KB / 1e6
    return total


def cost(submissions: int) -> dict[str, float]:
    """Return the month's costs in USD by service."""
    by_service: dict[str, float] = {}
    for name, units in used(submissions).items():
        price = PRICES[name]
        by_service[price.service] = by_service.get(price.service, 0.0) + price.of(units)
    return by_service


def usd(amount: float) -> str:
    """Return an amount with the digits that matter."""
    return f"{amount:,.2f}" if amount < 10 else f"{amount:,.0f}"


def table(decades: Sequence[int] = DECADES) -> list[list[str]]:
    """Return the costs as rows: a heading, then one row per service, and the sums."""
    columns = [cost(each) for each in decades]
    rows = [["USD a month", *(f"{each:,}" for each in decades)]]
    rows += [[service, *(usd(column[service]) for column in columns)] for service in columns[0]]
    rows.append(["all", *(usd(sum(column.values())) for column in columns)])
    rows.append(
        ["for 1,000", *(usd(sum(column.values()) * 1000 / each) for column, each in zip(columns, decades, strict=True))]
    )
    return rows
