"""A stand-in for Azure Key Vault's secrets (REST, api-version 7.4 and later), with the places its tokens come from.

Rules whose source is worth knowing:
- A disabled secret is 403 Forbidden with the inner error SecretDisabled, and the newest version never gives way
  to an older one (Azure/azure-sdk-for-java#17991, Azure/azure-powershell#14740).
- `exp` and `nbf` refuse no read, not even of an expired secret (the page "About Azure Key Vault secrets", under
  date-time controlled operations; seen in Azure/AzureKeyVault#19).
- Versions are listed by their random names, not by age, and `created` has whole seconds: the newest one
  is told by a GET without a version, never by a list.
- There is no etag and no compare-and-set: the last writer wins.
- Names ignore case. A deleted name cannot be set again until it is recovered or purged (409).
"""

import argparse
import re
import secrets
import ssl
import time

import certificates
from azure_identity import VAULT, Identity
from common import Reply, Service, listen, page, serve_until_stdin_closes

VERSIONS = ("7.4", "7.5", "7.6", "2025-07-01", "2026-04-01")
NAME = r"/secrets/([^/]+)"
DELETED = r"/deletedsecrets/([^/]+)"
KEPT_DAYS = 90
FAILURES = {
    400: ("BadParameter", "The request is not valid.", None),
    401: ("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.", None),
    403: ("Forbidden", "Caller is not authorized to perform action on resource.", "ForbiddenByRbac"),
    404: ("SecretNotFound", "A secret with the given name was not found in this key vault.", None),
    409: ("Conflict", "The secret is in a conflicting state.", None),
    429: ("Throttled", "Request was not processed because too many requests were received.", None),
    503: ("ServiceUnavailable", "The service is unavailable.", None),
}


class KeyVault(Identity, Service):
    ROUTES = Identity.ROUTES + (
        ("GET", r"/secrets/?", "list_secrets"),
        ("PUT", NAME + "/?", "set_secret"),
        ("DELETE", NAME + "/?", "delete_secret"),
        ("GET", NAME + r"/versions/?", "list_versions"),
        ("GET", NAME + r"(?:/([^/]*))?", "get_secret"),
        ("PATCH", NAME + r"(?:/([^/]*))?", "update_secret"),
        ("GET", r"/deletedsecrets/?", "list_deleted"),
        ("GET", DELETED + "/?", "get_deleted"),
        ("DELETE", DELETED + "/?", "purge"),
        ("POST", DELETED + "/recover", "recover"),
    )

    def __init__(self, options):
        # Tokens outlive a reset, since clients keep them.
        self.options, self.url, self.tokens = options, None, {}
        super().__init__()

    def reset(self):
        super().reset()
        # lower-case name -> {"name", "versions": oldest first}; a deleted one has "deleted": when
        self.vault = {}

    def failure(self, request, status, message=None):
        if "/oauth2/" in request.path:
            code = "temporarily_unavailable" if status in (429, 503) else "invalid_request"
            return Reply(status, {"error": code, "error_description": message or "AADSTS90033"})
        code, usual, inner = FAILURES.get(status, ("InternalServerError", "An internal error occurred.", None))
        headers = {}
        if status == 401:
            challenge = f'Bearer authorization="{self.url}/{self.options.tenant}", resource="{VAULT}"'
            headers["WWW-Authenticate"] = challenge
        if status == 429:
            headers["Retry-After"] = "1"
        return error(status, code, message or usual, inner, headers)

    def routes(self, request):
        return self.ROUTES if request.secure else Identity.MACHINE_ROUTES

    def unrouted(self, request):
        return error(404, "NotFound", "Nothing is served at this address.")

    def route(self, request):
        if request.secure and re.match(r"/(deleted)?secrets\b", request.path):
            refusal = self.unauthorized(request)
            if refusal:
                return self.failure(request, 401, refusal)
            if request.query.get("api-version") not in VERSIONS:
                return self.failure(request, 400, "The specified version is not recognized. Use api-version.")
            named = re.match(r"/(?:deleted)?secrets/([^/]+)", request.path)
            if named and not re.fullmatch(r"[0-9A-Za-z-]{1,127}", named[1]):
                return self.failure(request, 400, f"The request URI contains an invalid name: {named[1]}")
        return super().route(request)

    def unauthorized(self, request):
        audience, expires = self.tokens.get(request.bearer(), (None, 0))
        if audience is None:
            return FAILURES[401][1] if request.bearer() is None else "AKV10032: Invalid token."
        if audience != VAULT:
            return f"AKV10022: Invalid audience. Expected {VAULT}, found: {audience}."
        return None if time.time() < expires else "[TokenExpired] Error validating token: it has expired."

    def find(self, name, deleted=False):
        held = self.vault.get(name.lower())
        if held and ("deleted" in held) == deleted:
            return held
        if deleted:
            raise error(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        raise not_found(name)

    def find_version(self, name, version):
        held = self.find(name)
        if not version:
            return held, held["versions"][-1]
        for candidate in held["versions"]:
            if candidate["version"] == version.lower():
                return held, candidate
        raise not_found(f"{name}/{version}")

    def set_secret(self, request, name):
        held = self.vault.get(name.lower())
        if held and "deleted" in held:
            message = f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused."
            return error(409, "Conflict", message, "ObjectIsDeletedButRecoverable")
        body = request.json()
        if not isinstance(body.get("value"), str):
            return self.failure(request, 400, "Property value is required.")
        if len(body["value"].encode()) > 25600:
            return self.failure(request, 400, "Secret is beyond the maximum permitted length of 25600 characters.")
        now = int(time.time())
        # Tests may say which version it is to be; the real one takes no notice of that.
        version = {"version": body.get("version") or secrets.token_hex(16), "value": body["value"]}
        version["attributes"] = {"enabled": True, "created": now, "updated": now}
        self.apply(request, version, body)
        held = held or self.vault.setdefault(name.lower(), {"name": name, "versions": []})
        held["versions"].append(version)
        return Reply(200, self.bundle(request, held, version, "value"))

    def apply(self, request, version, body):
        """What PUT and PATCH may change; what is not named stays, tags are replaced as a whole."""
        attributes, tags = body.get("attributes") or {}, body.get("tags")
        if set(attributes) - {"enabled", "nbf", "exp", "created", "updated", "recoveryLevel", "recoverableDays"}:
            raise self.failure(request, 400, "attributes has an unknown property.")
        if tags and (len(tags) > 15 or any(len(text) > 256 for pair in tags.items() for text in pair)):
            raise self.failure(request, 400, "There are more than 15 tags, or one is longer than 256 characters.")
        if len(body.get("contentType") or "") > 255:
            raise self.failure(request, 400, "contentType is longer than 255 characters.")
        changes = {key: attributes[key] for key in ("enabled", "nbf", "exp") if attributes.get(key) is not None}
        version["attributes"] |= changes | {"updated": int(time.time())}
        version |= {key: body[key] for key in ("tags", "contentType") if body.get(key) is not None}

    def get_secret(self, request, name, version=""):
        held, found = self.find_version(name, version)
        if not found["attributes"]["enabled"]:
            return error(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
        return Reply(200, self.bundle(request, held, found, "value"))

    def update_secret(self, request, name, version=""):
        held, found = self.find_version(name, version)
        self.apply(request, found, request.json())
        return Reply(200, self.bundle(request, held, found))

    def delete_secret(self, request, name):
        held = self.find(name)
        held["deleted"] = int(time.time())
        return Reply(200, self.deleted_bundle(request, held))

    def get_deleted(self, request, name):
        return Reply(200, self.deleted_bundle(request, self.find(name, deleted=True)))

    def recover(self, request, name):
        held = self.find(name, deleted=True)
        del held["deleted"]
        return Reply(200, self.bundle(request, held, held["versions"][-1]))

    def purge(self, _request, name):
        self.find(name, deleted=True)
        del self.vault[name.lower()]
        return Reply(204)

    def list_secrets(self, request):
        held = [self.vault[name] for name in sorted(self.vault) if "deleted" not in self.vault[name]]
        return self.listed(request, [self.bundle(request, one, one["versions"][-1], named=False) for one in held])

    def list_versions(self, request, name):
        held = self.find(name)
        found = sorted(held["versions"], key=lambda version: version["version"])
        return self.listed(request, [self.bundle(request, held, version) for version in found])

    def list_deleted(self, request):
        held = [self.vault[name] for name in sorted(self.vault) if "deleted" in self.vault[name]]
        return self.listed(request, [self.deleted_bundle(request, one) for one in held])

    def listed(self, request, found):
        size, token = request.query.get("maxresults", "25"), request.query.get("$skiptoken", "")
        if not size.isdigit() or not 1 <= int(size) <= 25 or (token and not token.isdigit()):
            return self.failure(request, 400, "maxresults must be from 1 to 25.")
        part, after = page(found, int(size), token)
        version = request.query.get("api-version", VERSIONS[0])
        following = f"{vault_of(request)}{request.path}?api-version={version}&$skiptoken={after}&maxresults={size}"
        return Reply(200, {"value": part, "nextLink": following if after else None})

    @staticmethod
    def bundle(request, held, version, *more, named=True):
        address = f"{vault_of(request)}/secrets/{held['name']}"
        shown = {key: version[key] for key in ("contentType", "tags", *more) if key in version}
        level = {"recoveryLevel": "Recoverable+Purgeable", "recoverableDays": KEPT_DAYS}
        shown["id"] = f"{address}/{version['version']}" if named else address
        return shown | {"attributes": version["attributes"] | level}

    def deleted_bundle(self, request, held):
        when = held["deleted"]
        return self.bundle(request, held, held["versions"][-1]) | {
            "recoveryId": f"{vault_of(request)}/deletedsecrets/{held['name']}",
            "deletedDate": when,
            "scheduledPurgeDate": when + KEPT_DAYS * 86400,
        }


def vault_of(request):
    return f"https://{request.headers.get('Host')}"


def not_found(what):
    message = f"A secret with (name/id) {what} was not found in this key vault."
    return error(404, "SecretNotFound", message)


def error(status, code, message, inner=None, headers=None):
    body = {"code": code, "message": message} | ({"innererror": {"code": inner}} if inner else {})
    return Reply(status, {"error": body}, headers or {})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", help="where the throw-away certificates are written")
    parser.add_argument("--port", type=int, default=0, help="HTTPS: the vault and Entra")
    parser.add_argument("--imds-port", type=int, default=0, help="HTTP: managed identity")
    parser.add_argument("--inner-port", type=int, default=0, help="HTTP: the vault and Entra behind somebody's TLS")
    parser.add_argument("--tenant", default="00000000-0000-0000-0000-00000000aaaa")
    parser.add_argument("--client-id", default="00000000-0000-0000-0000-00000000bbbb")
    parser.add_argument("--client-secret", default="stand-in-client-secret")
    parser.add_argument("--expires-in", type=int, default=3599, help="seconds that tokens last")
    options = parser.parse_args()
    authority, chain, key = certificates.make(options.directory)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)
    vault = KeyVault(options)
    port, imds_port = listen(vault, options.port, tls), listen(vault, options.imds_port)
    inner_port = listen(vault, options.inner_port, secure=True)
    vault.url = f"https://127.0.0.1:{port}"
    serve_until_stdin_closes({
        "port": port, "imds_port": imds_port, "inner_port": inner_port, "url": vault.url, "imds_url": f"http://127.0.0.1:{imds_port}",
        "ca": str(authority.resolve()), "tenant": options.tenant, "client_id": options.client_id,
    }, clear_up=lambda: certificates.remove(options.directory))
