"""All parts of an upload together: refused if a row is, else positions are kept for what is new."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from service.domain import audit
from service.domain.contents import DIGEST_BYTES
from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import lookups, runs, upload_parts, uploads, watches
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.uploads import Part
from workers import stages
from workers.ingest import endings, task
from workers.ingest.decode import taken
from workers.stages import Message
from workers.uploads import known, rows
from workers.uploads.known import Repeats
from workers.uploads.rows import MOST_REFUSED, PAIR, Pairs, Refusals

log = structlog.get_logger(__name__)

PAUSE = timedelta(seconds=0.5)
"""How long an upload waits for another one that writes."""
_AT_ONCE = 5000


@dataclass
class _Upload:
    """Marks and digests of all rows, and which of them are known by now."""

    marks: Pairs
    digests: Pairs
    is_known: npt.NDArray[np.bool_]
    refused: set[int] = field(default_factory=set)

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """Rows by their marks: only where something was registered meanwhile."""
        return np.argsort(self.marks["high"], kind="stable").astype(np.int64, copy=False)

    def note(self, repeats: Repeats) -> None:
        """Take in what was found out."""
        self.is_known[repeats.same] = True
        self.refused.update(repeats.other[:MOST_REFUSED].tolist())


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Compare the rows with each other and with what was registered meanwhile."""
    found = task.load(runtime, run.id)
    with runtime.readers() as session:
        planned = upload_parts.list_for(session, run.id)
        is_turn = uploads.first_reserved(session, found.project.id) is None
    if any(part.refused_count for part in planned):
        return endings.refuse(runtime, run, _refusals(planned))
    if not is_turn:
        return _wait(runtime, run)
    upload = _load(runtime, planned)
    upload.note(known.within(upload.marks, upload.digests))
    seen = found.upload.seen
    while not upload.refused:
        seen = _catch_up(runtime, found.project, upload, seen)
        messages = _reserve(runtime, run, planned, upload, seen)
        if messages is not None:
            return messages
    return endings.refuse(runtime, run, _contradictions(runtime, planned, upload))


def _refusals(planned: Sequence[Part]) -> Refusals:
    first = [row for part in planned for row in part.refused][:MOST_REFUSED]
    return Refusals(first=first, count=sum(part.refused_count for part in planned))


def _load(runtime: Runtime, planned: Sequence[Part]) -> _Upload:
    total = sum(part.rows for part in planned)
    marks, digests = np.empty(total, PAIR), np.empty(total, PAIR)
    is_known = np.zeros(total, bool)
    for part in planned:
        here = slice(part.first_row, part.first_row + part.rows)
        table = rows.unpack(runtime.blobs.path(part.content or ""))
        marks[here] = rows.pairs(table, "mark")
        digests[here] = rows.pairs(table, "digest")
        is_known[part.first_row + known_rows(runtime, part)] = True
    return _Upload(marks=marks, digests=digests, is_known=is_known)


def known_rows(runtime: Runtime, part: Part) -> npt.NDArray[np.int64]:
    """Numbers of the rows in a part that are registered already."""
    if part.known is None:
        return np.zeros(0, np.int64)
    data = runtime.blobs.path(part.known).read_bytes()
    return np.frombuffer(data, "<u4").astype(np.int64)


def _catch_up(runtime: Runtime, project: Project, upload: _Upload, seen: int) -> int:
    """Compare with the items registered from a position on; answer up to which."""
    while True:
        with runtime.readers() as session:
            newer = lookups.digests_from(session, project.id, first=seen, limit=_AT_ONCE)
        if not newer:
            return seen
        seen = newer[-1][0] + 1
        _compare(project, upload, newer)


def _compare(project: Project, upload: _Upload, newer: Sequence[tuple[int, str, bytes]]) -> None:
    mark = audit.marker(project.audit_secret)
    marks = [mark(key.encode())[:DIGEST_BYTES] for _, key, _ in newer]
    there = np.frombuffer(b"".join(marks), PAIR)
    digests = np.frombuffer(b"".join(digest for _, _, digest in newer), PAIR)
    upload.note(known.against(upload.marks, upload.digests, upload.order, there, digests))


def _reserve(
    runtime: Runtime, run: Run, planned: Sequence[Part], upload: _Upload, seen: int
) -> Sequence[Message] | None:
    """Keep positions for what is new; None if the pool has changed since it was looked at."""
    lists = _fresh(runtime, planned, upload)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if lookups.digests_from(session, project.id, first=seen, limit=1):
            return None
        if uploads.first_reserved(session, project.id) is not None:
            watches.put_off(session, run.id, wake_at=now + PAUSE)
            return []
        reserved = _place(lists, project.next_position)
        fresh = sum(row["fresh"] for row in reserved)
        project.next_position += fresh
        upload_parts.reserve(session, reserved, at=now)
        row = uploads.find_many(session, [run.id])[run.id]
        row.unchanged, row.refused, row.refused_count = len(upload.marks) - fresh, [], 0
        if fresh == 0:
            row.registered = 0
            runs.move(session, held, now=now, state=RunState.DONE, reason=None)
            return []
        row.is_reserving = True
        numbers = [each["number"] for each in reserved if each["fresh"]]
        count = len(numbers)
        runs.move(session, held, now=now, stage=Stage.WRITE, shards=count, shards_left=count)
        watches.leave_to_pieces(session, run.id)
    log.info("checked", run=str(run.id), fresh=fresh, unchanged=row.unchanged)
    return [(Stage.WRITE, (run.id, number)) for number in numbers]


def _fresh(runtime: Runtime, planned: Sequence[Part], upload: _Upload) -> list[dict[str, Any]]:
    """For each part, how many of its rows are new, and which are not."""
    found = []
    for part in planned:
        is_known = upload.is_known[part.first_row : part.first_row + part.rows]
        count = int(is_known.sum())
        numbers = np.flatnonzero(is_known).astype("<u4").tobytes()
        found.append(
            {
                "run_id": part.run_id,
                "number": part.number,
                "fresh": part.rows - count,
                "known": runtime.blobs.put(numbers) if count else None,
            }
        )
    return found


def _place(lists: Sequence[dict[str, Any]], position: int) -> list[dict[str, Any]]:
    placed = []
    for row in lists:
        placed.append(row | {"first_position": position if row["fresh"] else None})
        position += row["fresh"]
    return placed


def _wait(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Another upload writes items of this project, or takes them away, which may be the same."""
    with runtime.sessions.begin() as session:
        stages.hold(session, run)
        watches.put_off(session, run.id, wake_at=runtime.now() + PAUSE)
    return []


def _contradictions(runtime: Runtime, planned: Sequence[Part], upload: _Upload) -> Refusals:
    refusals = Refusals()
    for part in planned:
        table = rows.unpack(runtime.blobs.path(part.content or ""))
        for row in sorted(upload.refused):
            if part.first_row <= row < part.first_row + part.rows:
                key = table.column("key")[row - part.first_row].as_py()
                refusals.add(row, key, taken(key))
    return refusals
