//! A load of two hundred fields from all four stores at once, and who was asked when.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use config_core::{Error, Loader, SecretString, Secrets};
use config_tests_servers::http::Request;

use super::{Scene, Store, Vendor, Way};

/// One request, from its arrival to its answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose store was asked.
    pub vendor: Vendor,
    /// What was asked for, in the words of the vendor.
    pub what: String,
    /// Whether it was for a token.
    pub is_login: bool,
    /// When it came.
    pub arrived: Instant,
    /// When its answer left.
    pub answered: Instant,
}

/// The four stores, each of which takes its time for every answer.
pub struct Four {
    stores: Vec<Store>,
    log: Arc<Mutex<Vec<Asked>>>,
}

/// Two hundred fields: each store has some of every group, and is asked for each group once.
#[derive(Secrets)]
#[secrets(sources(vault("none"), aws("none"), gcp("none"), azure("none")))]
pub struct TwoHundred {
    #[nested(vault = "secret/g0", aws = "g0", gcp = "g0", azure = "g0")]
    g0: Ten,
    #[nested(vault = "secret/g1", aws = "g1", gcp = "g1", azure = "g1")]
    g1: Ten,
    #[nested(vault = "secret/g2", aws = "g2", gcp = "g2", azure = "g2")]
    g2: Ten,
    #[nested(vault = "secret/g3", aws = "g3", gcp = "g3", azure = "g3")]
    g3: Ten,
    #[nested(vault = "secret/g4", aws = "g4", gcp = "g4", azure = "g4")]
    g4: Ten,
    #[nested(vault = "secret/g5", aws = "g5", gcp = "g5", azure = "g5")]
    g5: Ten,
    #[nested(vault = "secret/g6", aws = "g6", gcp = "g6", azure = "g6")]
    g6: Ten,
    #[nested(vault = "secret/g7", aws = "g7", gcp = "g7", azure = "g7")]
    g7: Ten,
    #[nested(vault = "secret/g8", aws = "g8", gcp = "g8", azure = "g8")]
    g8: Ten,
    #[nested(vault = "secret/g9", aws = "g9", gcp = "g9", azure = "g9")]
    g9: Ten,
    #[nested(vault = "secret/h0", aws = "h0", gcp = "h0", azure = "h0")]
    h0: Ten,
    #[nested(vault = "secret/h1", aws = "h1", gcp = "h1", azure = "h1")]
    h1: Ten,
    #[nested(vault = "secret/h2", aws = "h2", gcp = "h2", azure = "h2")]
    h2: Ten,
    #[nested(vault = "secret/h3", aws = "h3", gcp = "h3", azure = "h3")]
    h3: Ten,
    #[nested(vault = "secret/h4", aws = "h4", gcp = "h4", azure = "h4")]
    h4: Ten,
    #[nested(vault = "secret/h5", aws = "h5", gcp = "h5", azure = "h5")]
    h5: Ten,
    #[nested(vault = "secret/h6", aws = "h6", gcp = "h6", azure = "h6")]
    h6: Ten,
    #[nested(vault = "secret/h7", aws = "h7", gcp = "h7", azure = "h7")]
    h7: Ten,
    #[nested(vault = "secret/h8", aws = "h8", gcp = "h8", azure = "h8")]
    h8: Ten,
    #[nested(vault = "secret/h9", aws = "h9", gcp = "h9", azure = "h9")]
    h9: Ten,
}

#[derive(Secrets)]
struct Ten {
    #[secret(required, format = any)]
    k0: SecretString,
    #[secret(required, format = any)]
    k1: SecretString,
    #[secret(required, format = any)]
    k2: SecretString,
    #[setting(required)]
    k3: u16,
    #[setting(required)]
    k4: u16,
    #[secret(required, format = any)]
    k5: SecretString,
    #[secret(required, format = any)]
    k6: SecretString,
    #[secret(required, format = any)]
    k7: SecretString,
    #[setting(required)]
    k8: u16,
    #[setting(required)]
    k9: u16,
}

impl TwoHundred {
    /// How many of the fields are right.
    pub fn right(&self) -> usize {
        let groups = [
            &self.g0, &self.g1, &self.g2, &self.g3, &self.g4, &self.g5, &self.g6, &self.g7,
            &self.g8, &self.g9, &self.h0, &self.h1, &self.h2, &self.h3, &self.h4, &self.h5,
            &self.h6, &self.h7, &self.h8, &self.h9,
        ];
        groups.iter().map(|group| group.right()).sum()
    }
}

impl Ten {
    fn right(&self) -> usize {
        use config_core::ExposeSecret;

        let secrets = [&self.k0, &self.k1, &self.k2, &self.k5, &self.k6, &self.k7];
        let settings = [(self.k3, 3), (self.k4, 4), (self.k8, 8), (self.k9, 9)];
        let secrets = secrets.iter().filter(|secret| secret.expose_secret() == "a-value").count();
        secrets + settings.iter().filter(|(found, right)| found == right).count()
    }
}

/// What each store has of every group.
const PARTS: [(Vendor, &str); 4] = [
    (Vendor::Vault, r#"{"k0": "a-value", "k1": "a-value", "k2": "a-value"}"#),
    (Vendor::Aws, r#"{"k3": 3, "k4": 4, "k5": "a-value"}"#),
    (Vendor::Gcp, r#"{"k6": "a-value", "k7": "a-value"}"#),
    (Vendor::Azure, r#"{"k8": 8, "k9": 9}"#),
];

impl Four {
    /// They take that long for each answer.
    pub fn slow(delay: Duration, way: Way) -> Self {
        // It is made when it is first wanted, which takes time that no load should be blamed for.
        drop(Store::authority());
        let log = Arc::new(Mutex::new(Vec::new()));
        let stores = PARTS.into_iter().map(|(vendor, document)| {
            let log = Arc::clone(&log);
            let store = Store::start(vendor, move |request, _: &Scene, right| {
                let arrived = Instant::now();
                thread::sleep(delay);
                log.lock().unwrap_or_else(PoisonError::into_inner).push(Asked {
                    vendor,
                    what: what(request),
                    is_login: vendor.is_login(request),
                    arrived,
                    answered: Instant::now(),
                });
                right
            });
            store.hold(Scene { document: document.into(), way, ..Scene::empty() });
            store
        });
        Self { stores: stores.collect(), log }
    }

    /// Loads from them once.
    ///
    /// # Errors
    /// As any load.
    pub fn load(&self) -> Result<TwoHundred, Error> {
        let mut variables = Vec::new();
        let mut loader: Loader<TwoHundred> = TwoHundred::loader();
        for store in &self.stores {
            let told = store.told();
            variables.extend(told.variables);
            if let Some(source) = told.source {
                loader = loader.source(source);
            }
        }
        loader.env(variables).deadline(Duration::from_secs(60)).load()
    }

    /// What was asked since the last look, in order of arrival.
    pub fn asked(&self) -> Vec<Asked> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let mut asked = std::mem::take(&mut *log);
        asked.sort_by_key(|asked| asked.arrived);
        asked
    }
}

fn what(request: &Request) -> String {
    match request.headers.value("x-amz-target") {
        Some(target) => {
            let body = request.json();
            format!("{target} {} {}", body["SecretId"], body["SecretIdList"])
        }
        None => format!("{} {}", request.method, request.path()),
    }
}

/// How many rounds there were: in one, everything arrives before anything is answered.
pub fn rounds(asked: &[Asked]) -> usize {
    config_tests_servers::proxy::rounds(asked.iter().map(|one| (one.arrived, one.answered)))
}
