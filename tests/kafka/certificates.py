"""Certificates of a test: an authority, the broker's, a client's, and an authority that signed nothing."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import need_tool

HOW = "openssl 3 is not here: on Debian, apt-get install openssl"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")


@dataclass(frozen=True)
class Certificates:
    """PEM files; `broker` holds key and certificate, for a name that only loopback has."""

    ca: Path
    broker: Path
    client: Path
    client_key: Path
    other_ca: Path


def made(folder):
    """New certificates in a folder; skipped (in CI: failed) where there is no openssl."""
    program = shutil.which("openssl")
    if program is None:
        need_tool(HOW)

    def issue(name, *said):
        key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
        subprocess.run(
            [program, "req", "-x509", "-days", "2", *KEY, "-keyout", key, "-out", certificate, *said],
            check=True, capture_output=True,
        )  # fmt: skip
        return certificate, key

    ca, ca_key = issue("ca", "-subj", "/CN=authority of a test")
    signed = ("-CA", ca, "-CAkey", ca_key, "-addext", "basicConstraints=critical,CA:FALSE")
    certificate, key = issue(
        "server", "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1", *signed
    )
    client, client_key = issue("client", "-subj", "/CN=tidegauge", *signed)
    other, _ = issue("other", "-subj", "/CN=somebody else")
    broker = folder / "broker.pem"
    broker.write_text(key.read_text() + certificate.read_text())
    return Certificates(ca, broker, client, client_key, other)
