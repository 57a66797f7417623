"""Who may talk to the editing server: only its own page, whose address holds a secret."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

WRITING = ("PUT", "POST")
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer: nothing from elsewhere is loaded, and no other site may embed or read what is here."""


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered."""

    status: HTTPStatus
    why: str


@dataclass(frozen=True)
class Guard:
    """Knows the secret and the port."""

    token: str
    port: int

    @property
    def hosts(self) -> tuple[str, ...]:
        """A page of another site that its name server leads here still sends its own name."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def inner_path(self, path: str) -> str | None:
        """What follows the secret, without query; None where it is not there."""
        first, _, rest = path.partition("?")[0].removeprefix("/").partition("/")
        known = secrets.compare_digest(first.encode("utf-8", "replace"), self.token.encode())
        return rest if known and path.startswith("/") else None

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """None where the request comes from the page itself.

        Args:
            headers: looked up in any case, as `http.client` messages are.
        """
        if headers.get("Host", "").lower() not in self.hosts:
            return Refusal(HTTPStatus.MISDIRECTED_REQUEST, "Host is not this server")
        if self.inner_path(path) is None:
            return Refusal(HTTPStatus.NOT_FOUND, "nothing here; open the address that spinegen label edit printed")
        origin = headers.get("Origin")
        if (origin is None and method in WRITING) or (origin is not None and origin not in self.origins):
            return Refusal(HTTPStatus.FORBIDDEN, "Origin is not this server")
        if headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return Refusal(HTTPStatus.FORBIDDEN, "asked for by another site")
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if method in WRITING and kind != "application/json":
            return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "only application/json is taken")
        return None

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"http://{host}" for host in self.hosts)
