//! Stores whose every answer is made here: right ones, and any other.

mod aws;
mod azure;
mod gcp;
pub mod rounds;
mod secure;
mod vault;

use std::sync::{Arc, Mutex, PoisonError};

use crate::sources::Boxed;
use config_tests_servers::http::{Request, Response};
use config_tests_servers::standin::Standin;

/// Whose API is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// HashiCorp Vault, OpenBao.
    Vault,
    /// AWS Secrets Manager.
    Aws,
    /// AWS Systems Manager, a parameter for each field.
    Ssm,
    /// Google Secret Manager.
    Gcp,
    /// Azure Key Vault.
    Azure,
}

/// How a client shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By what it was given.
    Token,
    /// By what it is given for what it was given.
    Login,
}

/// What the store holds, and by what it knows its clients.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The secret, a JSON object.
    pub document: Vec<u8>,
    /// Its texts by their paths, for stores that hold each by itself.
    pub texts: Vec<(String, String)>,
    /// What the client was given.
    pub credential: String,
    /// What a login gives it.
    pub issued: String,
    /// By which of the two it shows who it is.
    pub way: Way,
}

/// What a loader is told so that it asks a store.
#[derive(Default)]
pub struct Told {
    /// What it is told by variables.
    pub variables: Vec<(String, String)>,
    /// What no variables say.
    pub source: Option<Boxed>,
}

/// A store on loopback.
pub struct Store {
    vendor: Vendor,
    standin: Standin,
    scene: Arc<Mutex<Scene>>,
    secure: bool,
}

impl Scene {
    /// A store that holds nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            document: b"{}".to_vec(),
            texts: Vec::new(),
            credential: "none".to_owned(),
            issued: "none".to_owned(),
            way: Way::Token,
        }
    }
}

impl Store {
    /// One over plain HTTP, but where the vendor's clients want TLS. `tamper` is given each right answer.
    pub fn start(
        vendor: Vendor,
        tamper: impl Fn(&Request, &Scene, Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::open(vendor, vendor == Vendor::Azure, tamper)
    }

    /// One over TLS that answers right.
    pub fn secure(vendor: Vendor) -> Self {
        Self::open(vendor, true, |_, _, response| response)
    }

    /// One over plain HTTP that answers right.
    pub fn plain(vendor: Vendor) -> Self {
        Self::open(vendor, false, |_, _, response| response)
    }

    fn open(
        vendor: Vendor,
        secure: bool,
        tamper: impl Fn(&Request, &Scene, Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        let scene = Arc::new(Mutex::new(Scene::empty()));
        let seen = Arc::clone(&scene);
        let answer = move |request: &Request| {
            let scene = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tamper(request, &scene, vendor.right(request, &scene))
        };
        let standin = match secure {
            true => Standin::behind(secure::pass, answer),
            false => Standin::start(answer),
        };
        Self { vendor, standin, scene, secure }
    }

    /// Changes what it holds.
    pub fn hold(&self, scene: Scene) {
        *self.scene.lock().unwrap_or_else(PoisonError::into_inner) = scene;
    }

    /// What a loader is told so that it asks here.
    pub fn told(&self) -> Told {
        let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let scheme = if self.secure { "https" } else { "http" };
        let url = format!("{scheme}://{}", self.standin.address());
        match self.vendor {
            Vendor::Vault => vault::told(&url, &scene),
            Vendor::Aws => aws::told(&url, &scene, "c"),
            Vendor::Ssm => aws::told(&url, &scene, "ssm:/c"),
            Vendor::Gcp => gcp::told(&url, &scene),
            Vendor::Azure => azure::told(&url, &scene),
        }
    }

    /// The variables that a process of its own is told by, with the file of the authority that signed its certificate.
    pub fn variables(&self, authority: &str) -> Vec<(String, String)> {
        let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let told = match self.vendor {
            Vendor::Vault | Vendor::Aws | Vendor::Ssm => self.told().variables,
            Vendor::Gcp | Vendor::Azure => {
                let scheme = if self.secure { "https" } else { "http" };
                let address = self.standin.address().to_string();
                let mut told = named([
                    ("PLACE", "c"),
                    ("URL", &format!("{scheme}://{address}")),
                    ("CREDENTIAL", &scene.credential),
                ]);
                if scene.way == Way::Login {
                    told.extend(named([("METADATA", &address), ("TENANT", "tenant.example")]));
                }
                told
            }
        };
        let authorities = ["VAULT_CACERT", "AWS_CA_BUNDLE", "CA"].map(|name| (name, authority));
        told.into_iter().chain(named(authorities)).collect()
    }

    /// The certificate of the authority that signed its own, in PEM.
    pub fn authority() -> String {
        secure::authority()
    }
}

impl Vendor {
    /// Whether a request asks for a token and not for a secret.
    pub fn is_login(self, request: &Request) -> bool {
        match self {
            Self::Vault => request.path().contains("/login"),
            Self::Aws | Self::Ssm => false,
            Self::Gcp => request.path().starts_with("/computeMetadata/"),
            Self::Azure => request.path().contains("/oauth2/"),
        }
    }

    /// Whether it has logins.
    pub fn has_logins(self) -> bool {
        !matches!(self, Self::Aws | Self::Ssm)
    }

    fn right(self, request: &Request, scene: &Scene) -> Response {
        match self {
            Self::Vault => vault::right(request, scene),
            Self::Aws | Self::Ssm => aws::right(request, scene),
            Self::Gcp => gcp::right(request, scene),
            Self::Azure => azure::right(request, scene),
        }
    }

    /// A refusal as the vendor writes them, with these words in it.
    pub fn refusal(self, status: u16, words: &str) -> Response {
        match self {
            Self::Vault => vault::refusal(status, words),
            Self::Aws | Self::Ssm => aws::refusal(status, words),
            Self::Gcp => gcp::refusal(status, words),
            Self::Azure => azure::refusal(status, words),
        }
    }
}

/// A body that is JSON, or was before something was done to the secret in it.
fn json(body: String) -> Response {
    let mut response = Response::text(200, "application/json", "");
    response.body = body.into_bytes();
    response
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn named<const N: usize>(variables: [(&str, &str); N]) -> Vec<(String, String)> {
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
