"""The real parts, from settings."""

import dataclasses
from pathlib import Path

import pytest

from service.config import Settings
from service.runtime import open_blobs
from service.store.blobs import LocalBlobs
from service.store.remote.bucket import BucketBlobs


def test_the_scheme_of_the_url_names_the_kind_of_store(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))

    assert isinstance(open_blobs(settings), LocalBlobs)
    for url, kind in ((f"file://{tmp_path}/b", LocalBlobs), ("s3://bucket/b", BucketBlobs)):
        assert isinstance(open_blobs(dataclasses.replace(settings, blob_url=url)), kind)


@pytest.mark.parametrize("url", ["http://bucket", "file://host/path", "file:", "/plain", "s3:"])
def test_another_url_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(ValueError, match="BLOB_URL"):
        open_blobs(Settings(blob_url=url))
