"""One picture at a time, and nothing else: whatever address a stranger hands in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from listener.pictures import (
    MOST_BYTES,
    NoPicture,
    Picture,
    fetch_picture,
    is_from,
    is_public,
    kind_of,
)
from tests.picture_server import ADDRESS, PNG, PictureServer, said

HOSTS = ("pics.example", "*.cdn.example")


@pytest.mark.parametrize(
    "url",
    ["https://pics.example/1.png", "https://a.cdn.example/x?y=%20z", "https://a.b.cdn.example"],
)
def test_what_lies_with_the_network_may_be_fetched(url: str) -> None:
    assert is_from(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://pics.example/1.png",
        "https://pics.example:8443/1.png",
        "https://pics.example@127.0.0.1/1.png",
        "https://user:pw@pics.example/1.png",
        "https://pics.example.evil.example/1.png",
        "https://evilpics.example/1.png",
        "https://cdn.example/1.png",
        "https://evilcdn.example/1.png",
        "https://pics.example./1.png",
        "https://pics.example\\@evil.example/",
        "https:///1.png",
        "https://127.0.0.1/1.png",
        "https://2130706433/1.png",
        "https://0177.0.0.1/1.png",
        "https://0x7f.1/1.png",
        "https://①②⑦.⓪.⓪.①/1.png",
        "https://[::1]/1.png",
        "https://[::ffff:127.0.0.1]/1.png",
        "https://[64:ff9b::7f00:1]/1.png",
        "https://[2002:7f00:1::]/1.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/1.png",
        "file:///etc/passwd",
        "ftp://pics.example/1.png",
        "gopher://pics.example/1.png",
        "//pics.example/1.png",
        "https://pics.example:99999/1.png",
        "https://[pics.example/1.png",
        "https://pics.example/1.png\r\nHost: evil",
        "https://pics.example/a b",
        "https://pics.example/" + "a" * 3000,
        "",
    ],
)
def test_no_other_address_is_asked_for_anything(url: str) -> None:
    def never(_host: str) -> list[str]:
        raise AssertionError("nobody was to be asked")

    assert not is_from(url, HOSTS)
    with pytest.raises(NoPicture):
        fetch_picture(url, HOSTS, resolve=never)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "2001:0:7f00:1::", "2130706433", "0177.0.0.1", "①②⑦.0.0.1", "",
    ],
)  # fmt: skip
def test_a_name_that_leads_home_is_not_followed(address: str) -> None:
    def lost(_address: str, _host: str) -> socket.socket:
        raise AssertionError("nobody was to be called")

    assert not is_public(address)
    for found in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        with pytest.raises(NoPicture):
            fetch_picture(
                "https://pics.example/1.png",
                HOSTS,
                resolve=lambda _host, found=found: found,  # type: ignore[misc]
                connect=lost,
            )


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", ""),
        (b"<!doctype html>", ""),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"", ""),
        (b"\x89PNG", ""),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


Fetch = Callable[[bytes], Picture]


@pytest.fixture
def server() -> Iterator[PictureServer]:
    opened = PictureServer()
    yield opened
    opened.close()


@pytest.fixture
def fetch(server: PictureServer) -> Fetch:
    """What comes of an answer of that server, which stands for 93.184.216.34."""

    def work(answer: bytes) -> Picture:
        server.answer = answer
        names = iter([[ADDRESS], ["127.0.0.1"]])
        return fetch_picture(
            "https://pics.example/ä/1.png?x=1".replace("ä", "%C3%A4"),
            HOSTS,
            resolve=lambda _host: next(names),  # a second look would lead home
            connect=server.connect,
        )

    return work


def test_a_picture_comes_by_what_it_is_and_not_by_what_it_is_called(
    fetch: Fetch, server: PictureServer
) -> None:
    assert fetch(said(PNG)) == Picture(kind="image/png", content=PNG)
    (asked,) = server.asked
    assert asked.startswith(b"GET /%C3%A4/1.png?x=1 HTTP/1.1\r\n")
    assert b"Host: pics.example\r\n" in asked
    assert b"ookie" not in asked
    assert b"uthorization" not in asked


@pytest.mark.parametrize(
    "answer",
    [
        said(b"<script>alert(1)</script>"),
        said(PNG, status="302 Found", more="Location: https://127.0.0.1/\r\n"),
        said(PNG, status="404 Not Found"),
        said(PNG, length=len(PNG) + 100),
        said(PNG + b"\0" * MOST_BYTES),
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n" + PNG,
    ],
)
def test_anything_else_is_no_picture(fetch: Fetch, answer: bytes) -> None:
    with pytest.raises(NoPicture):
        fetch(answer)


def test_a_server_that_drips_is_cut_off_in_time(
    server: PictureServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.pictures.SECONDS", 0.3)
    server.drips = True
    with pytest.raises(NoPicture):
        fetch(b"HTTP/1.1 200 OK\r\n")
