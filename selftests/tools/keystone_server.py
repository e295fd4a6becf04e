"""A Keystone on the loopback that gives tokens for what it is told, and keeps what it was asked."""

import http.server
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REFUSED = {
    "error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}
}


@dataclass
class FakeKeystone:
    """What it knows, and what it heard."""

    passwords: dict[str, str] = field(default_factory=dict)
    """By the names, or the IDs, of users and application credentials."""
    roles: list[str] = field(default_factory=lambda: ["admin"])
    catalog: list[Mapping[str, Any]] = field(default_factory=list)
    answer: tuple[int, Any] | None = None
    """To every request for a token, whoever asks."""
    versions: tuple[int, Any] | None = None
    """To who asks for its versions."""
    redirect: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def reply_to(self, body: Any) -> tuple[int, Any]:
        """The answer to a request for a token."""
        self.heard.append(body)
        if self.answer:
            return self.answer
        identity = body["auth"]["identity"]
        if "password" in identity:
            user = identity["password"]["user"]
            who, given = user.get("name") or user["id"], user["password"]
        else:
            credential = identity["application_credential"]
            who, given = credential.get("id") or credential["name"], credential["secret"]
        if self.passwords.get(who) != given:
            return 401, REFUSED
        project = body["auth"].get("scope", {}).get("project", {})
        named = {"id": "p1", "name": project.get("name", "service")}
        roles = [{"id": role, "name": role} for role in self.roles]
        token = {"project": named, "roles": roles, "catalog": self.catalog, "user": {"id": "u1", "name": who}}
        return 201, {"token": {**token, "methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z"}}


@contextmanager
def serving(keystone: FakeKeystone, certificate: Path | None = None) -> Iterator[FakeKeystone]:
    """Let it be asked; with a certificate, by TLS."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            link = {"rel": "self", "href": f"{keystone.url}/v3/"}
            usual = {"versions": {"values": [{"id": "v3.14", "status": "stable", "links": [link]}]}}
            self.say(*(keystone.versions or (300, usual)))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v3/auth/tokens":
                self.say(404, {"error": {"code": 404, "message": f"no {self.path} here"}})
            elif keystone.redirect:
                keystone.heard.append(body)
                self.send_response(302)
                self.send_header("Location", keystone.redirect)
                self.end_headers()
            else:
                self.say(*keystone.reply_to(body))

        def say(self, status: int, told: Any) -> None:
            content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("X-Subject-Token", "t0ken")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        keystone.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield keystone
        server.shutdown()
