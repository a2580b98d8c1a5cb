"""Fetch tokens from the stand-in for Azure the ways azure-identity does, and open secrets with them."""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from azure.core import exceptions
from azure.core.credentials import AccessTokenInfo
from azure.identity import (
    ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential,
)

SCOPE = "https://vault.azure.net/.default"
# A header, claims that expire in 2100, and a signature that nobody checks.
ASSERTION = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwb2QiLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmVk"


class Fixed:
    """Credentials that hand out one token, come what may."""

    def __init__(self, token):
        self.token = token

    def get_token_info(self, *_scopes, options=None):
        return AccessTokenInfo(self.token, 4102444800)


def app(server, secret="stand-in-client-secret", **more):
    about = {"authority": server["url"], "disable_instance_discovery": True} | more
    tenant, client_id = about.pop("tenant", server["tenant"]), about.pop("client_id", server["client_id"])
    return ClientSecretCredential(tenant, client_id, secret, **about)


def plain(server, url):
    """Status, headers and body without any client between."""
    trust = ssl.create_default_context(cafile=server["ca"])
    try:
        with urllib.request.urlopen(url, timeout=10, context=trust) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def check_tokens(tally, server, client, directory):
    secrets = lambda credential: lambda: len(list(client(credential).list_properties_of_secrets()))
    message = lambda error: str(error.message).split("AADSTS", 1)[-1].split(":", 1)[0]
    refusal = exceptions.ClientAuthenticationError

    code, headers, body = plain(server, f"{server['url']}/secrets?api-version=7.4")
    challenge = f'Bearer authorization="{server["url"]}/{server["tenant"]}", resource="https://vault.azure.net"'
    tally.same("no token", (code, headers["WWW-Authenticate"], json.loads(body)["error"]["code"]),
               (401, challenge, "Unauthorized"))
    tally.answer("client secret", secrets(app(server)), expected=0)
    tally.refused("a wrong token", secrets(Fixed("wrong")), refusal, lambda error: error.status_code, 401)
    other = app(server).get_token("https://storage.azure.com/.default").token
    tally.refused("a token for others", secrets(Fixed(other)), refusal,
                  lambda error: "AKV10022" in error.message, True)
    tally.refused("a wrong secret", secrets(app(server, "wrong")), refusal, message, "7000215")
    tally.refused("a wrong application", secrets(app(server, client_id="wrong")), refusal, message, "700016")
    tally.refused("a scope that is none", lambda: app(server).get_token("https://vault.azure.net/read"),
                  refusal, message, "1002012")

    about = {"authority": server["url"], "disable_instance_discovery": True}
    assertion = lambda text: ClientAssertionCredential(
        server["tenant"], server["client_id"], lambda: text, **about,
    )
    tally.answer("client assertion", secrets(assertion(ASSERTION)), expected=0)
    tally.refused("no JWT", secrets(assertion("not-a-jwt")), refusal, message, "50027")
    file = Path(directory, "projected-token")
    file.write_text(ASSERTION)
    workload = WorkloadIdentityCredential(
        tenant_id=server["tenant"], client_id=server["client_id"], token_file_path=str(file), **about,
    )
    tally.answer("workload identity", secrets(workload), expected=0)

    tally.answer("the machine's identity", secrets(ManagedIdentityCredential()), expected=0)
    own = ManagedIdentityCredential(client_id=server["client_id"])
    tally.answer("the machine's identity by name", secrets(own), expected=0)
    query = "?api-version=2018-02-01&resource=https://vault.azure.net"
    address = f"{server['imds_url']}/metadata/identity/oauth2/token{query}"
    tally.same("a token to nobody who does not say Metadata", plain(server, address)[0], 400)
    tally.same("no secrets without TLS", plain(server, f"{server['imds_url']}/secrets?api-version=7.4")[0], 404)
