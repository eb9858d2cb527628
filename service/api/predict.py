"""Ad-hoc predictions over HTTP."""

from uuid import UUID

from service.actions import predict
from service.actions.predict import Predicted
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime, waiting
from service.domain.catalogue import Role
from service.domain.contents import Question
from service.schemas.predict import PredictedOut, QuestionsIn

blueprint = Blueprint(
    "predict",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/predict",
    description="What the version in use says of items that need not be registered.",
)


@blueprint.post("")
@needs(Role.READER)
@blueprint.arguments(QuestionsIn)
@answers(blueprint, 200, PredictedOut)
def predict_items(questions: list[Question], project_id: UUID) -> Predicted:
    """Predict up to 1,000 items; a worker answers within 30 s, or 503 with `Retry-After`."""
    return predict.ask(runtime(), caller(), project_id, questions, waiting=waiting())
