"""The address of the API is checked before anything is started."""

import ipaddress
import socket

import pytest

from service.machine import address
from service.machine.words import CannotStart

ANY = ipaddress.IPv4Address(0)


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CannotStart, match=rf"PORT {port} of HOST 127.0.0.1 .* in use"):
            address.check("127.0.0.1", port)


def test_a_port_is_free_again_as_soon_as_its_server_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()

    address.check("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"),
    [("127.0.0.1", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 8000), ("no host", 8000)],
)
def test_an_impossible_address_is_a_clear_error(*, host: str, port: int) -> None:
    with pytest.raises(CannotStart, match="PORT"):
        address.check(host, port)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "127.0.0.1:80"),
        (str(ANY), "127.0.0.1:80"),
        ("::", "[::1]:80"),
        ("::1", "[::1]:80"),
        ("box.local", "box.local:80"),
    ],
)
def test_an_address_is_written_as_it_is_reached(*, host: str, url: str) -> None:
    assert address.joined(address.reachable(host), 80) == url


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))

        assert not address.answers("127.0.0.1", closed.getsockname()[1], "/livez")
