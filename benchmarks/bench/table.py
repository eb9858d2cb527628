"""The figures as a table: for a terminal, and in Markdown for the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

Record = Mapping[str, Any]

HEADINGS = ("figure", "measured", "floor or peer", "ratio", "target", "reached")
MARK = "*"


def shown(records: Sequence[Record], *, scale: float = 1.0) -> Table:
    """Give a table for the terminal."""
    small = f" at a scale of {scale:g}: targets are about the whole" if scale < 1 else ""
    table = Table(title=f"Figures{small}")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in HEADINGS[1:4] else "left")
    for record in records:
        table.add_row(*cells(record))
    return table


def markdown(records: Sequence[Record], machine: Record) -> str:
    """Give a table in Markdown, and a line that says on what it was measured."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---:|---:|---:|---|---|"]
    lines += ["| " + " | ".join(cells(record)) + " |" for record in records]
    commits = sorted({str(record["commit"]) for record in records if record.get("commit")})
    days = sorted({str(record["measured_at"])[:10] for record in records})
    lines += [
        "",
        f"Measured {' to '.join(dict.fromkeys([days[0], days[-1]]))} at {', '.join(commits)}, on "
        f"{machine['cores']} cores of {machine['cpu']} with {machine['memory_gb']:.0f} GB, "
        f"Python {machine['python']}, {machine['postgres']}.",
    ]
    if any(record["is_marked"] for record in records):
        lines.append(f"{MARK} taken while others worked on the machine.")
    return "\n".join(lines)


def cells(record: Record) -> list[str]:
    """Give one row, as text.

    >>> cells({"name": "rank", "value": 0.4, "unit": "s", "base": 0.2, "base_of": "in memory",
    ...        "ratio": 2.0, "target": "at most 0.5 s", "is_reached": True, "note": "",
    ...        "is_marked": False})
    ['rank', '0.400 s', '0.200 s (in memory)', '2.00', 'at most 0.5 s', 'yes']
    """
    base = "" if record["base"] is None else number(record["base"], record["unit"])
    value = record["note"] if record["value"] is None else number(record["value"], record["unit"])
    return [
        record["name"] + (MARK if record["is_marked"] else ""),
        value,
        f"{base} ({record['base_of']})" if base else "",
        "" if record["ratio"] is None else f"{record['ratio']:.2f}",
        record["target"],
        {True: "yes", False: "**no**", None: ""}[record["is_reached"]],
    ]


def number(value: float, unit: str) -> str:
    """Write a number with as many digits as say something.

    >>> number(0.1234, "s"), number(1234.5, "texts/s"), number(0, "items")
    ('0.123 s', '1,234 texts/s', '0 items')
    """
    if float(value).is_integer() or abs(value) >= 100:
        digits = f"{value:,.0f}"
    else:
        digits = f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{digits} {unit}".rstrip()
