"""A stand-in for Google Cloud Secret Manager's REST API (v1), with the places its tokens come from.

Rules whose source is worth knowing:
- `latest` is the version created last (reference of GetSecretVersion and AccessSecretVersion), whatever its
  state: where that one is disabled or destroyed the real service answers 400 FAILED_PRECONDITION and never
  falls back to an older one (external-secrets/external-secrets#4042).
- An etag that does not match is 400 FAILED_PRECONDITION, not 409 (the guide "Use entity tags for optimistic
  concurrency control"); a version's changes leave the secret's etag alone, a change to nothing renews it.
- Answers name the project by its number, whichever way it was asked for.
- An expired secret is deleted, with all its versions (reference of Secret.expire_time).
"""

import argparse
import base64
import binascii
import re

from common import Reply, Service, listen, page, serve_until_stdin_closes
from gcp_identity import Identity
from gcp_rules import (
    CHANGEABLE, camel, check_etag, crc32c, etag, replication_status, require_state, settle, stamp, status_reply,
)

SECRETS = r"/v1/projects/([^/:]+)/secrets"
SECRET = SECRETS + r"/([^/:]+)"
VERSION = SECRET + r"/versions/([^/:]+)"
STATUS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token."),
    403: ("PERMISSION_DENIED", "Permission denied on resource (or it may not exist)."),
    404: ("NOT_FOUND", "Requested entity was not found."),
    409: ("ABORTED", "The operation was aborted."),
    429: ("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Access requests'."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}


class SecretManager(Identity, Service):
    ROUTES = Identity.ROUTES + (
        ("GET", SECRETS, "list_secrets"),
        ("POST", SECRETS, "create_secret"),
        ("GET", SECRET, "get_secret"),
        ("PATCH", SECRET, "update_secret"),
        ("DELETE", SECRET, "delete_secret"),
        ("POST", SECRET + ":addVersion", "add_version"),
        ("GET", SECRET + "/versions", "list_versions"),
        ("GET", VERSION, "get_version"),
        ("GET", VERSION + ":access", "access_version"),
        ("POST", VERSION + ":(enable|disable|destroy)", "set_state"),
    )

    def __init__(self, options):
        self.checks_token = options.token is not None
        self.token = options.token or "stand-in-token"
        self.project, self.expires_in = options.project, options.expires_in
        super().__init__()

    def reset(self):
        super().reset()
        self.secrets = {}  # resource name -> {"about": the Secret, "versions": oldest first}

    def failure(self, request, status, message=None):
        code, usual = STATUS.get(status, ("INTERNAL", "Internal error encountered."))
        headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if status == 401 else {}
        if re.fullmatch(r"/token|/v1/token|/computeMetadata/.*", request.path):
            return Reply(status, {"error": code.lower(), "error_description": message or usual}, headers)
        return status_reply(status, code, message or usual, headers)

    def unrouted(self, request):
        # The real one's is no google.rpc.Status either (hashicorp/terraform-provider-google#24627).
        return Reply(404, "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", {"Content-Type": "text/html"})

    def routes(self, request):
        return self.ROUTES

    def route(self, request):
        if self.checks_token and re.match(SECRETS, request.path):
            if request.bearer() not in (self.token, self.federated()):
                return self.failure(request, 401)
        return super().route(request)

    @staticmethod
    def number(project):
        return project if project.isdigit() else str(100_000_000_000 + crc32c(project.encode()))

    def find(self, project, secret, missing="Secret [{}] not found."):
        name = f"projects/{self.number(project)}/secrets/{secret}"
        held = self.secrets.get(name)
        if held and held["about"].get("expireTime", "9999") < stamp():
            held = self.secrets.pop(name) and None
        if not held:
            raise status_reply(404, "NOT_FOUND", missing.format(name))
        return held

    def find_version(self, project, secret, version, aliases=False):
        held = self.find(project, secret, "Secret [{}] not found or has no versions.")
        name = held["about"]["name"]
        if aliases and version == "latest":
            if not held["versions"]:
                raise status_reply(404, "NOT_FOUND", f"Secret [{name}] not found or has no versions.")
            return held["versions"][-1]
        if aliases:
            version = held["about"].get("versionAliases", {}).get(version, version)
        if not re.fullmatch(r"[1-9]\d*", version):
            raise status_reply(400, "INVALID_ARGUMENT", f"Resource ID [{name}/versions/{version}] is not valid.")
        if int(version) > len(held["versions"]):
            raise status_reply(404, "NOT_FOUND", f"Secret Version [{name}/versions/{version}] not found.")
        return held["versions"][int(version) - 1]

    def create_secret(self, request, project):
        secret, about = request.query.get("secretId", ""), request.json()
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", secret):
            return self.failure(request, 400, "The provided Secret ID does not match [a-zA-Z_0-9]+.")
        replication = about.get("replication", {})
        replicas = replication.get("userManaged", {}).get("replicas", [])
        managed = bool(replicas) and all(replica.get("location") for replica in replicas)
        if ("automatic" in replication) == managed:
            return self.failure(request, 400, "secret.replication must be automatic or name its locations.")
        name = f"projects/{self.number(project)}/secrets/{secret}"
        if name in self.secrets:
            return status_reply(409, "ALREADY_EXISTS", f"Secret [{name}] already exists.")
        kept = {"name": name, "createTime": stamp(), "etag": etag()}
        kept |= settle({field: about[field] for field in about if field not in kept}, versions=0)
        self.secrets[name] = {"about": kept, "versions": []}
        return Reply(200, kept)

    def get_secret(self, _request, project, secret):
        return Reply(200, self.find(project, secret)["about"])

    def update_secret(self, request, project, secret):
        held, body = self.find(project, secret), request.json()
        check_etag(held["about"], body.get("etag"))
        mask = [camel(path) for path in request.query.get("updateMask", "").split(",") if path]
        if not mask or not set(mask) <= CHANGEABLE | {"etag"}:
            return self.failure(request, 400, "The update_mask is empty or names a field that cannot change.")
        changed = settle({field: body[field] for field in body if field in mask}, len(held["versions"]))
        kept = {field: value for field, value in held["about"].items() if field not in mask}
        held["about"] = kept | changed | {"etag": etag()}
        return Reply(200, held["about"])

    def delete_secret(self, request, project, secret):
        about = self.find(project, secret)["about"]
        check_etag(about, request.query.get("etag"))
        del self.secrets[about["name"]]
        return Reply(200, {})

    def add_version(self, request, project, secret):
        held, payload = self.find(project, secret), request.json().get("payload")
        if not payload:
            return self.failure(request, 400, "Field [payload] is required.")
        try:
            # Both alphabets are read, with or without padding.
            text = payload.get("data", "").translate({45: "+", 95: "/"}).rstrip("=")
            data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, AttributeError):
            return self.failure(request, 400, "Invalid value at 'payload.data' (TYPE_BYTES), Base64 decoding failed")
        if not 0 < len(data) <= 65536:
            return self.failure(request, 400, "Secret Payload must have from 1 to 65536 bytes.")
        given = payload.get("dataCrc32c")
        if given is not None and str(given) != str(crc32c(data)):
            return self.failure(request, 400, "The payload does not match its checksum.")
        about = {
            "name": f"{held['about']['name']}/versions/{len(held['versions']) + 1}",
            "createTime": stamp(), "state": "ENABLED", "etag": etag(),
            "replicationStatus": replication_status(held["about"]["replication"]),
        }
        if given is not None:
            about["clientSpecifiedPayloadChecksum"] = True
        held["versions"].append({"about": about, "data": data})
        return Reply(200, about)

    def get_version(self, _request, *name):
        return Reply(200, self.find_version(*name, aliases=True)["about"])

    def access_version(self, _request, *name):
        version = self.find_version(*name, aliases=True)
        require_state(version, "ENABLED")
        data = version["data"]
        payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc32c(data))}
        return Reply(200, {"name": version["about"]["name"], "payload": payload})

    def set_state(self, request, project, secret, number, verb):
        version = self.find_version(project, secret, number)
        check_etag(version["about"], request.json().get("etag"))
        require_state(version, "ENABLED", "DISABLED")
        state = {"enable": "ENABLED", "disable": "DISABLED", "destroy": "DESTROYED"}[verb]
        version["about"] = version["about"] | {"state": state, "etag": etag()}
        if verb == "destroy":
            version["about"]["destroyTime"] = stamp()
            version["data"] = b""
        return Reply(200, version["about"])

    def list_secrets(self, request, project):
        prefix = f"projects/{self.number(project)}/"
        found = [held["about"] for name, held in sorted(self.secrets.items()) if name.startswith(prefix)]
        return self.listed(request, "secrets", found)

    def list_versions(self, request, project, secret):
        found = [version["about"] for version in reversed(self.find(project, secret)["versions"])]
        return self.listed(request, "versions", found)

    def listed(self, request, kind, found):
        if request.query.get("filter"):
            return status_reply(501, "UNIMPLEMENTED", "The stand-in does not filter.")
        size, token = request.query.get("pageSize") or "0", request.query.get("pageToken") or ""
        if not size.isdigit() or (token and not token.isdigit()):
            return self.failure(request, 400)
        part, after = page(found, int(size) or 25000, token)
        reply = {kind: part, "totalSize": len(found)} | ({"nextPageToken": after} if after else {})
        return Reply(200, reply if part else {"totalSize": len(found)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", help="the only bearer token that opens secrets, and the one handed out")
    parser.add_argument("--project", default="stand-in", help="what the metadata server names")
    parser.add_argument("--expires-in", type=int, default=3599, help="seconds that tokens claim to last")
    port = listen(SecretManager(parser.parse_args()), parser.parse_args().port)
    serve_until_stdin_closes({"port": port, "url": f"http://127.0.0.1:{port}"})
