//! Stores whose every answer is made here: right ones, and any other.

mod aws;
mod azure;
pub mod gcp;
pub mod rounds;
mod secure;
pub mod service;
mod vault;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::sources::Boxed;
use config_core::store;
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
    /// By what the machine that it runs on says of it.
    Machine,
    /// By a token or key that somebody else gave it.
    Assertion,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Token, Self::Login, Self::Machine, Self::Assertion];
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
    /// The same over plain HTTP, as machines are asked who they are.
    machine: Standin,
    scene: Arc<Mutex<Scene>>,
    secure: bool,
    directory: tempfile::TempDir,
}

/// Where a client finds what it needs.
struct Here<'a> {
    url: &'a str,
    machine: &'a str,
    directory: &'a Path,
}

impl Here<'_> {
    /// A file that holds this.
    fn file(&self, content: &str) -> String {
        let path = self.directory.join("credential");
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }
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

    /// The same over TLS.
    pub fn start_secure(
        vendor: Vendor,
        tamper: impl Fn(&Request, &Scene, Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::open(vendor, true, tamper)
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
        let answer = Arc::new(move |request: &Request| {
            let scene = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tamper(request, &scene, vendor.right(request, &scene))
        });
        let same = Arc::clone(&answer);
        let machine = Standin::start(move |request| same(request));
        let standin = match secure {
            true => Standin::behind(secure::pass, move |request| answer(request)),
            false => Standin::start(move |request| answer(request)),
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { vendor, standin, machine, scene, secure, directory }
    }

    /// Changes what it holds.
    pub fn hold(&self, scene: Scene) {
        *self.scene.lock().unwrap_or_else(PoisonError::into_inner) = scene;
    }

    /// What a loader is told so that it asks here.
    pub fn told(&self) -> Told {
        self.with(|here, scene| match self.vendor {
            Vendor::Vault => vault::told(here, scene),
            Vendor::Aws => aws::told(here, scene, "c"),
            Vendor::Ssm => aws::told(here, scene, "ssm:/c"),
            Vendor::Gcp => gcp::told(here, scene),
            Vendor::Azure => azure::told(here, scene),
        })
    }

    /// The same to write to, and the name of a secret there.
    pub fn writer(&self) -> (Box<dyn store::Store>, &'static str) {
        let name = match self.vendor {
            Vendor::Vault => "secret/c",
            Vendor::Ssm => "ssm:/c/token",
            _ => "c",
        };
        let store = self.with(|here, scene| -> Box<dyn store::Store> {
            match self.vendor {
                Vendor::Vault => Box::new(vault::writer(here, scene)),
                Vendor::Aws | Vendor::Ssm => Box::new(aws::writer(here, scene)),
                Vendor::Gcp => Box::new(gcp::source(here, scene)),
                Vendor::Azure => Box::new(azure::source(here, scene)),
            }
        });
        (store, name)
    }

    fn with<R>(&self, of: impl FnOnce(&Here<'_>, &Scene) -> R) -> R {
        let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let scheme = if self.secure { "https" } else { "http" };
        let url = format!("{scheme}://{}", self.standin.address());
        let machine = self.machine.url();
        of(&Here { url: &url, machine: &machine, directory: self.directory.path() }, &scene)
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
            Self::Aws | Self::Ssm => request.headers.value("x-amz-target").is_none(),
            Self::Gcp => request.path().ends_with("/token"),
            Self::Azure => request.path().contains("/oauth2/"),
        }
    }

    /// Whether a client that comes this way logs in.
    pub fn has_login(self, way: Way) -> bool {
        match self {
            Self::Aws | Self::Ssm => matches!(way, Way::Machine | Way::Assertion),
            _ => way != Way::Token,
        }
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
