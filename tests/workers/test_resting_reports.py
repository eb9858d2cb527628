"""A report rests four times as long as it took, so that it takes a fifth of one worker at most."""

from collections.abc import Sequence

from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import reports
from service.store.tables.learning import Run
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from tests.workers.reports import learn, others, ready, report
from workers import stages, sweep
from workers.stages import Message, Superseded


def test_a_report_that_took_long_rests_before_it_is_made_anew(pool: Pool) -> None:
    ready(pool)
    pool.label(*others(pool)[:20])
    pool.clock.pace = 5.0
    learn(pool)
    pool.clock.pace = 0.0
    (first,) = (run for run in pool.rows(Run) if run.kind == RunKind.REPORT)
    pool.label(*others(pool)[20:40])

    learn(pool)
    sweep.sweep(pool.runtime)
    pool.work()
    resting = report(pool)["labels_since"]
    pool.clock.advance(reports.REST * first.seconds["report"])
    sweep.sweep(pool.runtime)
    pool.work()

    assert resting == 20
    assert report(pool)["labels_since"] == 0


def test_a_report_does_not_rest_for_the_time_that_a_dead_worker_had_it(pool: Pool) -> None:
    ready(pool)
    pool.label(*others(pool)[:20])
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work(until=Stage.REPORT)
    (first,) = (run for run in pool.rows(Run) if run.kind == RunKind.REPORT)

    def dies(runtime: Runtime, run: Run) -> Sequence[Message]:
        pool.clock.advance(60)
        deliver(runtime, Stage.REPORT, run.id)
        raise Superseded

    stages.attempt(pool.runtime, Stage.REPORT, first.id, dies)

    (first,) = (run for run in pool.rows(Run) if run.kind == RunKind.REPORT)
    assert first.state == "done"
    assert first.seconds["report"] < 60
