"""Settings from the environment."""

from pathlib import Path

import pytest

from service.config import Settings


def test_what_is_not_set_has_its_default(tmp_path: Path) -> None:
    settings = Settings.from_environ({"DATA_DIR": str(tmp_path), "PORT": " ", "OTHER": "x"})

    assert settings.port == 8000
    assert settings.database == f"sqlite:///{tmp_path}/service.db"
    assert settings.redis == f"unix://{tmp_path}/broker/v.sock?db=0"
    assert settings.broker == f"redis+socket://{tmp_path}/broker/v.sock?virtual_host=0"
    assert settings.blobs == f"file://{tmp_path}/blobs"
    assert settings.workers >= 1


def test_what_is_set_is_used() -> None:
    settings = Settings.from_environ(
        {
            "PORT": "9000",
            "SWEEP_SECONDS": "0.25",
            "DATABASE_URL": "postgresql+psycopg://db/x",
            "REDIS_URL": "redis://cache:6379/1",
            "BLOB_URL": "file:///blobs",
            "WORKER_PROCESSES": "3",
        }
    )

    assert (settings.port, settings.sweep_seconds, settings.workers) == (9000, 0.25, 3)
    assert settings.database == "postgresql+psycopg://db/x"
    assert settings.redis == settings.broker == "redis://cache:6379/1"
    assert settings.blobs == "file:///blobs"


@pytest.mark.parametrize("text", ["x", "1.5", "0x10", "1e3"])
def test_a_number_that_does_not_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="PORT="):
        Settings.from_environ({"PORT": text})
