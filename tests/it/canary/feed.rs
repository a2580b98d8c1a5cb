//! How each source is given an input.

use std::time::Duration;

use config_core::age::{encrypt_file, encrypt_value};
use config_core::{Loader, Memory, Secrets};
use config_tests::Bench;
use config_tests::child;
use config_tests::sources::Held;
use config_tests::tree::{self, Provided, Tree, variable};

use config_tests::crafted::{Scene, Vendor};

use super::declared::Settings;
use super::inputs::Input;
use super::keyring;
use super::stores::Open;

/// The sources that are given inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Env,
    Process,
    Dotenv,
    Json,
    Toml,
    Yaml,
    Dir,
    Memory,
    Set,
    Figment,
    Custom,
    Remote,
    Vault,
    Aws,
    Ssm,
    Gcp,
    Azure,
    Exec,
    /// A file that is encrypted as a whole.
    Age,
    /// A file whose values are encrypted, each by itself.
    Sealed,
    /// The keyring of a desktop.
    Keyring,
    /// One whose answers are wrong.
    SecretService,
}

/// An input as its source holds it; a loader can be made of it as often as one is wanted.
pub(super) struct Fed<'a> {
    input: &'a Input,
    pub(super) bench: Bench,
    document: Vec<u8>,
}

impl Source {
    pub(super) fn is_document(self) -> bool {
        matches!(
            self,
            Self::Process
                | Self::Dotenv
                | Self::Json
                | Self::Toml
                | Self::Yaml
                | Self::Dir
                | Self::Memory
                | Self::Exec
                | Self::Age
                | Self::Sealed
        ) || self.is_asked()
    }

    /// Whether somebody else is asked, which takes its time.
    pub(super) fn is_asked(self) -> bool {
        self.vendor().is_some() || matches!(self, Self::Keyring | Self::SecretService)
    }

    /// How many inputs it is given: a keyring is asked over a connection of its own for every load.
    pub(super) const fn inputs(self) -> usize {
        match self {
            Self::Keyring => 50,
            Self::SecretService => 100,
            _ => 1_000,
        }
    }

    /// Whether a line of a log tells nothing but where a secret service says that things stand, as SECURITY.md states.
    pub(super) fn is_told_by_others(self, line: &str) -> bool {
        let of_entry =
            line.starts_with("DEBUG keyring_core create entry wrapping Wrapper { path: ");
        let of_signal = line.starts_with("TRACE zbus::connection::socket_reader message=")
            && line.contains("Msg { type: Signal, ");
        self == Self::SecretService && (of_entry || of_signal)
    }

    /// Whose API a store is asked by.
    pub(super) fn vendor(self) -> Option<Vendor> {
        match self {
            Self::Vault => Some(Vendor::Vault),
            Self::Aws => Some(Vendor::Aws),
            Self::Ssm => Some(Vendor::Ssm),
            Self::Gcp => Some(Vendor::Gcp),
            Self::Azure => Some(Vendor::Azure),
            _ => None,
        }
    }

    pub(super) fn profile(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Process => "process",
            Self::Dotenv => "dotenv",
            Self::Json => "json",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Dir => "dir",
            Self::Memory => "memory",
            Self::Set => "set",
            Self::Figment => "figment",
            Self::Custom => "custom",
            Self::Remote => "remote",
            Self::Vault => "vault",
            Self::Aws | Self::Ssm => "aws",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
            Self::Exec => "exec",
            Self::Age => "age",
            Self::Sealed => "json",
            Self::Keyring | Self::SecretService => "keyring",
        }
    }
}

impl<'a> Fed<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        let bench = Bench::new();
        let document = match input.source {
            Source::Dotenv => {
                let pairs = variables(input);
                tree::dotenv(pairs.iter().map(|(name, tree)| (name.clone(), tree))).into_bytes()
            }
            Source::Json
            | Source::Memory
            | Source::Vault
            | Source::Aws
            | Source::Ssm
            | Source::Gcp
            | Source::Azure
            | Source::Exec
            | Source::Age => table(input).json().replace(", \"", ",\n\"").into_bytes(),
            Source::Sealed => sealed(input).json().into_bytes(),
            Source::Toml => table(input).toml().into_bytes(),
            Source::Yaml => table(input).yaml().into_bytes(),
            _ => Vec::new(),
        };
        let document = match &input.wrong {
            Some(wrong) if wrong.is_outside => document,
            _ if input.source == Source::Age => encrypted(input, &document),
            _ => input.damage.iter().fold(document, |document, damage| damage.apply(document)),
        };
        let fed = Self { input, bench, document };
        match input.source {
            Source::Dotenv => drop(fed.bench.write(".env", &fed.document)),
            Source::Json | Source::Sealed => drop(fed.bench.write("c.json", &fed.document)),
            Source::Age => drop(fed.bench.write("c.json.age", &fed.document)),
            Source::Exec => fed.write_command(),
            Source::Toml => drop(fed.bench.write("c.toml", &fed.document)),
            Source::Yaml => drop(fed.bench.write("c.yaml", &fed.document)),
            Source::Dir => fed.write_directory(),
            Source::Process => fed.set_variables(),
            Source::Keyring => keyring::hold(fed.entries()),
            Source::SecretService => {
                let odd = input.odd.expect("what is wrong");
                keyring::answer(&fed.entries(), odd, &input.canaries);
            }
            _ => fed.open_store(),
        }
        fed
    }

    /// It repeats values where nobody should look, and may fail.
    fn write_command(&self) {
        self.bench.write("out", &self.document);
        self.bench.write("err", self.input.canaries.join("\n"));
        let status = u8::from(self.input.provider_fails);
        self.bench.write("run", format!("cat out\ncat err >&2\nexit {status}\n"));
    }

    fn open_store(&self) {
        let (Some(vendor), Some(wrong)) = (self.input.source.vendor(), &self.input.wrong) else {
            return;
        };
        let texts = self.input.pairs.iter().chain(&self.input.strangers);
        let scene = Scene {
            document: self.document.clone(),
            texts: texts.map(|(path, tree)| (path.clone(), tree.plain())).collect(),
            credential: wrong.credential.clone(),
            issued: wrong.issued.clone(),
            way: wrong.way,
        };
        Open::of(vendor).hold(scene, wrong, &self.input.canaries, &self.input.damage);
    }

    /// The values, and what damage leaves of them.
    fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let texts = self.input.pairs.iter().chain(&self.input.strangers);
        let damaged = |tree: &Tree| {
            let damage = self.input.damage.iter();
            damage.fold(tree.plain().into_bytes(), |bytes, damage| damage.apply(bytes))
        };
        texts.map(|(path, tree)| (path.clone(), damaged(tree))).collect()
    }

    /// Also to what is no text.
    fn set_variables(&self) {
        let whole = self.input.damage.is_empty();
        let value = |tree: Tree| match whole {
            true => tree.plain().into_bytes(),
            false => self
                .input
                .damage
                .iter()
                .fold(tree.plain().into_bytes(), |value, damage| damage.apply(value)),
        };
        let variables =
            variables(self.input).into_iter().map(|(name, tree)| (name, text_of(value(tree))));
        child::set_variables("APP_", variables.filter(|(name, _)| !name.contains(['=', '\0'])));
    }

    fn write_directory(&self) {
        self.bench.directory("c");
        for (name, value) in self.input.pairs.iter().chain(&self.input.strangers) {
            let damaged = self.input.damage.iter();
            let content =
                damaged.fold(value.plain().into_bytes(), |content, damage| damage.apply(content));
            let path = self.bench.at("c").join(name.replace('.', "/"));
            // A name may be that of a directory by then; the next input is another.
            if std::fs::create_dir_all(path.parent().expect("it is in a directory")).is_ok() {
                let _ = std::fs::write(path, content);
            }
        }
    }

    pub(super) fn loader(&self) -> Loader<Settings> {
        let input = self.input;
        let loader = Settings::loader().profile(input.source.profile()).root(self.bench.path());
        if input.source == Source::Process {
            return loader;
        }
        if let Some(vendor) = input.source.vendor() {
            let told = Open::of(vendor).told();
            // Long enough for a request, too short to ask often where nobody answers.
            let loader = loader.env(told.variables).deadline(Duration::from_millis(250));
            return match told.source {
                Some(source) => loader.source(source),
                None => loader,
            };
        }
        let empty = loader.env(config_tests::NOTHING);
        match input.source {
            Source::Env => {
                let variables =
                    variables(input).into_iter().map(|(name, tree)| (name, tree.plain()));
                empty.env(variables.collect::<Vec<_>>())
            }
            Source::Memory => {
                empty.source(Memory::json("memory", &String::from_utf8_lossy(&self.document)))
            }
            Source::Set => input
                .pairs
                .iter()
                .fold(empty, |loader, (path, tree)| loader.set(path.as_str(), tree.node())),
            Source::Figment if input.provider_fails => {
                empty.figment(Fails(input.canaries.join(" ")))
            }
            Source::Figment => empty.figment(Provided(table(input))),
            Source::Custom => empty.source(held("custom", input)),
            Source::Remote => empty.source(held("remote", input).remote()),
            Source::Keyring | Source::SecretService => empty.deadline(Duration::from_secs(60)),
            Source::Age | Source::Sealed => match &input.identity {
                Some(identity) => empty.env([("CONFIG_CORE_AGE_IDENTITY", identity.as_str())]),
                None => empty,
            },
            _ => empty,
        }
    }
}

#[cfg(unix)]
fn text_of(bytes: Vec<u8>) -> std::ffi::OsString {
    use std::os::unix::ffi::OsStringExt;

    OsStringExt::from_vec(bytes.into_iter().filter(|byte| *byte != 0).collect())
}

#[cfg(not(unix))]
fn text_of(bytes: Vec<u8>) -> std::ffi::OsString {
    String::from_utf8_lossy(&bytes).replace('\0', "").into()
}

/// A figment provider that fails with values in its message.
struct Fails(String);

impl figment::Provider for Fails {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("fails")
    }

    fn data(
        &self,
    ) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        let error = figment::error::Kind::InvalidValue(
            figment::error::Actual::Str(self.0.clone()),
            format!("something else than {}", self.0),
        );
        Err(figment::Error::from(error).with_path(&self.0))
    }
}

/// Damaged before it is encrypted, or after.
fn encrypted(input: &Input, document: &[u8]) -> Vec<u8> {
    let damaged = |document: Vec<u8>| {
        input.damage.iter().fold(document, |document, damage| damage.apply(document))
    };
    let encrypt = |document: &[u8]| {
        encrypt_file(document, &input.recipients()).expect("there is a recipient")
    };
    match input.damage.len() % 2 {
        0 => encrypt(&damaged(document.to_vec())),
        _ => damaged(encrypt(document)),
    }
}

/// Every text encrypted for its path.
fn sealed(input: &Input) -> Tree {
    let recipients = input.recipients();
    let seal = |(path, tree): &(String, Tree)| match tree {
        Tree::Text(text) => {
            let sealed = encrypt_value(path, text.as_bytes(), &recipients);
            (path.clone(), Tree::Text(sealed.expect("there is a recipient")))
        }
        other => (path.clone(), other.clone()),
    };
    Tree::nested(&input.pairs.iter().map(seal).chain(input.strangers.clone()).collect::<Vec<_>>())
}

fn table(input: &Input) -> Tree {
    Tree::nested(&input.pairs.iter().chain(&input.strangers).cloned().collect::<Vec<_>>())
}

fn variables(input: &Input) -> Vec<(String, Tree)> {
    let known = input.pairs.iter().map(|(path, tree)| (variable("APP", path), tree.clone()));
    let strange = input.strangers.iter().map(|(name, tree)| match name.split_once('.') {
        Some((_, rest)) => (format!("APP_SMTP_{rest}"), tree.clone()),
        None => (name.clone(), tree.clone()),
    });
    known.chain(strange).collect()
}

fn held(label: &'static str, input: &Input) -> Held {
    Held::new(label, input.pairs.iter().map(|(path, tree)| (path.clone(), tree.node())))
}
