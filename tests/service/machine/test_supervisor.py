"""The supervisor keeps children up, and ends them in their order."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.machine.children import Child, Plan
from service.machine.stopping import Stop
from service.machine.supervisor import Supervisor
from service.machine.words import CannotStart

NOTES_ITS_END = (
    "import pathlib, signal, sys, time\n"
    "def end(number, frame):\n"
    "    time.sleep({pause})\n"
    "    with open({file!r}, 'a') as file: file.write('{name} ')\n"
    "    sys.exit()\n"
    "signal.signal(signal.SIGTERM, end)\n"
    "print('ready', flush=True)\n"
    "time.sleep(60)\n"
)


def test_a_dead_child_is_up_again_within_two_seconds(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    record = tmp_path / "run.json"
    with Supervisor(Stop(), record=record) as supervisor:
        child = supervisor.start(make_plan())
        for _ in range(3):
            killed = child.group
            os.kill(killed, signal.SIGKILL)
            began = time.monotonic()
            while child.group == killed:
                supervisor.look()
                time.sleep(0.02)

            assert time.monotonic() - began < 2
            assert not child.has_ended()
            recorded = json.loads(record.read_text())["children"]
            assert recorded["child"]["group"] == child.group

    assert child.has_ended()
    assert not record.exists()


def test_children_end_turn_after_turn(make_plan: Callable[..., Plan], tmp_path: Path) -> None:
    def noting(name: str, *, turn: int, pause: float) -> Plan:
        script = NOTES_ITS_END.format(name=name, pause=pause, file=str(tmp_path / "ends"))
        return make_plan(script, name=name, stop_turn=turn)

    with Supervisor(Stop(), record=tmp_path / "run.json") as supervisor:
        children = [
            supervisor.start(noting("broker", turn=2, pause=0.0)),
            supervisor.start(noting("slow", turn=1, pause=0.5)),
            supervisor.start(noting("quick", turn=1, pause=0.0)),
            supervisor.start(noting("api", turn=0, pause=0.3)),
        ]
        supervisor.wait_for("all", lambda: all(map(Child.last_lines, children)), seconds=10)

    assert (tmp_path / "ends").read_text().split() == ["api", "quick", "slow", "broker"]


def wait_for_ever(plan: Plan, record: Path, *, seconds: float) -> None:
    with Supervisor(Stop(), record=record) as supervisor:
        supervisor.start(plan)
        supervisor.wait_for("the service", lambda: False, seconds=seconds)


def test_a_first_start_is_given_up_when_a_child_does_not_stay(
    make_plan: Callable[..., Plan], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = make_plan("raise SystemExit('no such luck')", name="bad")

    with pytest.raises(CannotStart, match=r"bad does not stay up(?s:.*)no such luck"):
        wait_for_ever(plan, tmp_path / "run.json", seconds=30)

    said = capsys.readouterr().out
    assert "bad ended with code 1; starting it again." in said
    assert "no such luck" in said


def test_what_never_gets_ready_is_given_up(make_plan: Callable[..., Plan], tmp_path: Path) -> None:
    with pytest.raises(
        CannotStart, match=r"the service does not answer after 0 s(?s:.*)child\.log"
    ):
        wait_for_ever(make_plan(), tmp_path / "run.json", seconds=0.2)


@pytest.fixture
def _handlers_as_before() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers_as_before")
def test_signals_end_the_watch_however_often_they_come(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    def repeat() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
            time.sleep(0.1)

    with Stop() as stop:
        with Supervisor(stop, record=tmp_path / "run.json") as supervisor:
            child = supervisor.start(make_plan())
            sender = threading.Timer(0.2, repeat)
            sender.start()
            supervisor.run()
        sender.join()
    os.kill(os.getpid(), signal.SIGTERM)

    assert child.has_ended()


@pytest.mark.usefixtures("_handlers_as_before")
def test_handlers_are_put_back_if_nobody_asked() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with Stop() as stop:
        assert stop.until(lambda: True, seconds=1)

    assert signal.getsignal(signal.SIGTERM) == before
