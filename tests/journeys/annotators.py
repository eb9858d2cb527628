"""People who label at once: each takes batches, labels, skips, gives back, or forgets."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tests.journeys.client import Client, wire

PATIENCE = 0.3
"""Seconds before asking again when there is nothing to be had."""

THOUGHT = (0.05, 0.5)
"""Seconds that a batch is looked at, least and most."""

MANY = 3
"""Batches from one ranking after which a person waits for the next, so that there is a next."""

REST = 15
"""Seconds that such a wait lasts at most: the last labels of a pool may lead to no ranking."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One item with one person: from the answer of the hand-out to the end of the promise."""

    key: str
    annotator: str
    asked: float
    """When the request for it was sent."""
    since: float
    """When the answer had come."""
    until: float
    """When it was labelled or given back (the request sent), or the lease ran out."""


@dataclass(kw_only=True)
class Diary:
    """What one person saw."""

    holds: list[Hold] = field(default_factory=list)
    labelled: dict[str, float] = field(default_factory=dict)
    """When the label of an item was acknowledged."""
    skipped: set[str] = field(default_factory=set)
    rankings: set[int] = field(default_factory=set)
    """Numbers of the rankings that batches came from."""
    of_the_last: int = 0
    """Batches from the newest of them."""
    waits: list[float] = field(default_factory=list)
    """Seconds that each hand-out took."""
    refusals: list[str] = field(default_factory=list)
    late: int = 0
    """Releases that came after the lease had run out."""


@dataclass(kw_only=True)
class Annotator:
    """A person with a connection and dice of their own."""

    name: str
    client: Client
    project: str
    truth: Mapping[str, str]
    dice: random.Random
    ends: float
    diary: Diary = field(default_factory=Diary)

    def work(self) -> Diary:
        """Take batches until nothing is left or the time is over."""
        with self.client:
            while time.time() < self.ends:
                batch = self._take()
                if batch is None:
                    continue
                if not batch["items"]:
                    if batch["leased"] == 0:
                        break
                    time.sleep(PATIENCE)
                    continue
                self._handle(batch)
                self._wait_for_another_ranking()
        return self.diary

    def _take(self) -> Any:
        asked = time.time()
        wish = {"size": self.dice.randint(1, 10), "annotator": self.name}
        response = self.client.http.post(f"{self.project}/batches", json=wish)
        came = time.time()
        if not self._is_well(response, 201):
            return None
        batch = response.json() | {"asked": asked, "came": came}
        self.diary.waits.append(came - asked)
        number = batch["ranking"]["number"]
        self.diary.of_the_last = 1 + (self.diary.of_the_last if number == self._newest() else 0)
        self.diary.rankings.add(number)
        return batch

    def _newest(self) -> int:
        return max(self.diary.rankings, default=0)

    def _wait_for_another_ranking(self) -> None:
        if self.diary.of_the_last < MANY:
            return
        self.diary.of_the_last = 0
        ends = min(self.ends, time.time() + REST)
        while time.time() < ends:
            if self.client.get(self.project)["ranking"]["number"] > self._newest():
                break
            time.sleep(PATIENCE)

    def _handle(self, batch: Any) -> None:
        keys = [item["key"] for item in batch["items"]]
        time.sleep(self.dice.uniform(*THOUGHT))
        chance = self.dice.random()
        if chance < 0.05:
            self._forget(batch, keys)
        elif chance < 0.10:
            self._give_back(batch, keys)
        elif chance < 0.15:
            half = len(keys) // 2
            self._answer(batch, keys[:half], skip=False)
            self._give_back(batch, keys[half:])
        elif chance < 0.20:
            self._answer(batch, keys[:1], skip=True)
            self._answer(batch, keys[1:], skip=False)
        else:
            self._answer(batch, keys, skip=False)

    def _forget(self, batch: Any, keys: Sequence[str]) -> None:
        self._hold(batch, keys, _moment(batch["lease"]["expires_at"]))

    def _give_back(self, batch: Any, keys: Sequence[str]) -> None:
        sent = time.time()
        self._hold(batch, keys, sent)
        headers = {"Lease-Token": batch["lease"]["token"]}
        response = self.client.http.delete(f"{self.project}/batches/{batch['id']}", headers=headers)
        if response.status_code == httpx.codes.CONFLICT:
            self.diary.late += 1
        else:
            self._is_well(response, 204)

    def _answer(self, batch: Any, keys: Sequence[str], *, skip: bool) -> None:
        if not keys:
            return
        answers = {key: None if skip else self.truth[key] for key in keys}
        self._hold(batch, keys, time.time())
        body = {"labels": wire(answers, self.name)}
        if not self._is_well(self.client.http.post(f"{self.project}/labels", json=body), 202):
            return
        if skip:
            self.diary.skipped.update(keys)
        else:
            self.diary.labelled |= dict.fromkeys(keys, time.time())

    def _hold(self, batch: Any, keys: Sequence[str], until: float) -> None:
        until = min(until, _moment(batch["lease"]["expires_at"]))
        self.diary.holds += [
            Hold(
                key=key,
                annotator=self.name,
                asked=batch["asked"],
                since=batch["came"],
                until=until,
            )
            for key in keys
        ]

    def _is_well(self, response: httpx.Response, status: int) -> bool:
        if response.status_code == status:
            return True
        self.diary.refusals.append(
            f"{response.request.url}: {response.status_code} {response.text}"
        )
        return False


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
