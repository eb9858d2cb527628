"""A real S3 server for tests: moto's, as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from pyarrow import fs

# What any client of the server may say it is; moto does not look.
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "secret-testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def s3(log: Path) -> Iterator[str]:
    """Start a server; give its host and port; stop it."""
    os.environ.update(KEYS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", f"-p{port}"]
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        try:
            _wait(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def client(server: str) -> fs.S3FileSystem:
    """A client that may make buckets."""
    return fs.S3FileSystem(
        endpoint_override=server, scheme="http", region="us-east-1", allow_bucket_creation=True
    )


def new_url(server: str) -> str:
    """The URL of a new bucket."""
    name = f"bucket-{uuid4().hex}"
    client(server).create_dir(name)
    return f"s3://{name}/blobs?endpoint_override={server}&scheme=http&region=us-east-1"


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
