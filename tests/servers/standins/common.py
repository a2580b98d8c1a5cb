"""What the stand-ins share: an HTTP server with a control path, which ends when its parent does."""

import base64
import json
import os
import re
import sys
import threading
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


class Malformed(Exception):
    """The request's body is not what its endpoint reads."""


@dataclass
class Request:
    method: str
    path: str
    query: dict
    headers: object
    body: bytes
    secure: bool

    def json(self):
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Malformed("the body is not JSON") from error
        if not isinstance(found, dict):
            raise Malformed("the body is not a JSON object")
        return found

    def form(self):
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))

    def bearer(self):
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" else None


@dataclass(eq=False)
class Reply(Exception):
    """An answer; raised where a rule refuses, returned where it grants."""

    status: int
    body: object = None
    headers: dict = field(default_factory=dict)


class Service:
    """One stand-in: its routes, what it stores, its log, and the failures it was asked for."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        self.log, self.failures = [], []

    def routes(self, request):
        """What is served: method, pattern of the whole path, name of the method that answers."""
        raise NotImplementedError

    def failure(self, request, status, message=None):
        """The vendor's own answer for `status` at this path."""
        raise NotImplementedError

    def unrouted(self, request):
        """The answer at an address that nothing is served at; nobody may take it for an absent secret."""
        raise NotImplementedError

    def answer(self, request):
        with self.lock:
            if request.path.startswith("/_control/"):
                return self.control(request)
            try:
                reply = self.failed_on_demand(request) or self.route(request)
            except Reply as refusal:
                reply = refusal
            except Malformed as error:
                reply = self.failure(request, 400, str(error))
            except Exception:  # a fault of the stand-in itself must not pass for an answer
                traceback.print_exc()
                reply = Reply(500, "the stand-in itself failed, see its standard error")
            self.log.append({"method": request.method, "path": request.path, "status": reply.status})
            return reply

    def route(self, request):
        for method, pattern, name in self.routes(request):
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return getattr(self, name)(request, *(unquote(part or "") for part in found.groups()))
        return self.unrouted(request)

    def failed_on_demand(self, request):
        for wanted in self.failures:
            if request.path.startswith(wanted["path"]):
                wanted["n"] -= 1
                if wanted["n"] < 1:
                    self.failures.remove(wanted)
                reply = self.failure(request, wanted["status"])
                body = reply.body if wanted["body"] is None else wanted["body"]
                return Reply(wanted["status"], body, reply.headers | wanted["headers"])
        return None

    def control(self, request):
        what = (request.method, request.path.removeprefix("/_control/"))
        if what == ("GET", "log"):
            return Reply(200, list(self.log))
        if what == ("POST", "reset"):
            self.reset()
            return Reply(200, {})
        if what == ("POST", "fail"):
            known = {"n": 1, "status": 500, "headers": {}, "path": "/", "body": None}
            asked = request.json()
            if set(asked) <= set(known) and asked.get("n", 1) > 0:
                self.failures.append(known | asked)
                return Reply(200, {})
            return Reply(400, f"fail takes n (1 or more) and {sorted(known)}")
        if what == ("POST", "ask"):
            return self.ask(request)
        return Reply(404, "GET log, POST reset, POST fail, POST ask")

    def ask(self, request):
        """What the service itself answers: no token is needed, nothing fails on demand, nothing is logged."""
        wanted = {"method": "GET", "path": "/", "body": {}} | request.json()
        url = urlsplit(wanted["path"])
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        body = json.dumps(wanted["body"]).encode()
        try:
            return Service.route(self, Request(wanted["method"], url.path, query, request.headers, body, True))
        except Reply as refusal:
            return refusal


def page(items, size, token):
    """One page of `items` and the token of the next; a token is the place of the first item left."""
    start = int(token) if token else 0
    return items[start : start + size], str(start + size) if start + size < len(items) else None


def jwt_claims(text):
    """Header and claims of something shaped like a signed JWT; ValueError otherwise."""
    parts = (text or "").split(".")
    if len(parts) != 3 or not parts[2]:
        raise ValueError("it has no three parts")
    decoded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts]
    header, claims = json.loads(decoded[0]), json.loads(decoded[1])
    if not isinstance(header, dict) or not isinstance(claims, dict) or "alg" not in header:
        raise ValueError("its header or claims are no objects")
    return header, claims


def listen(service, port, tls=None, secure=None):
    """Serve on 127.0.0.1 in the background; the port that it got. Without TLS that somebody before it speaks, `secure`."""
    secure = tls is not None if secure is None else secure

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def respond(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            asked = Request(self.command, url.path, query, self.headers, body, secure)
            reply = service.answer(asked)
            content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            content = b"" if reply.body is None else content.encode()
            headers = {"Content-Type": "application/json; charset=utf-8"} | reply.headers
            self.send_response(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, *_):
            # Clients that hang up or distrust the certificate are part of many tests.
            if not isinstance(sys.exc_info()[1], OSError):
                traceback.print_exc()

    server = Server(("127.0.0.1", port), Handler)
    if tls:
        # The handshake waits for the connection's own thread: a silent client must not block accept.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def serve_until_stdin_closes(ready, clear_up=lambda: None):
    print(json.dumps(ready), flush=True)
    while os.read(0, 4096):
        pass
    clear_up()
    os._exit(0)
