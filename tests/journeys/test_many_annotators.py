"""Thirty-two people label one pool at once: nobody gets what another holds, nothing is lost."""

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.journeys.annotators import PATIENCE, Annotator, Diary, Hold
from tests.journeys.client import Client
from tests.journeys.machine import Machine

pytestmark = pytest.mark.journey

PEOPLE = 32
ITEMS = 3_000
SECONDS = 60
LEASE = 3
MANY_RANKINGS = 2


def test_thirty_two_annotators_never_share_an_item(machine: Machine) -> None:
    pool, truth = two_clouds()
    with machine.client() as client:
        project = client.make_project(
            classes=["left", "right"],
            input={"type": "vector", "dimensions": 8},
            strategy="margin",
            lease_seconds=LEASE,
            retrain={"min_labels": 10, "share": 0.0, "max_wait_seconds": 1},
        )
        client.register(project, pool)
        client.wait_for_ranking(project)
        assert_order_of_the_ranking(client, project)
        began = time.time()

        diaries = work_at_once(machine, project, truth, began + SECONDS)

        summarise(diaries, time.time() - began)
        assert [refusal for diary in diaries for refusal in diary.refusals] == []
        last = take_the_rest(client, project, truth, began + 2 * SECONDS)
        client.wait_until_idle(project)
        assert shared([hold for diary in diaries for hold in diary.holds]) == []
        assert served_after_label(diaries) == []
        assert_nothing_is_lost(client, project, diaries, last)
        assert_each_batch_was_in_order(client, project)
        assert len(set().union(*(diary.rankings for diary in diaries))) > MANY_RANKINGS


def two_clouds() -> tuple[dict[str, Any], dict[str, str]]:
    """Two overlapping clouds of points, and which one each belongs to."""
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, ITEMS)
    rows = rng.normal(size=(ITEMS, 8)) + 1.2 * sides[:, None]
    keys = [f"item-{number}" for number in range(ITEMS)]
    names = [["left", "right"][side] for side in sides]
    return dict(zip(keys, rows.round(4).tolist(), strict=True)), dict(zip(keys, names, strict=True))


def assert_order_of_the_ranking(client: Client, project: str) -> None:
    """One after the other, people get the next items of the order in use; then give them back."""
    order = [row["key"] for row in client.get(f"{project}/ranking?limit=100")["data"]]
    batches = [client.batch(project, size, f"early-{size}") for size in (3, 7, 10)]
    served = [item for batch in batches for item in batch["items"]]
    others = {item["key"] for item in served if item["score"] is None}
    ranked = [item["key"] for item in served if item["score"] is not None]
    assert ranked == [key for key in order if key not in others][: len(ranked)]
    for batch in batches:
        token = {"Lease-Token": batch["lease"]["token"]}
        client.http.delete(f"{project}/batches/{batch['id']}", headers=token).raise_for_status()


def assert_each_batch_was_in_order(client: Client, project: str) -> None:
    """The log says that the ranked items of each batch came best first."""
    batches = defaultdict(list)
    for row in client.pages(f"{project}/selections"):
        if row["score"] is not None:
            batches[row["batch"]].append((row["position"], row["score"]))
    assert len(batches) > PEOPLE
    for rows in batches.values():
        scores = [score for _, score in sorted(rows)]
        assert scores == sorted(scores, reverse=True)


def work_at_once(
    machine: Machine, project: str, truth: Mapping[str, str], ends: float
) -> list[Diary]:
    """Let everybody work until nothing is left; return what they saw."""
    people = [
        Annotator(
            name=f"person-{number}",
            client=machine.client(),
            project=project,
            truth=truth,
            dice=random.Random(number),
            ends=ends,
        )
        for number in range(PEOPLE)
    ]
    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(Annotator.work, people))


def take_the_rest(client: Client, project: str, truth: Mapping[str, str], ends: float) -> set[str]:
    """One more person takes all that the others left, once what they forgot has come back."""
    had: set[str] = set()
    patient = {"lease_seconds": 600}
    client.http.patch(project, json=patient, headers={"If-Match": "*"}).raise_for_status()
    while True:
        batch = client.batch(project, 1000, "last", explain=False)
        keys = [item["key"] for item in batch["items"]]
        assert not had.intersection(keys)
        had.update(keys)
        if keys:
            client.label(project, {key: truth[key] for key in keys}, "last")
        elif batch["leased"] == 0:
            return had
        else:
            time.sleep(PATIENCE)
        assert time.time() < ends


def shared(holds: Sequence[Hold]) -> list[tuple[Hold, Hold]]:
    """Pairs of people who had the same item at the same time."""
    by_key = defaultdict(list)
    for hold in sorted(holds, key=lambda each: each.since):
        by_key[hold.key].append(hold)
    return [
        (first, second)
        for each in by_key.values()
        for first, second in pairwise(each)
        if second.since < first.until
    ]


def served_after_label(diaries: Sequence[Diary]) -> list[Hold]:
    """What was handed out although its label was acknowledged before the request was sent."""
    labelled: dict[str, float] = {}
    for diary in diaries:
        for key, at in diary.labelled.items():
            labelled[key] = min(at, labelled.get(key, at))
    holds = [hold for diary in diaries for hold in diary.holds]
    return [hold for hold in holds if hold.asked > labelled.get(hold.key, float("inf"))]


def assert_nothing_is_lost(
    client: Client, project: str, diaries: Sequence[Diary], last: set[str]
) -> None:
    """Every label is there once, and every item is labelled or was skipped by two."""
    stored = Counter(
        (row["key"], row["annotator"])
        for row in client.pages(f"{project}/labels")
        if row["value"] is not None
    )
    told = {
        (key, f"person-{number}") for number, diary in enumerate(diaries) for key in diary.labelled
    } | {(key, "last") for key in last}
    assert stored == Counter(told)
    states = {row["key"]: row["state"] for row in client.pages(f"{project}/items")}
    skips = Counter(key for diary in diaries for key in diary.skipped)
    assert {key for key, state in states.items() if state == "labelled"} == {k for k, _ in told}
    rest = {key: state for key, state in states.items() if state != "labelled"}
    assert set(rest.values()) <= {"parked"}
    assert all(skips[key] == 2 for key in rest)


def summarise(diaries: Sequence[Diary], took: float) -> None:
    """Say what was seen, for who reads the output of the tests."""
    waits = sorted(wait for diary in diaries for wait in diary.waits)
    labels = sum(len(diary.labelled) for diary in diaries)
    rankings = set().union(*(diary.rankings for diary in diaries))
    sys.stdout.write(
        f"\n{labels} labels by {PEOPLE} people in {took:.1f} s; {len(waits)} hand-outs, "
        f"median {1000 * waits[len(waits) // 2]:.0f} ms, 95 % {1000 * waits[-len(waits) // 20]:.0f}"
        f" ms, longest {1000 * waits[-1]:.0f} ms; {len(rankings)} rankings; "
        f"{sum(diary.late for diary in diaries)} late releases\n"
    )
