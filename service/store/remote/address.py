"""Where a bucket is, read from a URL."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_KNOWN = ("endpoint_override", "region", "scheme")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A bucket, a prefix in it, and the server that has it."""

    bucket: str
    prefix: str
    """Before each name: empty, or with a slash at its end."""
    endpoint: str | None
    """Host and port; none: Amazon's."""
    region: str | None
    scheme: str

    def __str__(self) -> str:
        server = f" at {self.endpoint}" if self.endpoint else ""
        return f"s3://{self.bucket}/{self.prefix}{server}"


def read(url: str) -> Address:
    """Read `s3://bucket/prefix?endpoint_override=…&region=…&scheme=…`.

    Raises:
        ValueError: it is none; the message never repeats what stands before an `@`.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "@" in parts.netloc:
        raise ValueError("BLOB_URL must not hold keys: set AWS_ACCESS_KEY_ID and the like instead")
    if parts.scheme != "s3" or not parts.netloc or parts.fragment:
        raise ValueError(f"BLOB_URL={url!r} is not s3://bucket/prefix?region=…")
    if unknown := [name for name in given if name not in _KNOWN]:
        raise ValueError(f"BLOB_URL has {unknown[0]!r}; it takes {', '.join(_KNOWN)}")
    scheme, between, endpoint = given.get("endpoint_override", "").rpartition("://")
    scheme = given.get("scheme") or (scheme if between else "https")
    if scheme not in ("http", "https"):
        raise ValueError(f"BLOB_URL has scheme={scheme!r}; it is http or https")
    prefix = parts.path.strip("/")
    # A server of one's own is of no region; without one the client would ask Amazon for it.
    region = given.get("region") or ("us-east-1" if endpoint else None)
    return Address(
        bucket=parts.netloc,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint.rstrip("/") or None,
        region=region,
        scheme=scheme,
    )
