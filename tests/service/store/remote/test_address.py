"""URLs of buckets."""

import pytest

from service.store.remote import address


def test_a_url_names_bucket_prefix_and_server() -> None:
    found = address.read("s3://pool/a/b/?endpoint_override=http://minio:9000&region=eu-west-1")

    assert (found.bucket, found.prefix, found.region) == ("pool", "a/b/", "eu-west-1")
    assert (found.endpoint, found.scheme) == ("minio:9000", "http")
    assert str(found) == "s3://pool/a/b/ at minio:9000"


def test_without_a_server_it_is_amazons_over_tls() -> None:
    found = address.read("s3://pool")

    assert (found.prefix, found.endpoint, found.region, found.scheme) == ("", None, None, "https")
    assert address.read("s3://pool?endpoint_override=minio&scheme=http").scheme == "http"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3:///nothing", "is not s3://bucket"),
        ("s3://pool?regoin=eu", "'regoin'; it takes endpoint_override, region, scheme"),
        ("s3://pool?scheme=ftp", "scheme='ftp'"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        address.read(url)


def test_keys_in_a_url_are_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="AWS_ACCESS_KEY_ID") as refusal:
        address.read("s3://AKIA:secret@pool/prefix")

    assert "secret" not in str(refusal.value).removeprefix("BLOB_URL must not hold keys")
