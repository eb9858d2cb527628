"""Labels into a version, or held with a reason."""

import pytest
from sqlalchemy import update

from service.domain.runs import Stage
from service.store.tables.learning import Version
from service.store.tables.pool import Item, Project
from tests.workers.conftest import Pool
from workers.pool import models


def test_one_class_is_held_with_its_reason_and_the_ranking_goes_on(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 2}).add(30)
    pool.work()
    before = pool.api.get(pool.path)["ranking"]["number"]
    fine = [n for n in range(30) if pool.side(f"0-{n}") == "fine"][:2]

    pool.label(*fine)
    pool.work()

    run = pool.last_run()
    assert run["state"] == "held"
    assert run["reason"] == "all 2 training labels are 'fine'; a model needs at least two classes"
    assert pool.api.get(pool.path)["ranking"]["number"] == before
    keys = [item["key"] for item in pool.api.batch(pool.path, 30)["items"]]
    assert set(keys).isdisjoint({f"0-{n}" for n in fine})


def test_a_run_without_labels_is_held(pool: Pool) -> None:
    pool.make().add(3)
    pool.work()

    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    assert pool.last_run()["reason"] == "there are no training labels; a model needs two classes"


def test_the_audit_reserve_is_never_trained_on_whoever_labels_it(pool: Pool) -> None:
    pool.make(batch={"audit_share": 0.5}, retrain={"min_labels": 40}).add(40)
    pool.work()
    reserved = pool.api.get(pool.path)["counts"]["audit"]

    pool.label(*range(40))
    pool.work()

    assert reserved > 0
    assert pool.api.get(pool.path)["version"]["labels"] == 40 - reserved
    train = pool.api.get(f"{pool.path}/labels?set=train&limit=1000")["data"]
    assert len(train) == 40 - reserved


def test_deleted_items_and_retracted_labels_are_not_trained_on(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(9))
    assert pool.api.call("DELETE", f"{pool.path}/items/0-0").status_code == 204
    label = pool.api.get(f"{pool.path}/labels?limit=1")["data"][0]
    assert pool.api.call("DELETE", f"{pool.path}/labels/{label['id']}").status_code == 204

    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    assert pool.api.get(pool.path)["version"]["labels"] == 7


def test_from_three_labels_of_an_item_on_the_majority_decides(pool: Pool) -> None:
    pool.make(labels_per_item=3, retrain={"min_labels": 100}).add(10)
    pool.work()
    pool.label(*range(1, 10))
    for annotator, value in (("a", "fine"), ("b", "defect"), ("c", "fine")):
        pool.api.label(pool.path, {"0-0": value}, annotator)

    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    assert pool.api.get(pool.path)["version"]["labels"] == 10


def test_parameters_that_a_client_fixed_are_used_and_reported(pool: Pool) -> None:
    estimator = {"name": "svm_rbf", "C": 2.0, "gamma": "auto"}
    pool.make(estimator=estimator, retrain={"min_labels": 10}).add(20)
    pool.work()

    pool.label(*range(10))
    pool.work()

    version = pool.api.get(f"{pool.path}/versions/1")
    assert version["estimator"]["name"] == "svm_rbf"
    assert version["estimator"]["C"] == 2.0
    row = pool.rows(Version)[0]
    machine = models.load(pool.runtime.blobs.path(row.model), row.model).machine
    assert (machine.C, machine.gamma, machine.kernel) == (2.0, "auto", "rbf")


def test_the_scaling_is_chosen_by_the_data_and_reported(pool: Pool) -> None:
    pool.make(estimator={"name": "logistic"}, retrain={"min_labels": 20}).add(40)
    pool.work()

    pool.label(*range(20))
    pool.work()
    pool.label(*range(20, 30))
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    first = pool.api.get(f"{pool.path}/versions/1")["report"]
    second = pool.api.get(f"{pool.path}/versions/2")["report"]
    assert first["scaling"] in ("standard", "unit")
    assert first["cross_validation"]["folds"] == 5
    assert (first["validated_at"], second["validated_at"]) == (20, 20)
    assert second["scaling"] == first["scaling"]


def test_while_a_version_is_pinned_new_ones_stay_out_of_use(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work()
    assert pool.api.call("PUT", f"{pool.path}/versions/1/pin").status_code == 200

    pool.label(*range(10, 20))
    pool.work()

    second = pool.api.get(f"{pool.path}/versions/2")
    project = pool.api.get(pool.path)
    assert (second["promoted"], second["reason"]) == (False, "version 1 is pinned")
    assert (project["version"]["number"], project["ranking"]["version"]) == (1, 1)
    assert pool.api.call("DELETE", f"{pool.path}/pin").status_code == 204
    pool.work()
    assert pool.api.get(pool.path)["ranking"]["version"] == 2


@pytest.mark.parametrize("stage", [Stage.RETRAIN, Stage.SCORE, Stage.RANK])
def test_a_deleted_project_cancels_its_run_at_the_next_stage(pool: Pool, stage: Stage) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work(until=stage)

    with pool.runtime.sessions.begin() as session:
        session.execute(update(Project).values(deleted_at=pool.clock()))
    pool.work()

    with pool.runtime.sessions.begin() as session:
        session.execute(update(Project).values(deleted_at=None))
    expected = {"cancelled"} if stage is not Stage.SCORE else {"cancelled", "running"}
    assert pool.last_run()["state"] in expected
    assert len(pool.rows(Item)) == 20


def test_auto_says_what_it_chose_from_and_keeps_it_until_the_labels_have_doubled(
    pool: Pool,
) -> None:
    pool.make(retrain={"min_labels": 10, "share": 0}, estimator="auto").add(120)
    pool.work()
    for first, end in ((0, 60), (60, 80)):
        pool.label(*range(first, end))
        pool.work()

    first, second = (pool.api.get(f"{pool.path}/versions/{number}") for number in (1, 2))

    tried = {each["estimator"]["name"] for each in first["candidates"]}
    assert {"logistic", "svm_rbf", "forest", "boosting", "naive_bayes"} == tried
    assert first["estimator"] in [each["estimator"] for each in first["candidates"]]
    assert second["estimator"] == first["estimator"]
    assert second["candidates"] == first["candidates"]
    assert second["temperature"] == first["temperature"] > 0


def test_where_there_is_no_time_nothing_is_compared_and_a_line_is_fitted(pool: Pool) -> None:
    pool.configure(ranking_seconds=0.0)
    pool.make(retrain={"min_labels": 10}).add(60)
    pool.work()
    pool.label(*range(50))
    pool.work()

    version = pool.api.get(f"{pool.path}/versions/1")

    assert version["estimator"]["name"] == "logistic"
    assert version["candidates"] == []
    assert version["report"]["reason"] == "a comparison would take too long"
