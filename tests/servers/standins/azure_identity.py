"""Where Azure's access tokens come from: Microsoft Entra's token endpoint and a machine's own (IMDS)."""

import secrets
import time

from common import Reply, jwt_claims

VAULT = "https://vault.azure.net"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Identity:
    """The token endpoints; expects `options`, `url` and `tokens` (token to audience and expiry) of its heir."""

    ROUTES = (
        ("GET", r"/([^/]+)/v2\.0/\.well-known/openid-configuration", "discovery"),
        ("POST", r"/([^/]+)/oauth2/v2\.0/token", "entra"),
    )
    # Plain HTTP, and only there: the real one is the link-local 169.254.169.254.
    MACHINE_ROUTES = (("GET", r"/metadata/identity/oauth2/token", "machine"),)

    def mint(self, audience):
        token = secrets.token_urlsafe(24)
        self.tokens[token] = (audience, time.time() + self.options.expires_in)
        return token

    def discovery(self, _request, tenant):
        if tenant != self.options.tenant:
            return refused(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        base = f"{self.url}/{tenant}"
        return Reply(200, {
            "issuer": base + "/v2.0",
            "authorization_endpoint": base + "/oauth2/v2.0/authorize",
            "token_endpoint": base + "/oauth2/v2.0/token",
            "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode",
            "jwks_uri": base + "/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        })

    def entra(self, request, tenant):
        form, options = request.form(), self.options
        if tenant != options.tenant:
            return refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            return refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id") != options.client_id:
            return refused(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        scopes = [scope for scope in form.get("scope", "").split() if scope.startswith("https://")]
        if len(scopes) != 1 or not scopes[0].endswith("/.default"):
            return refused(400, "invalid_scope", 1002012, "The scope is not valid: it must end with /.default.")
        if form.get("client_assertion_type") == ASSERTION:
            try:
                _, claims = jwt_claims(form.get("client_assertion"))
            except ValueError as error:
                return refused(401, "invalid_client", 50027, f"JWT token is invalid or malformed: {error}")
            if claims.get("exp", 0) < time.time():
                return refused(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")
        elif form.get("client_secret") is None:
            return refused(401, "invalid_client", 7000216, "client_assertion or client_secret is required.")
        elif form["client_secret"] != options.client_secret:
            return refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        token, lasts = self.mint(scopes[0].removesuffix("/.default")), options.expires_in
        answer = {"token_type": "Bearer", "expires_in": lasts, "ext_expires_in": lasts, "access_token": token}
        return Reply(200, answer)

    def machine(self, request):
        query, options = request.query, self.options
        if (request.headers.get("Metadata") or "").lower() != "true":
            return machine_refused("Required metadata header not specified")
        if not query.get("api-version") or not query.get("resource"):
            return machine_refused("Required query variable 'api-version' or 'resource' is missing")
        if query.get("client_id", options.client_id) != options.client_id:
            return machine_refused("Identity not found")
        now = int(time.time())
        return Reply(200, {
            "access_token": self.mint(query["resource"].rstrip("/")),
            "client_id": options.client_id,
            "expires_in": str(options.expires_in),
            "ext_expires_in": str(options.expires_in),
            "expires_on": str(now + options.expires_in),
            "not_before": str(now),
            "resource": query["resource"],
            "token_type": "Bearer",
        })


def refused(status, error, code, description):
    return Reply(status, {
        "error": error, "error_description": f"AADSTS{code}: {description}", "error_codes": [code],
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
    })


def machine_refused(description):
    return Reply(400, {"error": "invalid_request", "error_description": description})
