"""Simulations over HTTP."""

from typing import Any
from uuid import UUID

from service.actions import simulations
from service.actions.simulations import SimulationView
from service.api import paging
from service.api.answers import answers, run_located
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.simulations import SimulationIn, SimulationOut, SimulationPageOut

blueprint = Blueprint(
    "simulations",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/simulations",
    description="What each strategy would have saved, replayed on the labels that there are.",
)


@blueprint.post("")
@needs(Role.MANAGER)
@blueprint.arguments(SimulationIn)
@answers(blueprint, 202, SimulationOut, run_located)
def start_simulation(body: dict[str, Any], project_id: UUID) -> SimulationView:
    """Replay the project's labels under strategies and seeds; watch the run, which has its id."""
    return simulations.start(runtime(), caller(), project_id, body)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, SimulationPageOut)
def list_simulations(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """List simulations, newest first."""
    before, limit = paging.moment(query["cursor"]), query["limit"]
    rows = simulations.list_page(runtime(), caller(), project_id, before=before, limit=limit)
    return paging.page(rows, limit, lambda view: (view.run.created_at, view.run.id))


@blueprint.get("/<uuid:run_id>")
@needs(Role.READER)
@answers(blueprint, 200, SimulationOut)
def get_simulation(project_id: UUID, run_id: UUID) -> SimulationView:
    """Get a simulation: how far it is, or what it has shown."""
    return simulations.read(runtime(), caller(), project_id, run_id)
