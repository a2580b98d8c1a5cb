//! Ways to log in.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::admin::{Admin, text};
use crate::encode::base64url;
use crate::http::Response;
use crate::listener::locked;
use crate::standin::Standin;
use crate::{install, unique};

/// AppRole at a path of its own, with one role.
#[derive(Debug, Clone)]
pub struct AppRole {
    admin: Admin,
    /// `auth/{mount}/login` is where to log in.
    pub mount: String,
    /// The role's name.
    pub role: String,
    /// What goes with the secret id.
    pub role_id: String,
}

/// JWT login at a path of its own, with one role.
#[derive(Debug, Clone)]
pub struct JwtAuth {
    /// `auth/{mount}/login` is where to log in.
    pub mount: String,
    /// The role's name.
    pub role: String,
}

/// Kubernetes login at a path of its own, with one role.
#[derive(Debug, Clone)]
pub struct KubernetesAuth {
    /// `auth/{mount}/login` is where to log in.
    pub mount: String,
    /// The role's name.
    pub role: String,
}

/// Whoever signs tokens that [`JwtAuth`] trusts (ES256).
pub struct JwtIssuer {
    private: String,
    public: String,
}

/// The part of a Kubernetes API server that judges tokens of service accounts.
#[derive(Debug)]
pub struct TokenReview {
    standin: Standin,
    valid: Valid,
}

/// Tokens, each with its namespace and name.
type Valid = Arc<Mutex<HashMap<String, (String, String)>>>;

impl Admin {
    /// Enables AppRole, with a role that gives tokens of these policies for `ttl`, and any further settings of the role.
    #[track_caller]
    pub fn app_role(&self, policies: &[&str], ttl: &str, more: &Value) -> AppRole {
        let (mount, role) = (self.enable("approle"), unique("role"));
        let mut settings = json!({ "token_policies": policies, "token_ttl": ttl });
        if let (Some(settings), Some(more)) = (settings.as_object_mut(), more.as_object()) {
            settings.extend(more.clone());
        }
        self.must("POST", &format!("auth/{mount}/role/{role}"), &settings);
        let role_id = self.must("GET", &format!("auth/{mount}/role/{role}/role-id"), &Value::Null);
        AppRole { admin: self.clone(), mount, role, role_id: text(&role_id["data"]["role_id"]) }
    }

    /// Enables login by JWTs of an issuer whose `aud` is `audience`.
    #[track_caller]
    pub fn jwt(&self, issuer: &JwtIssuer, audience: &str, policies: &[&str], ttl: &str) -> JwtAuth {
        let (mount, role) = (self.enable("jwt"), unique("role"));
        let config = json!({ "jwt_validation_pubkeys": [issuer.public] });
        self.must("POST", &format!("auth/{mount}/config"), &config);
        let settings = json!({
            "role_type": "jwt",
            "bound_audiences": [audience],
            "user_claim": "sub",
            "token_policies": policies,
            "token_ttl": ttl,
        });
        self.must("POST", &format!("auth/{mount}/role/{role}"), &settings);
        JwtAuth { mount, role }
    }

    /// Enables login by tokens of service accounts `namespace/name` that `review` finds valid.
    #[track_caller]
    pub fn kubernetes(
        &self,
        review: &TokenReview,
        namespace: &str,
        name: &str,
        policies: &[&str],
        ttl: &str,
    ) -> KubernetesAuth {
        let (mount, role) = (self.enable("kubernetes"), unique("role"));
        let config = json!({
            "kubernetes_host": review.standin.url(),
            "disable_local_ca_jwt": true,
            "kubernetes_ca_cert": "not used without TLS",
            "token_reviewer_jwt": token(namespace, "reviewer"),
        });
        self.must("POST", &format!("auth/{mount}/config"), &config);
        let settings = json!({
            "bound_service_account_names": [name],
            "bound_service_account_namespaces": [namespace],
            "token_policies": policies,
            "token_ttl": ttl,
        });
        self.must("POST", &format!("auth/{mount}/role/{role}"), &settings);
        KubernetesAuth { mount, role }
    }

    #[track_caller]
    fn enable(&self, kind: &str) -> String {
        let mount = unique(kind);
        self.must("POST", &format!("sys/auth/{mount}"), &json!({ "type": kind }));
        mount
    }
}

impl AppRole {
    /// A new secret id.
    #[track_caller]
    pub fn secret_id(&self) -> String {
        let answer = self.admin.must("POST", &self.path(), &json!({}));
        text(&answer["data"]["secret_id"])
    }

    /// A token that gives a new secret id once, within `ttl`.
    #[track_caller]
    pub fn wrapped_secret_id(&self, ttl: &str) -> String {
        let (status, answer) =
            self.admin.ask("POST", &self.path(), &[("X-Vault-Wrap-TTL", ttl)], &json!({}));
        assert_eq!(status, 200, "a wrapped secret id cannot be had: {}", answer["errors"]);
        text(&answer["wrap_info"]["token"])
    }

    fn path(&self) -> String {
        format!("auth/{}/role/{}/secret-id", self.mount, self.role)
    }
}

impl JwtIssuer {
    /// An issuer with a key of its own.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "each has another key")]
    pub fn new() -> Self {
        const MAKE: &str = "
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
print(json.dumps([
    key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode(),
    key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo).decode(),
]))";
        let keys = python(MAKE, &Value::Null);
        Self { private: text(&keys[0]), public: text(&keys[1]) }
    }

    /// A token with these claims: `{"sub": "app", "aud": "vault", "exp": 1900000000}`.
    #[track_caller]
    pub fn sign(&self, claims: &Value) -> String {
        const SIGN: &str = "
import jwt
print(json.dumps(jwt.encode(given['claims'], given['key'], algorithm='ES256')))";
        text(&python(SIGN, &json!({ "claims": claims, "key": self.private })))
    }
}

impl TokenReview {
    /// Starts it; it ends when it is dropped.
    pub fn start() -> Self {
        let valid = Valid::default();
        let known = Arc::clone(&valid);
        let standin = Standin::start(move |request| {
            let review = request.json();
            let token = review["spec"]["token"].as_str().unwrap_or_default();
            let status = match locked(&known).get(token) {
                Some((namespace, name)) => json!({
                    "authenticated": true,
                    "user": {
                        "username": format!("system:serviceaccount:{namespace}:{name}"),
                        "uid": format!("uid-of-{name}"),
                        "groups": ["system:serviceaccounts", format!("system:serviceaccounts:{namespace}")],
                    },
                }),
                None => json!({ "authenticated": false, "error": "invalid bearer token" }),
            };
            let answer = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status });
            Response::json(201, &answer)
        });
        Self { standin, valid }
    }

    /// A valid token of a service account.
    pub fn token(&self, namespace: &str, name: &str) -> String {
        let token = token(namespace, name);
        locked(&self.valid).insert(token.clone(), (namespace.to_owned(), name.to_owned()));
        token
    }

    /// Makes a token invalid.
    pub fn revoke(&self, token: &str) {
        locked(&self.valid).remove(token);
    }
}

/// A service account's token of the shape that Kubernetes gives it. Only `TokenReview` looks at whether it is genuine.
fn token(namespace: &str, name: &str) -> String {
    let claims = json!({
        "iss": "kubernetes/serviceaccount",
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
        "kubernetes.io/serviceaccount/namespace": namespace,
        "kubernetes.io/serviceaccount/service-account.name": name,
        "kubernetes.io/serviceaccount/service-account.uid": format!("uid-of-{name}"),
        "jti": unique("token"),
    });
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!(
        "{}.{}.{}",
        part(&json!({ "alg": "RS256", "typ": "JWT" })),
        part(&claims),
        base64url(b"not a signature")
    )
}

/// Runs a few lines that print JSON; what they are given comes over standard input, out of sight of other processes.
#[track_caller]
fn python(lines: &str, given: &Value) -> Value {
    let mut child = Command::new(install::tool("python"))
        .args(["-c", &format!("import json, sys\ngiven = json.load(sys.stdin)\n{lines}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Python can be started");
    let mut input = child.stdin.take().expect("its input is a pipe");
    input.write_all(given.to_string().as_bytes()).expect("Python reads its input");
    drop(input);
    let output = child.wait_with_output().expect("Python ends");
    serde_json::from_slice(&output.stdout).expect("Python with cryptography and pyjwt prints JSON")
}
