"""Many annotators at once: how long batches and labels take, and whether items are shared."""

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from benchmarks.client import Address
from benchmarks.line import Line

CREATED, ACCEPTED = 201, 202
LONGEST_WORDS = 300
SECONDS_TO_ANSWER = 60.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who labels what, for how long, and how fast."""

    project: str
    """Path of the project, as `/projects/<id>`."""
    classes: Sequence[str]
    annotators: int = 100
    size: int = 10
    think_seconds: float = 0.75
    """Between a batch and its labels: the mean; each thinks from a half to one and a half of it."""
    seconds: float = 30.0
    warm_up_seconds: float = 5.0
    """What is done in this time is not part of the latencies."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """Milliseconds from the request to the whole answer, as a client sees them."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies":
        """Sum up what was measured.

        >>> Latencies.of([0.001 * n for n in range(1, 101)])
        Latencies(count=100, p50=50.0, p95=95.0, p99=99.0, longest=100.0)
        """
        ordered = [round(1000 * each, 2) for each in sorted(seconds)] or [0.0]
        p50, p95, p99 = (ordered[-(-len(ordered) * part // 100) - 1] for part in (50, 95, 99))
        return cls(count=len(seconds), p50=p50, p95=p95, p99=p99, longest=ordered[-1])


@dataclass(frozen=True, kw_only=True)
class CrowdResult:
    """What a crowd saw."""

    batches: Latencies
    """Of those that had items."""
    labels: Latencies
    items_served: int
    labels_recorded: int
    dry: int
    double_served: int
    """Items with two people at once, or served after their label was acknowledged."""
    errors: dict[str, int]
    """What went wrong, and how often."""
    rankings: int
    """Rankings that the batches came from."""
    client_cpu_ms: float
    """What a request cost the crowd itself."""


@dataclass(kw_only=True)
class _Seen:
    """What has been seen so far, by everybody."""

    begins: float
    batches: list[float] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    # Who has an item, from the answer that brought it until its label is sent.
    held: dict[str, str] = field(default_factory=dict)
    labelled: dict[str, float] = field(default_factory=dict)
    """When the label of an item was acknowledged."""
    rankings: set[int] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    served = recorded = dry = double = requests = 0

    def serve(self, keys: Sequence[str], name: str, *, asked: float) -> None:
        """Note who has what, and whether somebody should not."""
        for key in keys:
            self.double += key in self.held or self.labelled.get(key, asked) < asked
            self.held[key] = name
        self.served += len(keys)
        self.dry += not keys


def run(address: Address, plan: Plan) -> CrowdResult:
    """Let a crowd label for some time; say what it saw."""
    cpu = time.process_time()
    seen = _Seen(begins=time.monotonic() + plan.warm_up_seconds)
    asyncio.run(_everybody(address, plan, seen))
    return CrowdResult(
        batches=Latencies.of(seen.batches),
        labels=Latencies.of(seen.labels),
        items_served=seen.served,
        labels_recorded=seen.recorded,
        dry=seen.dry,
        double_served=seen.double,
        errors=dict(seen.errors),
        rankings=len(seen.rankings),
        client_cpu_ms=round(1000 * (time.process_time() - cpu) / max(1, seen.requests), 3),
    )


async def _everybody(address: Address, plan: Plan, seen: _Seen) -> None:
    people = (_annotate(address, plan, seen, number) for number in range(plan.annotators))
    await asyncio.gather(*people)


async def _annotate(address: Address, plan: Plan, seen: _Seen, number: int) -> None:
    dice = random.Random(f"{plan.seed}/{number}")
    name, line = f"person-{number}", Line(address)
    ends = seen.begins + plan.seconds
    await asyncio.sleep(dice.random() * plan.think_seconds)  # nobody starts in step
    while time.monotonic() < ends:
        try:
            keys = await _take(line, plan, seen, name)
            await asyncio.sleep(dice.uniform(0.5, 1.5) * plan.think_seconds)
            if keys:
                await _label(
                    line, plan, seen, {key: dice.choice(plan.classes) for key in keys}, name
                )
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            seen.errors[f"{type(error).__name__}: {error}"] += 1
            line.close()
    line.close()


async def _take(line: Line, plan: Plan, seen: _Seen, name: str) -> list[str]:
    wish = {"size": plan.size, "annotator": name}
    asked = time.monotonic()
    answer, took = await _ask(line, f"{plan.project}/batches", wish, CREATED, seen)
    keys = [item["key"] for item in answer["items"]] if answer else []
    if keys and asked >= seen.begins:
        seen.batches.append(took)
    if answer:
        seen.serve(keys, name, asked=asked)
        seen.rankings.add(answer["ranking"]["number"] if answer["ranking"] else 0)
    return keys


async def _label(line: Line, plan: Plan, seen: _Seen, values: dict[str, str], name: str) -> None:
    labels = [{"key": k, "value": v, "annotator": name} for k, v in values.items()]
    for key in values:
        seen.held.pop(key, None)
    asked = time.monotonic()
    answer, took = await _ask(line, f"{plan.project}/labels", {"labels": labels}, ACCEPTED, seen)
    if asked >= seen.begins:
        seen.labels.append(took)
    if answer:
        seen.recorded += answer["recorded"]
        seen.labelled |= dict.fromkeys(values, time.monotonic())


async def _ask(line: Line, path: str, body: Any, status: int, seen: _Seen) -> tuple[Any, float]:
    asked = time.monotonic()
    async with asyncio.timeout(SECONDS_TO_ANSWER):
        had, answer = await line.post(path, body)
    seen.requests += 1
    took = time.monotonic() - asked
    if had != status:
        seen.errors[f"{path}: {had} {answer.decode(errors='replace')[:LONGEST_WORDS]}"] += 1
    return (json.loads(answer) if had == status else None), took


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("project", help="path of the project, /projects/<id>")
    parser.add_argument("classes", nargs="+")
    for each in fields(Plan):
        if isinstance(each.default, int | float):
            flag = f"--{each.name.replace('_', '-')}"
            parser.add_argument(flag, type=type(each.default), default=each.default)
    given = vars(parser.parse_args())
    address = Address(url=given.pop("url"), key=given.pop("key"))
    print(json.dumps(run(address, Plan(**given)), default=vars, indent=2))


if __name__ == "__main__":
    main()
