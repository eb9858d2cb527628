"""Fixtures: both databases, a real Valkey, a runtime with a frozen clock, a client."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from service import garbage
from service.actions import setup
from service.config import Settings
from service.live import Live
from service.runtime import Runtime
from service.store import database, migrate
from service.store.blobs import LocalBlobs
from tests.api import Api
from tests.apps import app_of
from tests.fakes import FrozenClock, RecordingQueue
from tests.postgres import postgres
from tests.s3 import new_url, s3
from tests.valkey import valkey

# What is imported stays; to look through it again and again for garbage is a tenth of the time.
garbage.look_seldom()

# Threads of OpenMP wait in circles where others want the cores, for a minute instead of a second.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Valkey server for all tests that need one."""
    with valkey() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, with a migrated database `template_service`."""
    with postgres() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE template_service"))
        migrate.upgrade(url.replace("/postgres?", "/template_service?"))
        yield url
        engine.dispose()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a real S3 server."""
    with s3(tmp_path_factory.mktemp("s3") / "log") as server:
        yield server


@pytest.fixture
def bucket_url(s3_server: str) -> str:
    """The URL of an empty bucket, as in `BLOB_URL`."""
    return new_url(s3_server)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "service.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_sqlite: Path
) -> Iterator[str]:
    """An empty migrated database: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        for name in ("", "-wal", "-shm"):
            source = Path(f"{migrated_sqlite}{name}")
            if source.exists():
                shutil.copy(source, tmp_path / f"service.db{name}")
        yield f"sqlite:///{tmp_path / 'service.db'}"
        return
    server: str = request.getfixturevalue("postgres_url")
    name = f"test_{random.SystemRandom().getrandbits(48):x}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_service"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of one test."""
    return Settings(data_dir=str(tmp_path), database_url=database_url, redis_url=redis_url, port=1)


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that the test moves."""
    return FrozenClock()


@pytest.fixture
def queue() -> RecordingQueue:
    """A queue that keeps what was sent."""
    return RecordingQueue()


@pytest.fixture
def runtime(settings: Settings, queue: RecordingQueue, clock: FrozenClock) -> Iterator[Runtime]:
    """The real database, blob store and broker; a recording queue and a frozen clock."""
    opened = database.connect(settings.database)
    yield Runtime(
        settings=settings,
        sessions=opened.sessions,
        readers=opened.readers,
        snapshots=opened.snapshots,
        queue=queue,
        blobs=LocalBlobs(settings.data_path / "blobs"),
        live=Live(settings.redis, timeout=2),
        now=clock,
        chance=random.Random(0),
    )
    opened.engine.dispose()


@pytest.fixture
def admin_key(runtime: Runtime) -> str:
    """The first admin key."""
    key = setup.make_first(runtime)
    assert key is not None
    return key


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    """The application, called in process."""
    return app_of(runtime).test_client()


@pytest.fixture
def api(client: FlaskClient, admin_key: str) -> Api:
    """The application as an admin of the first workspace calls it."""
    return Api(client, admin_key)
