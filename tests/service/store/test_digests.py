"""Digests are BLAKE3, in pieces as at once; those of before are told by their file."""

import hashlib
from pathlib import Path

from service.store import digests

# Of the test vectors of BLAKE3's reference implementation: no input, and 0, 1, 2 of three bytes.
NOTHING = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
THREE = "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"


def test_digests_are_those_of_the_reference() -> None:
    pieces = digests.begin()
    for byte in range(3):
        pieces.update(bytes([byte]))

    assert digests.of(b"") == NOTHING
    assert digests.of(memoryview(bytes(range(3)))) == pieces.hexdigest() == THREE


def test_a_file_of_before_is_told_by_its_sha256(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"features")

    with file.open("rb") as opened:
        assert digests.is_former(hashlib.sha256(b"features").hexdigest(), opened)
    with file.open("rb") as opened:
        assert not digests.is_former(digests.of(b"features"), opened)
