"""Runs on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.domain.runs import RunState, Stage, progress
from service.schemas.base import In, Out, Time, page_of


class RunIn(In):
    """Nothing to say."""


class RefusedOut(Out):
    """A row of an upload that is not acceptable."""

    row = fields.Integer(metadata={"description": "From 0."})
    key = fields.String(allow_none=True)
    detail = fields.String()


class RunOut(Out):
    """A run and how far it is; the last four are an upload's, null for other kinds."""

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
    registered = fields.Integer(allow_none=True)
    unchanged = fields.Integer(allow_none=True)
    refused = fields.List(
        fields.Nested(RefusedOut),
        allow_none=True,
        metadata={"description": "The first 100; one refused row refuses the upload."},
    )
    refused_count = fields.Integer(allow_none=True)

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        run = view.row
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
        about = ("registered", "unchanged", "refused", "refused_count")
        return (
            {name: getattr(run, name) for name in names}
            | {name: getattr(view.upload, name, None) for name in about}
            | {"progress": progress_of(run)}
        )


def progress_of(run: Any) -> float:
    """How far a run is, from 0 to 1."""
    return progress(
        RunState(run.state),
        Stage(run.stage),
        shards=run.shards or 0,
        shards_left=run.shards_left or 0,
    )


RunPageOut = page_of(RunOut)
