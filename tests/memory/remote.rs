//! A process that loads a secret from a store over a network, from a command, a keyring or an encrypted file, drops
//! everything, and waits to be looked into.
//!
//! `memory-remote KIND FILE`; the file has a line `NAME=VALUE` for each variable that the source is set up by. With
//! `QUARANTINE` in its environment it reuses no memory, with `WIPING` its allocator wipes.

use std::time::Duration;

use config_core::{Azure, ExposeSecret, Gcp, Loader, SecretString, Secrets, Text};
use config_tests::memory::{fingerprint, pause};
use config_tests::quarantine::Quarantine;
use zeroize::Zeroizing;

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine::new();

#[derive(Secrets)]
#[secrets(
    profile(vault, sources(vault("{PLACE}"))),
    profile(aws, sources(aws("{PLACE}"))),
    profile(gcp, sources(gcp("{PLACE}"))),
    profile(azure, sources(azure("{PLACE}"))),
    profile(exec, sources(exec("cat {PLACE}"))),
    profile(age, sources(file("{PLACE}"))),
    profile(keyring, sources(keyring("{PLACE}")))
)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

/// The variables, in buffers that are wiped.
struct Told(Vec<(String, Text)>);

fn main() {
    if std::env::var_os("QUARANTINE").is_some() {
        ALLOCATOR.begin();
    }
    if std::env::var_os("WIPING").is_some() {
        ALLOCATOR.wipe();
    }
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().expect("a kind of source");
    let file = arguments.next().expect("a file of variables");
    pause(&done(&kind, &file));
}

/// Loads, takes the fingerprint, and drops everything.
#[inline(never)]
fn done(kind: &str, file: &str) -> String {
    let told = Told::read(file);
    let loader = Settings::loader().profile(kind).deadline(Duration::from_secs(30));
    let loader = loader.env(told.0.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let settings = match told.sourced(kind, loader).load() {
        Ok(settings) => settings,
        Err(error) => return format!("refused {error}").replace('\n', " "),
    };
    fingerprint(settings.token.expose_secret().as_bytes())
}

impl Told {
    fn read(file: &str) -> Self {
        let text = Zeroizing::new(std::fs::read_to_string(file).expect("a file"));
        let pair = |line: &str| {
            let (name, value) = line.split_once('=')?;
            Some((name.to_owned(), Text::new(value.to_owned())))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn secret(&self, name: &str) -> SecretString {
        SecretString::from(self.text(name).unwrap_or_default())
    }

    /// With the source that variables alone cannot point to a server of ours.
    fn sourced(&self, kind: &str, loader: Loader<Settings>) -> Loader<Settings> {
        let url = self.text("URL").unwrap_or_default();
        match kind {
            "gcp" => {
                let builder = Gcp::builder().project("p").endpoint(url);
                let builder = match self.text("METADATA") {
                    Some(host) => builder.metadata_server().metadata_host(host),
                    None => builder.access_token(self.secret("CREDENTIAL")),
                };
                let builder = match self.text("CA") {
                    Some(path) => builder.ca(path),
                    None => builder,
                };
                loader.source(builder.build().expect("an endpoint"))
            }
            "azure" => {
                let builder = Azure::builder().endpoint(url).authority(url);
                let builder = builder
                    .verify_challenge_resource(false)
                    .ca(self.text("CA").unwrap_or_default())
                    .env(config_tests::NOTHING);
                let builder = match self.text("TENANT") {
                    Some(tenant) => {
                        builder.client_secret(tenant, tenant, self.secret("CREDENTIAL"))
                    }
                    None => builder.token(self.secret("CREDENTIAL")),
                };
                loader.source(builder.build().expect("an endpoint"))
            }
            _ => loader,
        }
    }
}
