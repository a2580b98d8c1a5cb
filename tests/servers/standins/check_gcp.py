"""Ask the stand-in for Secret Manager with Google's own Python clients; any difference fails."""

import datetime
import os
import time
from contextlib import ExitStack

from checking import Tally, control, running

servers = ExitStack()
open_to_all = servers.enter_context(running("gcp.py"))
guarded = servers.enter_context(running("gcp.py", "--token", "t0ken", "--project", "acme"))
# google.auth reads both when it is imported.
os.environ["GCE_METADATA_HOST"] = os.environ["GCE_METADATA_IP"] = f"127.0.0.1:{guarded['port']}"

from google.api_core import exceptions, retry  # noqa: E402
from google.auth.credentials import AnonymousCredentials  # noqa: E402
from google.cloud import secretmanager_v1 as sm  # noqa: E402
from google.protobuf.json_format import ParseError  # noqa: E402

from check_gcp_tokens import check_tokens  # noqa: E402
from gcp_rules import crc32c  # noqa: E402

State = sm.SecretVersion.State


def client(server, credentials):
    transport = sm.SecretManagerServiceClient.get_transport_class("rest")
    host = server["url"].removeprefix("http://")
    return sm.SecretManagerServiceClient(transport=transport(host=host, credentials=credentials, url_scheme="http"))


def status(error):
    """The canonical code; by its type the REST client tells only what the HTTP status tells."""
    about = error.response.json()["error"]
    return about["status"] if about["code"] == error.code == error.response.status_code else about


def reason(error):
    return status(error), error.message.rsplit("] ", 1)[-1]


def check_secrets(tally, api):
    parent, name = "projects/acme", "projects/acme/secrets/db-password"
    create = {"parent": parent, "secret_id": "db-password"}
    made = tally.answer("create", lambda: api.create_secret(request=create | {
        "secret": {"replication": {"automatic": {}}, "labels": {"team": "core"}},
    }), lambda found: (dict(found.labels), "automatic" in found.replication), ({"team": "core"}, True))
    number = made.name.split("/")[1]
    tally.true("names carry the project's number", number.isdigit())
    tally.same("name", made.name, f"projects/{number}/secrets/db-password")
    tally.true("an etag is quoted", made.etag.startswith('"') and made.etag.endswith('"'))
    age = datetime.datetime.now(datetime.timezone.utc) - made.create_time
    tally.true("create time is now", abs(age.total_seconds()) < 60)
    tally.refused("create twice", lambda: api.create_secret(request=create | {
        "secret": {"replication": {"automatic": {}}},
    }), exceptions.Conflict, status, "ALREADY_EXISTS")
    tally.refused("create without replication", lambda: api.create_secret(request={
        "parent": parent, "secret_id": "other", "secret": {},
    }), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.refused("create with a bad id", lambda: api.create_secret(request={
        "parent": parent, "secret_id": "a.b", "secret": {"replication": {"automatic": {}}},
    }), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.refused("create with a bad label", lambda: api.create_secret(request={
        "parent": parent, "secret_id": "other",
        "secret": {"replication": {"automatic": {}}, "labels": {"Team": "core"}},
    }), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.answer("replicas", lambda: api.create_secret(request={
        "parent": parent, "secret_id": "replicated",
        "secret": {"replication": {"user_managed": {"replicas": [{"location": "europe-west1"}]}}},
    }), lambda found: [one.location for one in found.replication.user_managed.replicas], ["europe-west1"])
    tally.answer("get", lambda: api.get_secret(name=name), lambda found: found, made)
    by_number = f"projects/{number}/secrets/db-password"
    tally.answer("get by number", lambda: api.get_secret(name=by_number), lambda found: found, made)
    tally.refused("get what is not there", lambda: api.get_secret(name=name + "-2"),
                  exceptions.NotFound, reason, ("NOT_FOUND", "not found."))


def check_versions(tally, api):
    name = "projects/acme/secrets/db-password"
    latest, first, second = (f"{name}/versions/{which}" for which in ("latest", "1", "2"))
    access = lambda which: lambda: api.access_secret_version(name=which)
    data = lambda found: found.payload.data
    tally.refused("latest of none", access(latest), exceptions.NotFound,
                  reason, ("NOT_FOUND", "not found or has no versions."))
    tally.refused("version of no secret", access("projects/acme/secrets/none/versions/1"),
                  exceptions.NotFound, reason, ("NOT_FOUND", "not found or has no versions."))
    secret = api.get_secret(name=name)
    payload = "pässword\n".encode()
    made = tally.answer("add", lambda: api.add_secret_version(request={
        "parent": name, "payload": {"data": payload, "data_crc32c": crc32c(payload)},
    }), lambda found: (found.name.rsplit("/", 1)[1], found.state, found.client_specified_payload_checksum),
        ("1", State.ENABLED, True))
    tally.same("adding leaves the secret's etag", api.get_secret(name=name).etag, secret.etag)
    tally.answer("latest", access(latest), data, payload)
    tally.answer("latest names the version", access(latest), lambda found: found.name, made.name)
    tally.answer("checksum", access(first), lambda found: found.payload.data_crc32c, crc32c(payload))
    tally.same("checksum of the standard's sample", crc32c(b"123456789"), 0xE3069283)
    tally.refused("a wrong checksum", lambda: api.add_secret_version(request={
        "parent": name, "payload": {"data": b"x", "data_crc32c": 1},
    }), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.refused("too long", lambda: api.add_secret_version(request={
        "parent": name, "payload": {"data": b"x" * 65537},
    }), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.answer("second", lambda: api.add_secret_version(request={
        "parent": name, "payload": {"data": b"\x00\xff" * 32768},
    }), lambda found: found.client_specified_payload_checksum, False)
    tally.answer("the longest", access(latest), data, b"\x00\xff" * 32768)
    tally.answer("the first stays", access(first), data, payload)
    tally.refused("a version that is not there", access(f"{name}/versions/3"),
                  exceptions.NotFound, reason, ("NOT_FOUND", "not found."))
    tally.refused("an alias that is not there", access(f"{name}/versions/current"), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    numbers = lambda found: [one.name.rsplit("/", 1)[1] for one in found]
    tally.answer("newest first", lambda: api.list_secret_versions(parent=name), numbers, ["2", "1"])
    tally.answer("page by page", lambda: api.list_secret_versions(request={"parent": name, "page_size": 1}),
                 lambda found: [numbers(page.versions) for page in found.pages], [["2"], ["1"]])
    tally.answer("total", lambda: api.list_secret_versions(request={"parent": name, "page_size": 1}),
                 lambda found: found.total_size, 2)
    ids = lambda found: [one.name.rsplit("/", 1)[1] for one in found]
    tally.answer("secrets", lambda: api.list_secrets(request={"parent": "projects/acme", "page_size": 1}),
                 ids, ["db-password", "replicated"])
    tally.answer("none", lambda: api.list_secrets(parent="projects/other"), ids, [])
    state = lambda found: found.state
    tally.answer("disable", lambda: api.disable_secret_version(name=second), state, State.DISABLED)
    refusal = exceptions.BadRequest
    tally.refused("a disabled one", access(second), refusal, reason, ("FAILED_PRECONDITION", "is in DISABLED state."))
    tally.refused("latest is the newest, disabled or not", access(latest), refusal,
                  reason, ("FAILED_PRECONDITION", "is in DISABLED state."))
    tally.answer("its metadata", lambda: api.get_secret_version(name=latest), state, State.DISABLED)
    tally.answer("enable", lambda: api.enable_secret_version(name=second), state, State.ENABLED)
    tally.answer("again", lambda: api.enable_secret_version(name=second), state, State.ENABLED)
    old = api.get_secret_version(name=second).etag
    api.enable_secret_version(name=second)
    tally.refused("disable by an old etag", lambda: api.disable_secret_version(request={
        "name": second, "etag": old,
    }), refusal, status, "FAILED_PRECONDITION")
    tally.answer("disable by the etag", lambda: api.disable_secret_version(request={
        "name": second, "etag": api.get_secret_version(name=second).etag,
    }), state, State.DISABLED)
    gone = tally.answer("destroy", lambda: api.destroy_secret_version(name=second), state, State.DESTROYED)
    tally.true("destroy time", gone.destroy_time)
    tally.refused("a destroyed one", access(latest), refusal, reason, ("FAILED_PRECONDITION", "is in DESTROYED state."))
    tally.refused("enable a destroyed one", lambda: api.enable_secret_version(name=second), refusal, status, "FAILED_PRECONDITION")


def check_changes(tally, api):
    name = "projects/acme/secrets/db-password"
    update = lambda secret, *paths: lambda: api.update_secret(request={
        "secret": {"name": name} | secret, "update_mask": {"paths": paths},
    })
    before = api.get_secret(name=name)
    changed = tally.answer("labels by the etag", update(
        {"labels": {"lock": "a1"}, "etag": before.etag}, "labels",
    ), lambda found: dict(found.labels), {"lock": "a1"})
    tally.true("a new etag", changed.etag != before.etag)
    tally.refused("labels by an old etag", update({"labels": {"lock": "b2"}, "etag": before.etag}, "labels"),
                  exceptions.BadRequest, status, "FAILED_PRECONDITION")
    tally.same("one winner", dict(api.get_secret(name=name).labels), {"lock": "a1"})
    again = tally.answer("a change to nothing", update({"labels": {"lock": "a1"}}, "labels"))
    tally.true("renews the etag", again.etag != changed.etag)
    tally.refused("no mask", update({"labels": {}}), exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.refused("what cannot change", update({"replication": {"automatic": {}}}, "replication"),
                  exceptions.BadRequest, status, "INVALID_ARGUMENT")
    tally.answer("annotations", update({"annotations": {"journal": "Phase=Staged"}}, "annotations"),
                 lambda found: (dict(found.annotations), dict(found.labels)),
                 ({"journal": "Phase=Staged"}, {"lock": "a1"}))
    tally.answer("alias", update({"version_aliases": {"current": 1}}, "version_aliases"),
                 lambda found: dict(found.version_aliases), {"current": 1})
    tally.answer("read by alias", lambda: api.access_secret_version(name=f"{name}/versions/current"),
                 lambda found: found.name.rsplit("/", 1)[1], "1")
    tally.answer("clear", update({}, "labels", "annotations"),
                 lambda found: (dict(found.labels), dict(found.annotations)), ({}, {}))
    tally.answer("expire", update({"ttl": {"seconds": 3600}}, "ttl"),
                 lambda found: found.expire_time > datetime.datetime.now(datetime.timezone.utc), True)
    tally.answer("expire at once", update({"ttl": {"nanos": 1000000}}, "ttl"))
    time.sleep(0.01)
    tally.refused("expired is deleted", lambda: api.access_secret_version(name=f"{name}/versions/1"),
                  exceptions.NotFound, status, "NOT_FOUND")
    other = "projects/acme/secrets/replicated"
    tally.refused("delete by a wrong etag", lambda: api.delete_secret(request={"name": other, "etag": '"0"'}),
                  exceptions.BadRequest, status, "FAILED_PRECONDITION")
    tally.answer("delete by the etag", lambda: api.delete_secret(request={
        "name": other, "etag": api.get_secret(name=other).etag,
    }))
    tally.refused("delete twice", lambda: api.delete_secret(name=other), exceptions.NotFound, status, "NOT_FOUND")


def check_failures(tally, api, url):
    fail = lambda code, **more: control(url, "fail", {"status": code} | more)
    once = lambda: api.access_secret_version(name="projects/acme/secrets/busy/versions/latest", retry=None)
    for code, (kind, canonical) in {
        400: (exceptions.BadRequest, "INVALID_ARGUMENT"),
        403: (exceptions.Forbidden, "PERMISSION_DENIED"),
        404: (exceptions.NotFound, "NOT_FOUND"),
        409: (exceptions.Conflict, "ABORTED"),
        429: (exceptions.TooManyRequests, "RESOURCE_EXHAUSTED"),
        500: (exceptions.InternalServerError, "INTERNAL"),
        503: (exceptions.ServiceUnavailable, "UNAVAILABLE"),
        504: (exceptions.GatewayTimeout, "DEADLINE_EXCEEDED"),
    }.items():
        fail(code)
        tally.refused(f"status {code}", once, kind, status, canonical)
    fail(429, headers={"Retry-After": "7"})
    tally.refused("a header of its own", once, exceptions.TooManyRequests,
                  lambda error: error.response.headers["Retry-After"], "7")
    control(url, "reset", {})
    tally.same("reset empties the log", control(url, "log"), [])
    api.create_secret(parent="projects/acme", secret_id="busy", secret={"replication": {"automatic": {}}})
    api.add_secret_version(parent="projects/acme/secrets/busy", payload={"data": b"x"})
    fail(503, n=2, path="/v1/projects/acme/secrets/busy")
    quickly = retry.Retry(retry.if_exception_type(exceptions.ServiceUnavailable), initial=0.01, timeout=5)
    tally.answer("the client tries again", lambda: api.access_secret_version(
        name="projects/acme/secrets/busy/versions/latest", retry=quickly,
    ), lambda found: found.payload.data, b"x")
    log = [entry for entry in control(url, "log") if entry["path"].endswith(":access")]
    tally.same("the log", [entry["status"] for entry in log], [503, 503, 200])
    asked = control(url, "ask", {"path": "/v1/projects/acme/secrets/busy/versions/1"})
    tally.same("asked by the control path", asked["state"], "ENABLED")
    fail(200, body="not JSON")
    tally.refused("an answer that is no JSON", once, ParseError)


if __name__ == "__main__":
    tally = Tally()
    with servers:
        api = client(open_to_all, AnonymousCredentials())
        tally.part(check_secrets, api)
        tally.part(check_versions, api)
        tally.part(check_changes, api)
        tally.part(check_failures, api, open_to_all["url"])
        tally.part(check_tokens, guarded["url"], lambda credentials: client(guarded, credentials))
    tally.finish("google-cloud-secret-manager", "google-auth")
