"""The address of the API: how it is written, whether it can be had, whether it answers."""

import contextlib
import http.client
import ipaddress
import socket

from service.machine.words import CannotStart


def reachable(host: str) -> str:
    """Return the host at which this machine reaches a server bound to `host`."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def joined(host: str, port: int) -> str:
    """Write host and port as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check(host: str, port: int) -> None:
    """Find out whether the API will be able to listen.

    Raises:
        CannotStart: it will not; the message says why.
    """
    if not 0 < port < 65_536:
        raise CannotStart(f"PORT={port} is not a port: take one from 1 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            # Several may bind with SO_REUSEADDR; only one may listen.
            probe.listen(1)
    except OSError as error:
        raise CannotStart(
            f"PORT {port} of HOST {host} cannot be used: {error.strerror}. "
            f"Choose another, for example PORT={port % 60_000 + 1_000}."
        ) from None


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
