"""A run that trains nothing: its list of shards is frozen and sent to be scored."""

from collections.abc import Sequence

from service.runtime import Runtime
from service.store.tables.learning import Run
from workers import fanout, situations, stages
from workers.stages import Message


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the list of shards and send them; or what is left of one that was frozen."""
    labels = situations.counts(runtime, run)
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        return fanout.fan_out(session, project, held, runtime=runtime, labels=labels)
