"""Fetch tokens from the stand-in for Google Cloud the ways google.auth does, and open secrets with them."""

import json
import urllib.error
import urllib.request

import google.auth
import google.oauth2.credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import compute_engine, identity_pool, jwt
from google.auth.credentials import AnonymousCredentials
from google.auth.crypt import RSASigner
from google.auth.exceptions import InvalidOperation, OAuthError, RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account


class Supplier(identity_pool.SubjectTokenSupplier):
    def __init__(self, token):
        self.token = token

    def get_subject_token(self, _context, _request):
        return self.token


def plain(url):
    """Status and body without any client between."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def check_tokens(tally, url, client):
    project = "projects/acme"
    count = lambda credentials: lambda: len(list(client(credentials).list_secrets(parent=project)))
    # The client answers a 401 by fetching another token, which these two kinds of credentials cannot.
    tally.refused("no token", count(AnonymousCredentials()), InvalidOperation)
    tally.refused("a wrong token", count(google.oauth2.credentials.Credentials("wrong")), RefreshError)
    code, body = plain(f"{url}/v1/{project}/secrets")
    tally.same("its answer", (code, json.loads(body)["error"]["status"]), (401, "UNAUTHENTICATED"))
    tally.answer("the token", count(google.oauth2.credentials.Credentials("t0ken")), expected=0)
    token = "/computeMetadata/v1/instance/service-accounts/default/token"
    tally.same("a token to nobody who does not name the flavor", plain(url + token)[0], 403)
    default, found = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    tally.same("the machine's credentials", (type(default), found), (compute_engine.Credentials, "acme"))
    tally.answer("the machine's token", count(default), expected=0)
    tally.same("its account", default.service_account_email, "stand-in@stand-in.iam.gserviceaccount.com")

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    signer = RSASigner.from_string(pem)
    scope = ["https://www.googleapis.com/auth/cloud-platform"]
    account = lambda scopes: service_account.Credentials(
        signer, "app@acme.iam.gserviceaccount.com", url + "/token", scopes=scopes,
    )
    granted = account(scope)
    tally.answer("service account", lambda: granted.refresh(Request()) or granted.token, expected="t0ken")
    tally.refused("a grant without scope", lambda: account(None).refresh(Request()), RefreshError,
                  lambda error: "invalid_scope" in str(error), True)

    subject = jwt.encode(signer, {"iss": "https://issuer.example", "sub": "pod", "aud": "pool"}).decode()
    audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
    federation = lambda token, **more: identity_pool.Credentials(
        audience=audience, subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        token_url=url + "/v1/token", scopes=scope,
        subject_token_supplier=Supplier(token), **more,
    )
    tally.answer("federation", count(federation(subject)), expected=0)
    tally.refused("no JWT to exchange", count(federation("not-a-jwt")), OAuthError)
    email = "app@acme.iam.gserviceaccount.com"
    address = f"{url}/v1/projects/-/serviceAccounts/{email}:generateAccessToken"
    acting = federation(subject, service_account_impersonation_url=address)
    tally.answer("impersonation", count(acting), expected=0)
    tally.same("the impersonated token", acting.token, "t0ken")
