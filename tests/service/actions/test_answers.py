"""Whatever people answer, the counts of a project are what a recount says."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.runtime import Runtime
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import project_of

PEOPLE = ("ana", "ben", "cleo")
VALUES = ("fine", "defect", None)


class Crowd:
    """People who do whatever the dice say."""

    def __init__(self, api: Api, clock: FrozenClock, project: str, seed: int) -> None:
        self.api, self.clock, self.project = api, clock, project
        self.dice = random.Random(seed)
        self.next_key = 0
        self.expected: dict[tuple[str, str], str | None] = {}

    def register(self) -> None:
        """Register some items."""
        keys = [f"i{number}" for number in range(self.next_key, self.next_key + 3)]
        self.next_key += 3
        self.api.add_vectors(self.project, {key: [1, 2] for key in keys})

    def ask(self) -> None:
        """Ask for a batch."""
        self.api.batch(self.project, self.dice.randint(1, 3), self.dice.choice(PEOPLE))

    def answer(self) -> None:
        """Answer some items."""
        rows = self.api.get(f"{self.project}/items")["data"]
        chosen = self.dice.sample(rows, min(len(rows), 2))
        who = self.dice.choice(PEOPLE)
        answers = {row["key"]: self.dice.choice(VALUES) for row in chosen}
        if answers:
            self.api.label(self.project, answers, who)
            self.expected |= {(key, who): value for key, value in answers.items()}

    def retract(self) -> None:
        """Take an answer back."""
        rows = self.api.get(f"{self.project}/labels")["data"]
        if rows:
            row = self.dice.choice(rows)
            path = f"{self.project}/labels/{row['id']}"
            assert self.api.call("DELETE", path).status_code == 204
            del self.expected[row["key"], row["annotator"]]

    def delete(self) -> None:
        """Delete an item."""
        rows = self.api.get(f"{self.project}/items")["data"]
        if len(rows) > 3:
            key = self.dice.choice(rows)["key"]
            assert self.api.call("DELETE", f"{self.project}/items/{key}").status_code == 204
            self.expected = {k: v for k, v in self.expected.items() if k[0] != key}

    def wait(self) -> None:
        """Let time go by."""
        self.clock.advance(self.dice.choice((100, 1000)))

    def change(self) -> None:
        """Change how many labels an item needs."""
        body = {"labels_per_item": self.dice.randint(1, 3)}
        self.api.call("PATCH", self.project, json=body, headers={"If-Match": "*"})

    def act(self) -> None:
        """Do something."""
        acts: list[Callable[[], None]] = [self.register, self.ask, self.ask, self.answer]
        acts += [self.answer, self.answer, self.retract, self.delete, self.wait, self.change]
        self.dice.choice(acts)()


def recount(runtime: Runtime, path: str) -> dict[str, Any]:
    """What the rows say."""
    now = runtime.now()
    with runtime.readers() as session:
        project = project_of(session, path)
        items = {row.position: row for row in session.scalars(select(Item))}
        present = {at for at, row in items.items() if row.state != "deleted"}
        labels = [row for row in session.scalars(select(Label)) if row.is_current]
        answers = Counter(row.position for row in labels if row.value is not None)
        leases = list(session.scalars(select(Lease)))
    held = [each for each in leases if each.state == "open" and each.expires_at > now]
    assert max(Counter((each.position, each.annotator) for each in held).values(), default=0) <= 1
    for at in present:
        assert items[at].labels == answers[at]
        assert (items[at].state == "labelled") == (answers[at] >= project.labels_per_item)
    return {
        "items": len(present),
        "labelled": sum(items[at].state == "labelled" for at in present),
        "leased": len({each.position for each in held if items[each.position].state == "open"}),
        "audit": sum(items[at].audit_draw < project.audit_threshold for at in present),
        "labels": sum(answers[at] for at in present),
    }


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_what_a_recount_says_after_any_sequence(
    api: Api, runtime: Runtime, clock: FrozenClock, seed: int
) -> None:
    project = api.make_project(labels_per_item=1 + seed)
    crowd = Crowd(api, clock, project, seed)
    crowd.register()

    for _ in range(40):
        crowd.act()
        assert api.get(project)["counts"] == recount(runtime, project)

    rows = api.get(f"{project}/labels?limit=1000")["data"]
    assert {(row["key"], row["annotator"]): row["value"] for row in rows} == crowd.expected
