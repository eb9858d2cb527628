"""Runs on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.domain.runs import RunState, Stage, progress
from service.schemas.base import In, Out, Time, page_of
from service.store.tables.learning import Run


class RunIn(In):
    """Nothing to say."""


class RunOut(Out):
    """A run and how far it is."""

    id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    stage = fields.String()
    progress = fields.Float()
    reason = fields.String(allow_none=True)
    created_at = Time()
    started_at = Time(allow_none=True)
    finished_at = Time(allow_none=True)
    seconds = fields.Dict(keys=fields.String(), values=fields.Float())

    @pre_dump
    def _flatten(self, run: Run, **_: Any) -> dict[str, Any]:
        names = (
            "id",
            "kind",
            "state",
            "stage",
            "reason",
            "created_at",
            "started_at",
            "finished_at",
            "seconds",
        )
        done = progress(
            RunState(run.state),
            Stage(run.stage),
            shards=run.shards or 0,
            shards_left=run.shards_left or 0,
        )
        return {name: getattr(run, name) for name in names} | {"progress": done}


RunPageOut = page_of(RunOut)
