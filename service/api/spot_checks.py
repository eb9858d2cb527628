"""Spot checks over HTTP."""

from uuid import UUID

from service.actions import spot_checks
from service.actions.batch_views import BatchView
from service.api.answers import answers, batch_located
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.domain.requests import Wish
from service.schemas.batches import BatchOut
from service.schemas.spot_checks import SpotCheckIn

blueprint = Blueprint(
    "spot_checks",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/spot-checks",
    description="Confident predictions that people look at.",
)


@blueprint.post("")
@needs(Role.MANAGER)
@blueprint.arguments(SpotCheckIn)
@answers(blueprint, 201, BatchOut, batch_located)
def start_spot_check(wish: Wish, project_id: UUID) -> BatchView:
    """Lease confident predictions to an annotator, without telling what they are.

    Half are of regions in which something was found wrong, half of those with the fewest checks.
    Their labels go into the regions of the report, never into its accuracy.
    """
    return spot_checks.hand_out(runtime(), caller(), project_id, wish)
