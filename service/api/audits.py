"""The audit over HTTP."""

from typing import Any
from uuid import UUID

from flask import request

from service.actions import audits
from service.actions.audits import Released
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.audits import ReleasedOut, ReleaseIn

blueprint = Blueprint(
    "audits",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/audit",
    description="The random part of the pool that versions are judged on.",
)


def _location(body: Any) -> dict[str, str]:
    run = body["run"]
    runs = request.path.removesuffix("audit/release") + "runs"
    return {} if run is None else {"Location": f"{runs}/{run['id']}"}


@blueprint.post("/release")
@needs(Role.MANAGER)
@blueprint.arguments(ReleaseIn)
@answers(blueprint, 202, ReleasedOut, _location)
def release_audit(_: dict[str, Any], project_id: UUID) -> Released:
    """Give the audit reserve to training, for good; later versions have no accuracy to show."""
    return audits.release(runtime(), caller(), project_id)
