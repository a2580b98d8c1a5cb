//! Azure Key Vault, which speaks TLS alone: its connections fail before they are secure.

use std::time::{Duration, Instant};

use config_core::testing::{self, Canaries, assert_no_secrets};
use config_core::{Azure, ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use config_tests_servers::proxy::{Passage, Tunnel};

use super::bed::{SECRET, only_kind, timeless};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
}

/// The stand-in for a vault with a secret, behind a tunnel; tokens are had past it.
struct Bed {
    standin: StandIn,
    tunnel: Tunnel,
}

impl Bed {
    fn new() -> Self {
        let standin = StandIn::start();
        standin.set("app-api-key", SECRET);
        let upstream = standin.url().trim_start_matches("https://").parse().unwrap();
        Self { tunnel: Tunnel::before(upstream), standin }
    }

    fn load(&self, deadline: Duration) -> Result<(), testing::Failed> {
        let none: [(&str, &str); 0] = [];
        let secret = SecretString::from(CLIENT_SECRET);
        let azure = Azure::builder()
            .endpoint(format!("https://{}", self.tunnel.address()))
            .authority(self.standin.url())
            .verify_challenge_resource(false)
            .ca(self.standin.ca())
            .client_secret(self.standin.tenant(), self.standin.client_id(), secret)
            .env(none);
        let loader = Settings::loader().env(none).source(azure.build().unwrap());
        let loaded = testing::load_with(loader.deadline(deadline))?;
        assert_eq!(loaded.settings.api_key.expose_secret(), SECRET);
        Ok(())
    }

    /// Asserts that a load fails before that deadline, in these words.
    #[track_caller]
    fn is_unreachable(&self, deadline: u64, words: &str) {
        let deadline = Duration::from_secs(deadline);
        let started = Instant::now();
        let failed = self.load(deadline).expect_err("the load has to fail");
        assert!(started.elapsed() < deadline + Duration::from_secs(5), "{:?}", started.elapsed());
        assert_eq!(only_kind(&failed.error), ProblemKind::Unreachable, "{failed}");
        let text = failed.to_string().replace(&self.tunnel.address().to_string(), "HOST");
        assert_no_secrets(
            &text,
            Canaries::none().and("it", SECRET).and("the login", CLIENT_SECRET),
        );
        assert!(timeless(&text).contains(words), "{words} is not in\n{text}");
    }
}

#[test]
fn a_vault_that_hangs_up_is_unreachable() {
    let bed = Bed::new();
    bed.tunnel.set(Passage::Reset);
    bed.is_unreachable(20, "HOST ends connections as they begin; M attempts in N s");
}

#[test]
fn a_vault_that_does_not_answer_is_unreachable() {
    let bed = Bed::new();
    bed.tunnel.set(Passage::BlackHole);
    bed.is_unreachable(2, "no whole answer from HOST within N s");
}
