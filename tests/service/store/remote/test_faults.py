"""A bucket whose writers die and whose server is away."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.store import digests
from service.store.blobs import BlobStoreAway
from service.store.remote import address
from service.store.remote.bucket import BucketBlobs
from service.store.remote.cache import Cache

FEATURES = digests.of(b"features")


def test_a_process_killed_in_an_upload_leaves_nothing_under_the_name(
    tmp_path: Path, s3_server: str, bucket_url: str
) -> None:
    (tmp_path / "large").write_bytes(os.urandom(2**20) * 400)
    program = (
        "import sys; from pathlib import Path\n"
        "from service.store.remote import address, bucket, cache\n"
        "url, folder, file = sys.argv[1:]\n"
        "kept = cache.Cache(Path(folder), limit=2**40)\n"
        "bucket.BucketBlobs(address.read(url), kept).put_file(Path(file))\n"
    )
    words = [sys.executable, "-c", program, bucket_url, str(tmp_path / "c"), tmp_path / "large"]
    with subprocess.Popen(words) as process:
        begun = f"http://{s3_server}/{address.read(bucket_url).bucket}?uploads"
        while b"<UploadId>" not in urllib.request.urlopen(begun).read():
            assert process.poll() is None, "it was faster than the test"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)

    later = datetime.now(UTC) + timedelta(hours=1)
    left = BucketBlobs(address.read(bucket_url), Cache(tmp_path / "c", limit=1))
    assert list(left.written_before(later)) == []
    left.forget_parts(later)
    assert not list((tmp_path / "c").glob(".part-*"))


def test_a_server_that_is_away_is_said_to_be_soon(tmp_path: Path, s3_server: str) -> None:
    def store(url: str) -> BucketBlobs:
        return BucketBlobs(address.read(url), Cache(tmp_path / "cache", limit=2**30))

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        urls = {
            "refuses": "s3://pool/b?endpoint_override=http://127.0.0.1:1",
            "is silent": f"s3://pool/b?endpoint_override=http://127.0.0.1:{port}",
            "has no such bucket": f"s3://nobody/b?endpoint_override=http://{s3_server}",
        }
        for what, url in urls.items():
            started = time.monotonic()
            with pytest.raises(BlobStoreAway, match=r"the blob store s3://\w+/b/ at .* failed"):
                store(url).check()
            assert time.monotonic() - started < 6, what

    with pytest.raises(BlobStoreAway, match="asking for") as away:
        store(urls["refuses"]).path(FEATURES)
    assert "secret" not in str(away.value)
    with pytest.raises(BlobStoreAway):
        store(urls["refuses"]).put(b"features")
    assert not list((tmp_path / "cache").glob(".part-*"))
