"""A kept connection that posts JSON and costs next to nothing, so that a crowd is cheap."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from benchmarks.client import Address


class Line:
    """A connection that is kept: HTTP as far as it takes to post JSON and read the answer."""

    def __init__(self, address: Address) -> None:
        parts = urlsplit(address.url)
        self._where = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._head = (
            f"Host: {parts.netloc}\r\nAuthorization: Bearer {address.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Any) -> tuple[int, bytes]:
        """Post a body; answer status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._where)
        reader, writer = self._streams
        content = json.dumps(body).encode()
        head = f"POST /v1{path} HTTP/1.1\r\n{self._head}{len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        answer = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), answer

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None
