"""One instance at a time has the right to a data directory."""

import os
import threading
import time
from pathlib import Path

import pytest

from service.machine import lock
from service.machine.stopping import Stop
from service.machine.words import CannotStart


def held_by_us(data: Path) -> lock.Lock:
    held = lock.take(data, Stop())
    assert held is not None
    return held


def test_a_second_instance_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    held = held_by_us(tmp_path)

    with pytest.raises(CannotStart, match=f"process {os.getpid()}, is using {tmp_path}"):
        lock.take(tmp_path, Stop(), if_running=0.2)

    held.release()


def test_a_start_waits_for_an_instance_that_is_stopping(tmp_path: Path) -> None:
    held = held_by_us(tmp_path)
    held.say_stopping()
    threading.Timer(0.6, held.release).start()

    again = lock.take(tmp_path, Stop(), if_running=0.1)

    assert again is not None
    again.release()


def test_a_waiting_start_can_be_stopped(tmp_path: Path) -> None:
    held = held_by_us(tmp_path)
    stop = Stop()
    threading.Timer(0.2, setattr, (stop, "asked", True)).start()
    began = time.monotonic()

    assert lock.take(tmp_path, stop) is None

    assert time.monotonic() - began < 2
    held.release()


def test_a_data_directory_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    with pytest.raises(CannotStart, match=r"DATA_DIR .* cannot be used"):
        lock.take(file, Stop())


def test_a_new_data_directory_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    held_by_us(tmp_path / "a" / "data").release()

    assert (tmp_path / "a" / "data").stat().st_mode & 0o777 == 0o700
