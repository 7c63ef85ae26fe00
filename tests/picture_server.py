"""The host of a network's pictures, on loopback: it stands for one of the internet."""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS: Final = "93.184.216.34"
PNG: Final = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgaPj/HwAEgQKAkKBVpgAAAABJRU5ErkJg"
    "gg=="
)


def said(
    body: bytes, *, status: str = "200 OK", more: str = "", length: int | None = None
) -> bytes:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nContent-Type: text/html\r\n{more}\r\n"
    return head.encode() + body


class PictureServer:
    """Answers each call over TLS with the same bytes, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[bytes] = []
        self.drips = False  # says nothing more after that
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(_certificate()[1])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def connect(self, address: str, host: str) -> socket.socket:
        """As a picture's host is called: that very address, and a certificate of that name."""
        assert address == ADDRESS, "another one was looked at"
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return ssl.create_default_context(cadata=_certificate()[0]).wrap_socket(
            plain, server_hostname=host
        )

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listening.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(link, server_side=True) as spoken:
                    self.asked.append(spoken.recv(65_536))
                    spoken.sendall(self.answer)
                    while self.drips and spoken.recv(1):
                        pass
            except OSError:
                continue


@cache
def _certificate() -> tuple[str, Path]:
    """For pics.example, signed by itself: as text, and in a file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pics.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pics.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = Path(mkdtemp()) / "pictures.pem"
    file.write_bytes(private + public)
    return public.decode(), file
