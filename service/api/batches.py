"""Batches over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, request

from service.actions import batches
from service.actions.batch_views import BatchView
from service.api.answers import answers, located
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.domain.requests import Wish
from service.schemas.batches import BatchIn, BatchOut, ExplainQuery, RenewalIn, RenewedOut
from service.store.tables.labelling import Batch

blueprint = Blueprint(
    "batches",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/batches",
    description="Items handed out to be labelled.",
)


@blueprint.post("")
@needs(Role.ANNOTATOR, seeks_project=True)
@blueprint.arguments(ExplainQuery, location="query")
@blueprint.arguments(BatchIn)
@answers(blueprint, 201, BatchOut, located)
def hand_out_batch(query: dict[str, Any], wish: Wish, project_id: UUID) -> BatchView:
    """Lease the next items to an annotator; `?explain=true` (managers) says why each."""
    return batches.hand_out(runtime(), caller(), project_id, wish, explain=query["explain"])


@blueprint.patch("/<uuid:batch_id>")
@needs(Role.ANNOTATOR)
@blueprint.arguments(RenewalIn)
@answers(blueprint, 200, RenewedOut)
def renew_batch(renewal: dict[str, Any], project_id: UUID, batch_id: UUID) -> Batch:
    """Prolong the leases of a batch; `Lease-Token` must carry its token."""
    return batches.renew(
        runtime(),
        caller(),
        project_id,
        batch_id,
        token=request.headers.get("Lease-Token"),
        lease_seconds=renewal["lease_seconds"],
    )


@blueprint.delete("/<uuid:batch_id>")
@needs(Role.ANNOTATOR)
@blueprint.response(204)
def release_batch(project_id: UUID, batch_id: UUID) -> Response:
    """Give back what is not labelled; `Lease-Token` must carry the batch's token."""
    token = request.headers.get("Lease-Token")
    batches.release(runtime(), caller(), project_id, batch_id, token=token)
    return Response(status=204)
