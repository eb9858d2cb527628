"""The demonstration, in small, on a service of its own."""

import json
from pathlib import Path

import httpx
import pytest

from benchmarks import demo, expert, machine
from benchmarks.client import Address, Client, Refused


def test_pool_and_test_set_of_a_lesson_share_nothing() -> None:
    given = expert.lesson(seed=1)

    assert len(given.pool) == expert.POOL
    assert sorted(given.pool + given.test) == list(range(len(given.truth)))
    assert given.pool == expert.lesson(seed=1).pool
    assert given.pool != expert.lesson(seed=2).pool


def test_only_the_choice_of_items_differs_between_the_arms() -> None:
    assert set(expert.ARMS[expert.SERVICE]) == {"strategy"}
    assert set(expert.ARMS[expert.RANDOM]) == {"strategy", "batch"}


def test_a_service_that_is_named_must_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code = demo.main(["--url", "http://127.0.0.1:9", "--key", "none"])

    assert code == 1
    assert "no service is ready at http://127.0.0.1:9" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["0", "21", "many"])
def test_a_number_beyond_its_bounds_is_refused(given: str) -> None:
    with pytest.raises(SystemExit):
        demo.main(["--seeds", given])


def test_a_refusal_is_told_in_the_words_of_the_service() -> None:
    problem = {"detail": "no label was stored", "errors": [{"pointer": "/a", "detail": "is b"}]}
    refusing = httpx.MockTransport(lambda _: httpx.Response(422, json=problem))
    client = Client(Address(url="http://service", key="key"), transport=refusing)

    with client, pytest.raises(Refused, match=r"POST /v1/projects: no label was stored \(/a is b"):
        client.make_project({})


@pytest.mark.journey
def test_both_arms_are_taught_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with machine.own() as address:
        words = ["--url", address.url, "--key", address.key, "--seeds", "1", "--labels", "40"]
        assert demo.main([*words, "--out", str(tmp_path)]) == 0
        with Client(address) as client:
            assert client.projects() == []

    said = capsys.readouterr().out
    assert "Labels saved" in said
    written = json.loads((tmp_path / "digits.json").read_text())
    assert [curve["labels"] for curve in written["curves"]] == [[10, 20, 30, 40]] * 2
    assert (tmp_path / "digits.png").stat().st_size > 10_000
