"""Spot checks over HTTP: confident predictions, handed out blind, logged with their chances."""

import pytest

from service.runtime import Runtime
from service.store import spots
from service.store.tables.reports import Spot
from tests.api import Api
from tests.service.rows import keys, project_of, ranked

ASKED = {"size": 3, "annotator": "ana"}


@pytest.fixture
def project(api: Api, runtime: Runtime) -> str:
    """Items of which the even ones are to be checked, from the last to the first."""
    path = ranked(api, runtime, 20)
    with runtime.sessions.begin() as session:
        row = project_of(session, path)
        rows = [
            Spot(
                project_id=row.id,
                place=place,
                position=position,
                is_suspect=place % 2 == 1,
                confidence=0.9,
                probability=0.125,
            )
            for place, position in enumerate(range(18, -1, -2), 1)
        ]
        spots.replace(session, row.id, rows)
    return path


def test_the_next_ones_are_handed_out_under_a_lease(api: Api, project: str) -> None:
    response = api.call("POST", f"{project}/spot-checks", json=ASKED)

    batch = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1{project}/batches/{batch['id']}"
    assert keys(batch) == ["i18", "i16", "i14"]
    assert keys(api.post(f"{project}/spot-checks", ASKED, 201)) == ["i12", "i10", "i8"]
    token = {"Lease-Token": batch["lease"]["token"]}
    path = f"{project}/batches/{batch['id']}"
    assert api.call("DELETE", path, headers=token).status_code == 204
    assert keys(api.post(f"{project}/spot-checks", ASKED, 201)) == ["i18", "i16", "i14"]


def test_who_checks_is_told_nothing(api: Api, project: str) -> None:
    batch = api.post(f"{project}/spot-checks", ASKED, 201)

    assert all(set(item) == {"key", "position", "metadata"} for item in batch["items"])


def test_the_log_has_the_chance_of_each(api: Api, project: str) -> None:
    api.post(f"{project}/spot-checks", ASKED, 201)

    log = api.get(f"{project}/selections")["data"]

    assert {row["reason"] for row in log} == {"spot_check"}
    assert {row["probability_of_selection"] for row in log} == {0.125}
    assert {row["strategy"] for row in log} == {"suspicious_region", "random_region"}


def test_labels_say_that_they_are_of_a_spot_check(api: Api, project: str) -> None:
    batch = api.post(f"{project}/spot-checks", ASKED, 201)
    api.label(project, dict.fromkeys(keys(batch), "fine"))

    reasons = {label["reason"] for label in api.get(f"{project}/labels")["data"]}

    assert reasons == {"spot_check"}


def test_what_is_labelled_or_used_up_is_not_handed_out(api: Api, project: str) -> None:
    api.label(project, {"i18": "fine"})

    batch = api.post(f"{project}/spot-checks", {"size": 20, "annotator": "ana"}, 201)

    assert keys(batch) == [f"i{n}" for n in range(16, -1, -2)]
    assert batch["exhausted"] is True


def test_before_a_report_there_is_nothing_to_check(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 20)

    response = api.call("POST", f"{project}/spot-checks", json=ASKED)

    assert response.status_code == 409
    assert "nothing to check yet" in response.json["detail"]
