"""What Secret Manager demands of a secret's fields, and how it writes times, etags and checksums."""

import re
import secrets
from datetime import datetime, timedelta, timezone

from common import Reply

CHANGEABLE = {"labels", "annotations", "versionAliases", "expireTime", "ttl"}
KNOWN = CHANGEABLE | {"name", "etag", "createTime", "replication"}


def settle(about, versions):
    """The changeable fields as the service keeps them, or its refusal."""
    unknown = set(about) - KNOWN
    labels, aliases = about.get("labels", {}), about.get("versionAliases", {})
    texts = [str(text) for pair in labels.items() for text in pair]
    # A label's letters are lower case, or of a script without case.
    fits = all(re.fullmatch(r"[^\W\d_][\w-]{0,62}", key) for key in labels) and len(labels) <= 64
    if not fits or not all(re.fullmatch(r"[\w-]{0,63}", text) and text == text.lower() for text in texts):
        raise status_reply(400, "INVALID_ARGUMENT", "A label does not match [\\p{Ll}\\p{Lo}\\p{N}_-]{0,63}.")
    for alias, number in aliases.items():
        named = re.fullmatch(r"[A-Za-z][\w-]{0,62}", alias) and alias not in ("latest", "NEW")
        if not named or not str(number).isdigit() or not 1 <= int(number) <= versions:
            raise status_reply(400, "INVALID_ARGUMENT", "A version alias is misnamed or names no version.")
    if sum(len(key) + len(text) for key, text in about.get("annotations", {}).items()) > 16384:
        raise status_reply(400, "INVALID_ARGUMENT", "Annotations exceed 16 KiB.")
    if unknown:
        raise status_reply(400, "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{min(unknown)}"')
    kept = dict(about)
    if aliases:
        kept["versionAliases"] = {alias: str(number) for alias, number in aliases.items()}
    if "ttl" in kept:
        kept["expireTime"] = stamp(float(kept.pop("ttl").removesuffix("s")))
    return kept


def require_state(version, *allowed):
    about = version["about"]
    if about["state"] not in allowed:
        message = f"Secret Version [{about['name']}] is in {about['state']} state."
        raise status_reply(400, "FAILED_PRECONDITION", message)


def check_etag(about, given):
    if given and given != about["etag"]:
        raise status_reply(400, "FAILED_PRECONDITION", f"The etag does not match the current one of [{about['name']}].")


def replication_status(replication):
    if "automatic" in replication:
        return {"automatic": {}}
    replicas = [{"location": replica["location"]} for replica in replication["userManaged"]["replicas"]]
    return {"userManaged": {"replicas": replicas}}


def status_reply(http, status, message, headers=None):
    return Reply(http, {"error": {"code": http, "message": message, "status": status}}, headers or {})


def camel(path):
    return re.sub("_(.)", lambda found: found[1].upper(), path)


def etag():
    return f'"{secrets.token_hex(7)}"'


def stamp(after=0.0):
    return (datetime.now(timezone.utc) + timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
