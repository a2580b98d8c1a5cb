//! Google Cloud Secret Manager, against a stand-in that Google's own client agrees with.

mod builders;
mod credentials;
mod kept;
mod pinned;
mod planned;
mod reading;
mod refused;
mod store;
mod twins;

use config_core::testing::{self, Canaries, Failed};
use config_core::{Gcp, GcpBuilder, ProblemKind, SecretString, Secrets};
use config_tests_servers::gcp::{Options, StandIn};
use config_tests_servers::proxy::Proxy;

const TOKEN: &str = "ya29.c4n4ry-t0ken";

/// A key made for the tests, and good for nothing else.
const KEY: &str =
    include_str!("../../../../config-core/src/sources/gcp/credentials/exchange/key_of_tests.txt");

/// One secret of its own for each field.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp))]
struct Own {
    /// A password.
    #[secret(required, format = any)]
    db_password: SecretString,
    #[nested]
    smtp: Smtp,
}

#[derive(Debug, Secrets)]
struct Smtp {
    /// Who sends.
    #[setting(required)]
    user_name: String,
}

/// One value under a key of its own.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp))]
struct One {
    /// A password.
    #[secret(required, format = any)]
    password: SecretString,
}

/// The stand-in that demands the token, behind a proxy.
struct Bed {
    standin: StandIn,
    proxy: Proxy,
}

impl Bed {
    fn new() -> Self {
        Self::with(3599)
    }

    fn with(expires_in: u32) -> Self {
        let token = Some(TOKEN.to_owned());
        let options = Options { token, expires_in, ..Options::default() };
        let standin = StandIn::with(&options);
        let proxy = Proxy::before(standin.address());
        Self { standin, proxy }
    }

    /// With the token itself.
    fn gcp(&self) -> GcpBuilder {
        self.anybody().access_token(TOKEN)
    }

    /// Without credentials.
    fn anybody(&self) -> GcpBuilder {
        Gcp::builder().project("p").endpoint(self.proxy.url())
    }

    fn paths(&self) -> Vec<String> {
        self.proxy.requests().into_iter().map(|asked| asked.path).collect()
    }
}

/// Loads from this source alone.
fn load<S: Secrets>(gcp: GcpBuilder) -> Result<testing::Loaded<S>, Failed> {
    let none: [(&str, &str); 0] = [];
    testing::load_with(S::loader().env(none).source(gcp.build().unwrap()))
}

/// What the first problem of a load is, with its message and hint.
#[track_caller]
fn problem<S: Secrets>(gcp: GcpBuilder) -> (ProblemKind, String) {
    let Err(failed) = load::<S>(gcp) else { panic!("it loads") };
    let text = failed.to_string();
    assert!(!text.contains("c4n4ry"), "{text}");
    testing::assert_no_secrets(&text, Canaries::none().and("token", TOKEN).and("key", KEY));
    let problem = failed.error.iter().next().unwrap();
    (problem.kind(), text)
}
