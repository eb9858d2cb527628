"""Posts of labels that come at once: each checked and answered for itself, all written together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import answers, receipts
from service.actions.access import Caller
from service.domain.requests import Answer, NewLabel
from service.domain.runs import Stage
from service.errors import Fault, Unacceptable
from service.runtime import Runtime
from service.store import counts, cycles, standings
from service.store.standings import Standing
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.writes import Writes
from service.turns import Gather


@dataclass(frozen=True, kw_only=True)
class Post:
    """Labels of one request."""

    caller: Caller
    new: Sequence[NewLabel]

    @property
    def has_skip(self) -> bool:
        """Whether it gives an item back."""
        return any(label.value is None for label in self.new)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of the labels sent, and the cycle that they start if they do."""

    recorded: int
    unchanged: int
    run: Run | None


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of posts, and what is to follow once that is committed."""

    outcomes: list[Recorded | Exception]
    """In the order of the posts."""
    run: Run | None
    project_id: int
    has_skip: bool

    def follow_up(self, runtime: Runtime) -> None:
        """Tell those who can find it by now."""
        if self.has_skip:
            runtime.heads.look_again(self.project_id)
        if self.run is not None:
            runtime.queue.start(self.run.stage, self.run.id)


def record_all(
    runtime: Runtime, workspace_id: UUID, uid: UUID, gather: Gather[Post]
) -> list[Recorded | Exception]:
    """Record posts for one project in their order; a refused one leaves the others alone."""
    with runtime.sessions.begin() as session:
        project = counts.lock(session, workspace_id, uid)
        posts = gather()
        done = record(session, project, posts, at=runtime.now())
    done.follow_up(runtime)
    return done.outcomes


def record(session: Session, project: Project, posts: Sequence[Post], *, at: datetime) -> Done:
    """Record posts in a transaction in which their project is locked."""
    keys = {label.key for post in posts for label in post.new}
    known = standings.lock_many(session, project.id, keys)
    refusals = [_refusal(project, known, post) for post in posts]
    wanted = [
        [] if refusal else _wanted(project, known, post)
        for post, refusal in zip(posts, refusals, strict=True)
    ]
    writes = Writes(session)
    changed = answers.apply(writes, project, known.values(), wanted, at=at)
    starter, run = _count(writes, project, changed, at)
    writes.send()
    outcomes: list[Recorded | Exception] = []
    for number, (post, refusal) in enumerate(zip(posts, refusals, strict=True)):
        if refusal is not None:
            outcomes.append(refusal)
            continue
        answer = Recorded(
            recorded=changed[number],
            unchanged=len(post.new) - changed[number],
            run=run if number == starter else None,
        )
        receipts.keep(session, post.caller, answer, at=at)
        outcomes.append(answer)
    has_skip = any(post.has_skip for post in posts)
    return Done(outcomes=outcomes, run=run, project_id=project.id, has_skip=has_skip)


def _count(
    writes: Writes, project: Project, changed: Sequence[int], at: datetime
) -> tuple[int | None, Run | None]:
    """Write the project's counts, and queue a cycle if one is due by now.

    Answer with which post it came to be, and the cycle.
    """
    if not any(changed):
        return None, None
    is_due = cycles.note_due(project, at)
    counts.keep(writes, project)
    if not is_due:
        return None, None
    run = cycles.queue_cycle(writes.session, project, Stage.RETRAIN, at=at, writes=writes)
    if run is None:  # one is in flight, which is followed by another
        return None, None
    events = project.label_events - sum(changed)
    for number, count in enumerate(changed):
        events += count
        if count and cycles.is_due(project, at, events=events):
            return number, run
    return None, run


def _wanted(project: Project, known: Mapping[str, Standing], post: Post) -> list[Answer]:
    classes = {name: index for index, name in enumerate(project.classes)}
    return [
        Answer(
            position=known[label.key].position,
            annotator=label.annotator,
            value=None if label.value is None else classes[label.value],
            prediction_shown=label.prediction_shown,
        )
        for label in post.new
    ]


def _refusal(project: Project, known: Mapping[str, Standing], post: Post) -> Unacceptable | None:
    faults = []
    for index, label in enumerate(post.new):
        if label.key not in known:
            detail = f"there is no item {label.key!r} in this project"
            faults.append(Fault(f"/labels/{index}/key", detail))
        if label.value is not None and label.value not in project.classes:
            detail = f"{label.value!r} is not one of the classes: {', '.join(project.classes)}"
            faults.append(Fault(f"/labels/{index}/value", detail))
    if not faults:
        return None
    return Unacceptable("no label was stored: some are not acceptable", faults=faults)
