"""A throw-away certificate authority and a server certificate of it, made with the `openssl` command."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

# The real hosts are in it too, so that a client that resolves them to 127.0.0.1 can check what it checks there.
NAMES = "IP:127.0.0.1,DNS:localhost,DNS:*.vault.azure.net,DNS:login.microsoftonline.com"
AUTHORITY = """[req]
distinguished_name = subject
x509_extensions = authority
prompt = no
[subject]
CN = Stand-in authority
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""
SERVER = f"""basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {NAMES}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


FILES = ("authority.cnf", "server.ext", "ca.key", "ca.pem", "ca.srl", "server.key", "server.csr", "server.pem")


def remove(directory):
    """Take back what `make` wrote, and the directory if nothing else is in it."""
    place = Path(directory)
    for name in FILES:
        (place / name).unlink(missing_ok=True)
    with suppress(OSError):
        place.rmdir()


def make(directory):
    """Write ca.pem, server.pem and server.key; the paths of the three."""
    place = Path(directory)
    os.umask(0o077)
    place.mkdir(parents=True, exist_ok=True)
    (place / "authority.cnf").write_text(AUTHORITY)
    (place / "server.ext").write_text(SERVER)

    def openssl(*arguments):
        done = subprocess.run(("openssl", *arguments), cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"openssl {arguments[0]} failed:\n{done.stderr}")

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-config", "authority.cnf", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-new", *key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "server.ext", "-out", "server.pem")
    return place / "ca.pem", place / "server.pem", place / "server.key"
