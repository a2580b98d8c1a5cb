"""Ask the stand-in for Key Vault with Microsoft's own Python clients; any difference fails."""

import datetime
import json
import logging
import os
import re
import sys
import tempfile
from pathlib import Path

# The stand-in beside this file is called azure too, and would hide Microsoft's package.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from azure.core import exceptions  # noqa: E402
from azure.keyvault.secrets import SecretClient  # noqa: E402

from standins.check_azure_tokens import app, check_tokens  # noqa: E402
from standins.checking import Tally, control, running  # noqa: E402

BAD = (400, "BadParameter", None)
MISSING = (404, "SecretNotFound", None)
DISABLED = (403, "Forbidden", "SecretDisabled")


def client(server, credential, **more):
    return SecretClient(server["url"], credential, verify_challenge_resource=False, **more)


def reason(error):
    """Status, code, and the code of the inner error."""
    about = json.loads(error.response.text())["error"]
    return error.status_code, about["code"], about.get("innererror", {}).get("code")


def value(found):
    return found.value


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def check_values(tally, api, older):
    name = "db-password"
    tally.refused("get what is not there", lambda: api.get_secret(name),
                  exceptions.ResourceNotFoundError, reason, MISSING)
    first = tally.answer("set", lambda: api.set_secret(
        name, "pässword\n", tags={"transaction": "a1"}, content_type="text/plain",
    ), value, "pässword\n")
    about = first.properties
    tally.same("tags and type", (about.tags, about.content_type), ({"transaction": "a1"}, "text/plain"))
    tally.true("a version is 32 hexadecimal digits", re.fullmatch("[0-9a-f]{32}", about.version))
    tally.same("enabled and recoverable", (about.enabled, about.recovery_level, about.recoverable_days),
               (True, "Recoverable+Purgeable", 90))
    tally.true("created now", abs((now() - about.created_on).total_seconds()) < 60)
    tally.answer("latest", lambda: api.get_secret(name), lambda found: (found.value, found.id),
                 (first.value, first.id))
    tally.answer("names ignore case", lambda: api.get_secret("DB-Password"), lambda found: found.id, first.id)
    second = tally.answer("set again", lambda: api.set_secret(name, "x" * 25600))
    tally.true("another version", second.properties.version != about.version)
    tally.same("nothing of the first", (second.properties.tags, second.properties.content_type), (None, None))
    tally.answer("the newest, at its longest", lambda: api.get_secret(name), value, "x" * 25600)
    tally.answer("the first stays", lambda: api.get_secret(name, about.version), value, first.value)
    tally.answer("api-version 7.4", lambda: older.get_secret(name, about.version), value, first.value)
    tally.refused("a version that is not there", lambda: api.get_secret(name, "0" * 32),
                  exceptions.ResourceNotFoundError, reason, MISSING)
    for what, call in {
        "too long": lambda: api.set_secret(name, "x" * 25601),
        "a bad name": lambda: api.set_secret("db_password", "x"),
        "a name too long": lambda: api.get_secret("x" * 128),
        "sixteen tags": lambda: api.set_secret("tagged", "x", tags={str(n): "x" for n in range(16)}),
    }.items():
        tally.refused(what, call, exceptions.HttpResponseError, reason, BAD)


def check_lists(tally, api):
    names = lambda found: [one.name for one in found]
    tally.answer("secrets", lambda: api.list_properties_of_secrets(), names, ["db-password"])
    tally.answer("a list names no version", lambda: [one.version for one in api.list_properties_of_secrets()],
                 expected=[None])
    made = {api.set_secret("many", str(n)).properties.version for n in range(27)}
    listed = tally.answer("all pages of versions", lambda: list(api.list_properties_of_secret_versions("many")), len, 27)
    tally.same("the versions", {one.version for one in listed}, made)
    tally.same("not by age", [one.version for one in listed], sorted(made))
    tally.answer("pages of 10", lambda: api.list_properties_of_secret_versions("many", max_page_size=10).by_page(),
                 lambda found: [len(list(part)) for part in found], [10, 10, 7])
    tally.refused("pages of 26", lambda: list(api.list_properties_of_secret_versions("many", max_page_size=26)),
                  exceptions.HttpResponseError, reason, BAD)
    tally.answer("latest of many", lambda: api.get_secret("many"), value, "26")
    # The real service may tell of none at all or refuse; so does no caller rely on either.
    tally.refused("versions of nothing", lambda: list(api.list_properties_of_secret_versions("none")),
                  exceptions.ResourceNotFoundError, reason, MISSING)


def check_attributes(tally, api):
    name = "db-password"
    kept = api.get_secret(name).properties
    first = next(one for one in api.list_properties_of_secret_versions(name) if one.version != kept.version)
    update = lambda **more: lambda: api.update_secret_properties(name, **more)
    tags = lambda found: found.tags
    tally.answer("tags of the newest", update(tags={"state": "applied"}), tags, {"state": "applied"})
    tally.answer("tags replace tags", update(tags={"lock": "b2"}), tags, {"lock": "b2"})
    tally.answer("what is not named stays", update(content_type="text/x"),
                 lambda found: (found.tags, found.content_type), ({"lock": "b2"}, "text/x"))
    tally.answer("no tags", update(tags={}), tags, {})
    tally.answer("another version's stay", lambda: api.get_secret(name, first.version),
                 lambda found: found.properties.tags, {"transaction": "a1"})
    past, future = now() - datetime.timedelta(days=2), now() + datetime.timedelta(days=2)
    whole = lambda when: when.replace(microsecond=0)
    tally.answer("expire", update(expires_on=past), lambda found: found.expires_on, whole(past))
    tally.answer("an expired one is read", lambda: api.get_secret(name), value, "x" * 25600)
    tally.answer("not yet valid", update(not_before=future), lambda found: found.not_before, whole(future))
    tally.answer("is read too", lambda: api.get_secret(name), value, "x" * 25600)
    tally.answer("disable", update(enabled=False), lambda found: found.enabled, False)
    kind = exceptions.HttpResponseError
    tally.refused("a disabled newest", lambda: api.get_secret(name), kind, reason, DISABLED)
    tally.refused("by its version", lambda: api.get_secret(name, kept.version), kind, reason, DISABLED)
    tally.answer("an older one is read", lambda: api.get_secret(name, first.version), value, "pässword\n")
    tally.answer("it is listed", lambda: {one.version: one.enabled for one in
                                          api.list_properties_of_secret_versions(name)},
                 expected={kept.version: False, first.version: True})
    tally.answer("enable", update(enabled=True), lambda found: found.enabled, True)
    tally.answer("set disabled", lambda: api.set_secret("off", "x", enabled=False),
                 lambda found: found.properties.enabled, False)
    tally.refused("a version that is not there", update(version="0" * 32, tags={}),
                  exceptions.ResourceNotFoundError, reason, MISSING)


def check_deletion(tally, api):
    name = "db-password"
    tally.refused("delete what is not there", lambda: api.begin_delete_secret("none"),
                  exceptions.ResourceNotFoundError, reason, MISSING)
    gone = tally.answer("delete", lambda: api.begin_delete_secret(name, _polling_interval=0).result(),
                        lambda found: found.name, name)
    tally.same("purged in 90 days", (gone.scheduled_purge_date - gone.deleted_date).days, 90)
    tally.true("its recovery address", gone.recovery_id.endswith("/deletedsecrets/" + name))
    tally.refused("get", lambda: api.get_secret(name), exceptions.ResourceNotFoundError, reason, MISSING)
    tally.refused("set", lambda: api.set_secret(name, "x"), exceptions.ResourceExistsError,
                  reason, (409, "Conflict", "ObjectIsDeletedButRecoverable"))
    tally.answer("deleted", lambda: api.get_deleted_secret(name), lambda found: found.name, name)
    tally.answer("all deleted", lambda: [one.name for one in api.list_deleted_secrets()], expected=[name])
    tally.answer("recover", lambda: api.begin_recover_deleted_secret(name, _polling_interval=0).result(),
                 lambda found: found.name, name)
    tally.answer("get again", lambda: api.get_secret(name), value, "x" * 25600)
    tally.answer("delete again", lambda: api.begin_delete_secret(name, _polling_interval=0).wait(10))
    api.purge_deleted_secret(name)
    tally.refused("deleted and purged", lambda: api.get_deleted_secret(name),
                  exceptions.ResourceNotFoundError, reason, MISSING)
    tally.answer("set after that", lambda: api.set_secret(name, "new"), value, "new")


def check_failures(tally, api, url):
    fail = lambda code, **more: control(url, "fail", {"status": code, "path": "/secrets/"} | more)
    once = lambda: api.get_secret("db-password", retry_total=0)
    for code, (kind, expected) in {
        400: (exceptions.HttpResponseError, BAD),
        403: (exceptions.HttpResponseError, (403, "Forbidden", "ForbiddenByRbac")),
        404: (exceptions.ResourceNotFoundError, MISSING),
        409: (exceptions.ResourceExistsError, (409, "Conflict", None)),
        429: (exceptions.HttpResponseError, (429, "Throttled", None)),
        500: (exceptions.HttpResponseError, (500, "InternalServerError", None)),
        503: (exceptions.HttpResponseError, (503, "ServiceUnavailable", None)),
    }.items():
        fail(code)
        tally.refused(f"status {code}", once, kind, reason, expected)
    fail(429)
    tally.refused("when to come back", once, exceptions.HttpResponseError,
                  lambda error: error.response.headers["Retry-After"], "1")
    control(url, "reset", {})
    tally.same("reset empties the log", control(url, "log"), [])
    tally.answer("tokens outlive it", lambda: api.set_secret("busy", "x"), value, "x")
    fail(429, n=2, headers={"Retry-After": "0"})
    tally.answer("the client tries again", lambda: api.get_secret("busy"), value, "x")
    log = [(entry["method"], entry["path"], entry["status"]) for entry in control(url, "log")]
    read = ("GET", "/secrets/busy/")
    tally.same("the log", log, [("PUT", "/secrets/busy", 200), (*read, 429), (*read, 429), (*read, 200)])
    tally.same("asked by the control path", control(url, "ask", {"path": "/secrets/busy"})["value"], "x")
    fail(200, body="not JSON")
    tally.refused("an answer that is no JSON", once, exceptions.DecodeError)


if __name__ == "__main__":
    tally = Tally()
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # it tells of every refusal that is asked for here
    with tempfile.TemporaryDirectory() as directory, running("azure.py", directory) as server:
        os.environ["REQUESTS_CA_BUNDLE"] = server["ca"]
        os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server["imds_url"]
        api = client(server, app(server))
        tally.part(check_tokens, server, lambda credential: client(server, credential), directory)
        tally.part(check_values, api, client(server, app(server), api_version="7.4"))
        tally.part(check_lists, api)
        tally.part(check_attributes, api)
        tally.part(check_deletion, api)
        tally.part(check_failures, api, server["imds_url"])
    tally.finish("azure-keyvault-secrets", "azure-identity", "msal")
