"""Every name that a client may choose has code behind it, and all code has a name."""

import pytest

from service.domain.catalogue import Estimator, Strategy
from service.domain.runs import Stage
from service.schemas.estimators import PARAMETERS
from workers import tasks
from workers.app import app
from workers.learning import strategies, training

NOT_FITTED = [str(each) for each in Estimator if each not in ("auto", "external")]
NOT_SCORERS = {
    Strategy.AUTO,
    Strategy.DIVERSE,
    Strategy.TYPICLUST,
    Strategy.UHERDING,
    Strategy.HYBRID,
}
ONLY_OF_AUTO = {"power"}


def test_every_strategy_that_scores_has_a_scorer_and_no_scorer_is_hidden() -> None:
    named = {str(strategy) for strategy in Strategy if strategy not in NOT_SCORERS}

    assert set(strategies.SCORERS) == named | ONLY_OF_AUTO


@pytest.mark.parametrize("name", NOT_FITTED)
def test_every_estimator_that_is_fitted_can_be_specified(name: str) -> None:
    assert training.EstimatorSpec(name=name).name == name


def test_every_estimator_says_which_parameters_it_takes() -> None:
    assert set(PARAMETERS) == set(Estimator)


def test_every_stage_has_a_task_of_its_name() -> None:
    assert tasks is not None

    assert {f"workers.{stage}" for stage in Stage} | {"workers.predict"} <= set(app.tasks)
