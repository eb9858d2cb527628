"""Spot checks: confident predictions that people look at without being told what they are."""

from uuid import UUID

from service.actions import hand_outs, picks, receipts
from service.actions.access import Caller
from service.actions.batch_views import BatchView, Showing
from service.actions.picks import Pick
from service.actions.shelf import Shelf
from service.actions.ways import down_spots
from service.domain.catalogue import Reason, Role
from service.domain.requests import Wish
from service.errors import Conflict
from service.runtime import Runtime
from service.store import desks, slots, spots
from service.store.candidates import Asking, Candidate
from service.store.tables.labelling import Batch
from service.store.tables.reports import Spot
from service.store.writes import Writes

SUSPECT, RANDOM = "suspicious_region", "random_region"
_MOST_ROUNDS = 6
"""Rounds of choosing of which rivals took something, as in any batch."""


def hand_out(runtime: Runtime, caller: Caller, uid: UUID, wish: Wish) -> BatchView:
    """Lease confident predictions to an annotator: of suspicious regions, and of random ones.

    Raises:
        Conflict: there is nothing to check yet.
    """
    caller.require(Role.MANAGER)
    with runtime.readers() as session:
        desk = desks.get(session, caller.workspace_id, uid)
        if not spots.is_any(session, desk.project.id):
            raise Conflict(
                "there is nothing to check yet: a model has to score items that have vectors or "
                "texts, and the report that follows it chooses what is to be checked"
            )
    with runtime.sessions.begin() as session:
        now = runtime.now()
        writes = Writes(session)
        (batch,) = hand_outs.new_batches(writes, desk, [wish], at=now)
        asking = Asking(project=desk.project, annotators=(wish.annotator,), now=now)
        had = _chosen(writes, asking, batch)
        writes.send()
        hand_outs.log(session, [(batch, had)], desk)
        shown = Showing(runtime=runtime, session=session, desk=desk, now=now, explain=False)
        answer = shown.new(batch, had)
        receipts.keep(session, caller, answer, at=now)
    return answer


def _chosen(writes: Writes, asking: Asking, batch: Batch) -> list[Pick]:
    """Lease the next ones; what rivals took is chosen anew."""
    had: list[Pick] = []
    session = writes.session
    walk = down_spots(Shelf(session), asking)
    for _ in range(_MOST_ROUNDS):
        steps = walk.next_free(
            batch.size - len(had), without=set(picks.positions(had)), insists=False
        )
        there = spots.at_places(session, asking.project.id, [step.place + 1 for step in steps])
        wanted = [_pick(step.candidate, there[step.place + 1]) for step in steps]
        some = [(batch, pick.candidate) for pick in wanted]
        got = slots.take(writes, asking.project, some, now=asking.now)
        had += [pick for pick in wanted if pick.candidate.position in got]
        if len(had) == batch.size or not wanted:
            break
    return had


def _pick(candidate: Candidate, spot: Spot) -> Pick:
    return Pick(
        candidate=candidate,
        reason=Reason.SPOT_CHECK,
        strategy=SUSPECT if spot.is_suspect else RANDOM,
        probability=spot.probability,
        score=spot.confidence,
    )
