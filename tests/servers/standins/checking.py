"""What the checks share: a stand-in started beside them, its control path, and the tally of differences."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

# Nothing of whoever runs a check may reach the clients: no credentials, no proxy.
for name in list(os.environ):
    if name.startswith(("GOOGLE_", "GCLOUD_", "GCE_", "CLOUDSDK_", "AZURE_", "IDENTITY_", "MSI_")):
        del os.environ[name]
os.environ["CLOUDSDK_CONFIG"] = os.devnull
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


@contextmanager
def running(script, *arguments):
    """The stand-in's ready line; -S keeps every installed package out of its reach."""
    command = [sys.executable, "-E", "-S", str(Path(__file__).with_name(script)), *arguments]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.stdin.close()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.returncode != 0:
            sys.exit(f"{script} ended with status {server.returncode} when its stdin closed, not with 0")


def control(base, what, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{base}/_control/{what}", data=data), timeout=10) as reply:
        return json.load(reply)


class Tally:
    """Counts what agrees, reports what differs, and never prints a payload on its own account."""

    def __init__(self):
        self.agreed, self.differed = 0, 0

    def different(self, what):
        # At once: what follows from a difference may end the check.
        self.differed += 1
        print(f"DIFFERENT {what}", file=sys.stderr, flush=True)

    def part(self, check, *arguments):
        """One check; where it cannot go on, that is a difference too."""
        try:
            check(self, *arguments)
        except Exception as error:  # whatever an answer that is not as expected leads to
            line = error.__traceback__.tb_next.tb_lineno
            self.different(f"{check.__name__}, line {line}: cannot go on: {type(error).__name__}: {error}")

    def same(self, what, got, expected):
        if got == expected:
            self.agreed += 1
        else:
            self.different(f"{what}: expected {expected!r}, got {got!r}")

    def true(self, what, got):
        self.same(what, bool(got), True)

    def answer(self, what, call, read=lambda found: found, expected=None):
        """`call` succeeds, and what `read` finds in its answer is `expected`."""
        try:
            found = call()
        except Exception as error:  # any refusal is a difference, whatever its type
            self.different(f"{what}: expected an answer, got {type(error).__name__}: {error}")
            return None
        if expected is not None:
            self.same(what, read(found), expected)
        return found

    def refused(self, what, call, kind, read=lambda error: None, expected=None):
        """`call` fails with exactly `kind`, and what `read` finds in the error is `expected`."""
        try:
            call()
        except Exception as error:  # the type is what is being checked
            self.same(what, type(error).__name__, kind.__name__)
            if type(error) is kind and expected is not None:
                self.same(what, read(error), expected)
            return
        self.different(f"{what}: expected {kind.__name__}, got an answer")

    def finish(self, *packages):
        names = ", ".join(f"{package} {version(package)}" for package in packages)
        print(f"{self.agreed} agree, {self.differed} differ ({names})")
        sys.exit(1 if self.differed else 0)
