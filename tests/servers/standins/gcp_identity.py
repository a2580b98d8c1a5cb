"""Where Google Cloud's access tokens come from: metadata server, OAuth, STS, IAM credentials."""

import re
import time
from datetime import datetime, timedelta, timezone

from common import Reply, jwt_claims

EMAIL = "stand-in@stand-in.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
POOL = r"//iam\.googleapis\.com/projects/\d+/locations/global/workloadIdentityPools/[^/]+/providers/[^/]+"
METADATA_HEADERS = {"Metadata-Flavor": "Google", "Content-Type": "application/text"}


class Identity:
    """The token endpoints; expects `token`, `expires_in`, `project`, `number` and `failure` of its heir."""

    ROUTES = (
        ("GET", r"/", "metadata_root"),
        ("GET", r"/computeMetadata/v1/(.*)", "metadata"),
        ("POST", r"/token", "oauth"),
        ("POST", r"/v1/token", "exchange"),
        ("POST", r"/v1/projects/-/serviceAccounts/([^/:]+):generateAccessToken", "impersonate"),
    )

    def federated(self):
        """What the exchange hands out: good for impersonation and, as a principal, for secrets."""
        return "federated-" + self.token

    def metadata_root(self, _request):
        return Reply(200, "computeMetadata/\n", METADATA_HEADERS)

    def metadata(self, request, path):
        # Both refusals keep a browser or a proxy from being talked into fetching a token.
        if request.headers.get("Metadata-Flavor") != "Google" or request.headers.get("X-Forwarded-For"):
            return Reply(403, "Missing or wrong Metadata-Flavor header.", METADATA_HEADERS)
        account = re.fullmatch(r"instance/service-accounts/([^/]+)/(.*)", path)
        if account and account[1] in ("default", EMAIL):
            token = {"access_token": self.token, "expires_in": self.expires_in, "token_type": "Bearer"}
            about = {"email": EMAIL, "scopes": [SCOPE], "aliases": ["default"]}
            found = {"token": token, "email": EMAIL, "scopes": SCOPE, "": about}.get(account[2])
        else:
            found = {
                "project/project-id": self.project,
                "project/numeric-project-id": self.number(self.project),
                "universe/universe-domain": "googleapis.com",
            }.get(path)
        if found is None:
            return Reply(404, "not found", METADATA_HEADERS)
        kind = "application/text" if isinstance(found, str) else "application/json"
        return Reply(200, found, METADATA_HEADERS | {"Content-Type": kind})

    def oauth(self, request):
        form = request.form()
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return refused("unsupported_grant_type", "Invalid grant_type")
        try:
            header, claims = jwt_claims(form.get("assertion"))
        except ValueError as error:
            return refused("invalid_grant", f"Invalid JWT: {error}")
        issued, expires = claims.get("iat", 0), claims.get("exp", 0)
        if header["alg"] != "RS256" or not claims.get("iss") or not str(claims.get("aud")).endswith("/token"):
            return refused("invalid_grant", "Invalid JWT: it needs alg RS256, iss, and aud of this endpoint")
        if expires - issued > 3600 or expires < time.time():
            return refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)")
        if not claims.get("scope"):
            return refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return Reply(200, {"access_token": self.token, "expires_in": self.expires_in, "token_type": "Bearer"})

    def exchange(self, request):
        is_json = "json" in (request.headers.get("Content-Type") or "")
        body = request.json() if is_json else request.form()
        body = {re.sub("_(.)", lambda found: found[1].upper(), name): value for name, value in body.items()}
        token_type = "urn:ietf:params:oauth:token-type:"
        if body.get("grantType") != "urn:ietf:params:oauth:grant-type:token-exchange":
            return refused("unsupported_grant_type", "Invalid grant_type")
        if body.get("requestedTokenType") != token_type + "access_token" or not body.get("scope"):
            return refused("invalid_request", "requested_token_type and scope are required")
        if not re.fullmatch(POOL, body.get("audience") or ""):
            return refused("invalid_target", "The audience is not a workload identity pool provider.")
        if body.get("subjectTokenType") not in (token_type + "jwt", token_type + "id_token"):
            return refused("invalid_request", "This subject_token_type is not stood in for.")
        try:
            jwt_claims(body.get("subjectToken"))
        except ValueError as error:
            return refused("invalid_grant", f"The subject token is malformed: {error}")
        return Reply(200, {
            "access_token": self.federated(), "issued_token_type": token_type + "access_token",
            "token_type": "Bearer", "expires_in": self.expires_in,
        })

    def impersonate(self, request, _email):
        if request.bearer() not in (self.token, self.federated()):
            return self.failure(request, 401)
        if not request.json().get("scope"):
            return self.failure(request, 400, "The scope field is required.")
        expires = datetime.now(timezone.utc) + timedelta(seconds=self.expires_in)
        return Reply(200, {"accessToken": self.token, "expireTime": expires.strftime("%Y-%m-%dT%H:%M:%SZ")})


def refused(code, description):
    return Reply(400, {"error": code, "error_description": description})
