"""Published figures through a whole service; one of them runs wherever the tests do."""

import json
from pathlib import Path

import pytest

from benchmarks import reproduce
from benchmarks.reproduce import Result

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("here", "is_same"),
    [(0.819412, True), (0.819405, True), (0.819416, False), (0.819404, False), (None, False)],
)
def test_figures_agree_in_every_published_digit(here: float | None, is_same: bool) -> None:
    result = Result(data="heart", seed=0, published=0.81941, here=here, queries=142, seconds=1)

    assert result.is_same == is_same


def test_an_unknown_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        reproduce.main(["folder", "--only", "heart:9"])

    assert "must be one of heart:0, heart:1" in capsys.readouterr().err


@pytest.mark.journey
def test_the_loop_over_http_reaches_a_published_area(tmp_path: Path) -> None:
    code = reproduce.main([str(DATA), "--only", "heart:0", "--out", str(tmp_path)])

    written = json.loads((tmp_path / "reproduce.json").read_text())
    assert code == 0, written
    assert [each["is_same"] for each in written] == [True]
