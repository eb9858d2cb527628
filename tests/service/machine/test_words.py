"""The service speaks while somebody listens, and goes on when nobody does."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.config import Settings
from service.machine.greeting import greeting

TALK = (
    "from service.machine.words import say\n"
    "import sys, time\n"
    "say('first')\n"
    "time.sleep(0.3)\n"
    "say('second'); say('third')\n"
    "sys.stderr.write('still here')\n"
)


def test_a_reader_that_left_does_not_end_the_service() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TALK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as talker:
        assert talker.stdout
        assert talker.stderr
        assert talker.stdout.readline() == "first\n"
        talker.stdout.close()
        said = talker.stderr.read()

    assert said == "still here"
    assert talker.returncode == 0


@pytest.mark.parametrize(
    ("new_key", "has_file", "words"),
    [
        ("al_secret", True, "al_secret  (shown this once; kept in"),
        (None, True, "admin key      in "),
        (None, False, "-m service keys create --name me --role admin"),
    ],
)
def test_the_greeting_says_where_the_key_is(
    tmp_path: Path, *, new_key: str | None, has_file: bool, words: str
) -> None:
    key_file = tmp_path / "admin.key"
    if has_file:
        key_file.write_text("al_secret")
    settings = Settings(data_dir=str(tmp_path), port=8123)

    text = greeting(settings, key_file=key_file, new_key=new_key)

    assert words in text
    assert "http://127.0.0.1:8123/docs" in text
    assert text.isascii()
