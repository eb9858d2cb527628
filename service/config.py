"""Settings: read once from the environment, each explained below its field."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LONGEST_WAIT_SECONDS = 30


def _setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may set. The variable is the field's name in upper case."""

    host: str = _setting("127.0.0.1", "Address the API listens on.")
    port: int = _setting(8000, "Port the API listens on.")
    data_dir: str = _setting(
        ".data", "Folder of the embedded parts: database, broker, blobs, logs, first key."
    )
    encoders_dir: str = _setting(
        ".encoders",
        "Folder that `make encoders` fills; workers look there for dense text encoders.",
    )
    database_url: str = _setting(
        "",
        "SQLAlchemy URL of the system of record, `postgresql+psycopg://…` or `sqlite:///…`. "
        "Empty: SQLite in `DATA_DIR`.",
    )
    redis_url: str = _setting(
        "",
        "URL of a Redis or Valkey server, `redis://…` or `unix://…`. "
        "Empty: `make run` starts its own in `DATA_DIR`.",
    )
    blob_url: str = _setting(
        "",
        "Where features and fitted models are kept: a folder, `file:///…`, or a bucket, "
        "`s3://bucket/prefix?region=…&endpoint_override=…&scheme=…`. Empty: `DATA_DIR/blobs`.",
    )
    blob_cache_bytes: int = _setting(
        10 * 2**30, "Bound of the local copies of blobs of a bucket, in `DATA_DIR/cache`."
    )
    api_processes: int = _setting(
        0, "Processes of the API (gunicorn). 0: two, but one where the database is SQLite."
    )
    api_threads: int = _setting(40, "Threads of each API process.")
    worker_processes: int = _setting(
        0, "Processes that train, score and rank. 0: one for each core."
    )
    log_level: str = _setting("INFO", "Least level that is logged.")
    max_body_bytes: int = _setting(32 * 2**20, "Largest request body.")
    max_rows: int = _setting(1_000, "Most items, labels or predictions in one request.")
    max_batch_size: int = _setting(1_000, "Most items in one batch.")
    max_lease_seconds: int = _setting(604_800, "Longest lease.")
    max_text_bytes: int = _setting(2**20, "Longest text of an item, in UTF-8 bytes.")
    rate_limit: str = _setting(
        "", "Requests allowed to each key, such as `600/minute`. Empty: no limit."
    )
    predict_timeout_seconds: int = _setting(
        30, "Longest wait of `predict` for a worker, at most 30."
    )
    predict_waiting: int = _setting(
        6, "Most requests of one API process that may wait for `predict` at once."
    )
    run_lease_seconds: int = _setting(
        15, "A stage silent for so long is taken over by another worker."
    )
    run_attempts: int = _setting(4, "Attempts at a stage before its run is failed.")
    sweep_seconds: float = _setting(0.5, "Pause between two looks for work that is due.")
    shard_rows: int = _setting(65_536, "Most rows in one feature shard.")
    max_simulation_rounds: int = _setting(
        20_000, "Most rounds of one simulation: strategies x seeds x batches."
    )
    ranking_seconds: float = _setting(
        2.0,
        "A pool that takes longer to score is ranked by candidates first; `auto` chooses no "
        "estimator that would take longer to fit and to score it.",
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables.

        Raises:
            ValueError: a variable does not read as its type; the message names it.
        """
        given: dict[str, Any] = {}
        for each in fields(cls):
            text = environ.get(each.name.upper(), "").strip()
            if text:
                given[each.name] = _read(each.name.upper(), text, each.type)
        settings = cls(**given)
        if not 1 <= settings.predict_timeout_seconds <= LONGEST_WAIT_SECONDS:
            raise ValueError(f"PREDICT_TIMEOUT_SECONDS is between 1 and {LONGEST_WAIT_SECONDS}")
        return settings

    @property
    def data_path(self) -> Path:
        """`DATA_DIR` as an absolute path."""
        return Path(self.data_dir).resolve()

    @property
    def encoders_path(self) -> Path:
        """`ENCODERS_DIR` as an absolute path."""
        return Path(self.encoders_dir).resolve()

    @property
    def database(self) -> str:
        """URL of the database in use."""
        return self.database_url or f"sqlite:///{self.data_path / 'service.db'}"

    @property
    def gunicorn_workers(self) -> int:
        """Processes of the API. On SQLite, which has one writer, more would wait for each other's
        transactions where one shares them among all who ask at once."""
        return self.api_processes or (1 if self.database.startswith("sqlite") else 2)

    @property
    def redis(self) -> str:
        """URL of the broker in use, in redis-py's form."""
        return self.redis_url or f"unix://{self.broker_socket}?db=0"

    @property
    def broker(self) -> str:
        """URL of the broker in use, in Celery's form."""
        parts = urlsplit(self.redis)
        if parts.scheme != "unix":
            return self.redis
        number = parts.query.removeprefix("db=") or "0"
        return f"redis+socket://{parts.path}?virtual_host={number}"

    @property
    def broker_socket(self) -> Path:
        """Unix socket of the embedded broker."""
        return self.data_path / "broker" / "v.sock"

    @property
    def blobs(self) -> str:
        """URL of the blob store in use."""
        return self.blob_url or f"file://{self.data_path / 'blobs'}"

    @property
    def workers(self) -> int:
        """Processes that train, score and rank."""
        return self.worker_processes or cores()

    @property
    def threads(self) -> int:
        """Threads for linear algebra in each of those processes: the cores, shared out."""
        return max(1, cores() // self.workers)


def cores() -> int:
    """How many cores this process may use: of those of the machine, where it is bound to some."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(name: str, text: str, kind: Any) -> str | int | float:
    if kind is str:
        return text
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        raise ValueError(f"{name}={text!r} is not a number") from None
