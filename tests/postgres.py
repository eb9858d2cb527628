"""A real PostgreSQL for tests, which forgets everything when it stops."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench.postgres import as_whom, binaries


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a server on a unix socket; give its SQLAlchemy URL; stop it."""
    bin_folder, folder = binaries(), Path(tempfile.mkdtemp(prefix="pg-"))
    same = {**as_whom(folder), "stdout": subprocess.DEVNULL}
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
