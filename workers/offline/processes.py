"""All replays at once, on the cores that there are."""

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from threadpoolctl import threadpool_limits

from service.domain.simulations import Asked
from service.store.blobs import LocalBlobs
from workers import asking, replays
from workers.asking import Plan, Pool
from workers.learning.curves import Curve
from workers.offline.reading import Data
from workers.pool import frozen, moments
from workers.pool.frozen import Frozen, Labelled

_LOOK_SECONDS = 0.2

# What each process works with: the pool, and where it tells how far it is.
_process: dict[str, Any] = {}


def run(
    data: Data,
    asked: Asked,
    goal: Mapping[str, Any] | None,
    *,
    processes: int,
    told: Callable[[float], None],
) -> list[Curve]:
    """Replay all that is asked; a curve for each of `asked.replays()`.

    Args:
        goal: as a project has it.
        told: is given the share of all that is done, now and then.
    """
    context = multiprocessing.get_context("spawn")
    shares = context.Queue()
    with TemporaryDirectory() as folder:
        labelled = Labelled(
            features=data.features, labels=data.labels, moments=moments.of(data.features)
        )
        kept = frozen.freeze(LocalBlobs(Path(folder)), labelled)
        start = (Path(folder), kept, data.classes, shares)
        with ProcessPoolExecutor(
            processes, mp_context=context, initializer=_begin, initargs=start
        ) as executor:
            try:
                done = [
                    executor.submit(_replay, number, plan)
                    for number, plan in enumerate(plans(asked, goal))
                ]
                _watch(done, shares, told)
                return [each.result() for each in done]
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise


def plans(asked: Asked, goal: Mapping[str, Any] | None) -> list[Plan]:
    """How each replay goes."""
    return [
        asking.plan_of(asked, strategy=strategy, seed=seed, goal=goal)
        for strategy, seed in asked.replays()
    ]


def _watch(done: Sequence[Future[Curve]], shares: Any, told: Callable[[float], None]) -> None:
    """Tell how far all are until each has ended; raise what one of them has raised."""
    reached = [0.0] * len(done)
    while not all(each.done() for each in done):
        try:
            number, share = shares.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            pass
        else:
            reached[number] = share
            told(sum(reached) / len(reached))
        failed = next((each for each in done if each.done() and each.exception()), None)
        if failed is not None:
            failed.result()
    told(1.0)


def _begin(folder: Path, kept: Frozen, classes: Sequence[str], shares: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends it at once, and in silence
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threadpool_limits(1)
    labelled = frozen.read(LocalBlobs(folder), kept)
    _process["pool"] = Pool(**vars(labelled), classes=classes)
    _process["shares"] = shares


def _end_with_parent() -> None:
    """End when the parent has, however it did: nobody would ask for anything any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _replay(number: int, plan: Plan) -> Curve:
    return replays.replay(_process["pool"], plan, told=partial(_tell, number))


def _tell(number: int, share: float) -> None:
    _process["shares"].put((number, share))
