//! How each source is given its pairs.

use std::any::Any;

use config_core::age::{Identity, encrypt_file};
use config_core::{ExposeSecret, Node, Value};
use config_tests::Bench;
use config_tests::child;
use config_tests::sources::{Boxed, Held};
use config_tests::tree::{self, Provided};

use super::bed::Pairs;

/// Puts pairs where one source reads them.
pub(super) trait Adapter {
    /// The profile whose list is this source alone.
    fn profile(&self) -> &'static str;

    /// What kind of source reports call it.
    fn kind(&self) -> &'static str {
        self.profile()
    }

    /// Whether each case has to run in a process of its own.
    fn is_alone(&self) -> bool {
        false
    }

    /// What is held while a case runs, where only one may at a time.
    fn alone(&self) -> Option<Box<dyn Any>> {
        None
    }

    /// Makes the source hold these pairs and nothing else.
    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given;

    /// Makes the source hold something that nobody can read.
    fn spoil(&self, _bench: &Bench) -> Given {
        unreachable!("the table says that it has no syntax of its own")
    }

    /// Makes the source hold these bytes, as the field `bytes` or where `whole` has its own key.
    fn put_bytes(&self, _bench: &Bench, _bytes: &[u8]) -> Given {
        unreachable!("the table says that it holds text alone")
    }

    /// Makes the source hold these, one after the other, and names the one of them that is read; none for one that
    /// there never was.
    fn put_versions(&self, _bench: &Bench, _versions: &[Pairs], _read: Option<usize>) -> Given {
        unreachable!("the table says that it keeps no versions")
    }
}

/// What a loader is given beside the directory.
#[derive(Default)]
pub(super) struct Given {
    /// The environment: the pairs, or where a remote source is to be found.
    pub(super) variables: Vec<(String, String)>,
    /// Whether it is the environment of the process that counts.
    pub(super) of_the_process: bool,
    pub(super) source: Option<Boxed>,
    pub(super) provider: Option<Provided>,
    /// What has to live as long as the loads, such as a server.
    pub(super) server: Option<Box<dyn Any>>,
}

pub(super) struct Env;

impl Adapter for Env {
    fn profile(&self) -> &'static str {
        "env"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let variables = pairs.variables().map(|(name, tree)| (name, tree.plain())).collect();
        Given { variables, ..Given::default() }
    }
}

/// The environment that the process has, and not pairs given instead of it.
pub(super) struct Process;

impl Adapter for Process {
    fn profile(&self) -> &'static str {
        "process"
    }

    fn kind(&self) -> &'static str {
        "env"
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        child::set_variables("APP_", pairs.variables().map(|(name, tree)| (name, tree.plain())));
        Given { of_the_process: true, ..Given::default() }
    }
}

pub(super) struct Dotenv;

impl Adapter for Dotenv {
    fn profile(&self) -> &'static str {
        "dotenv"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        bench.write(".env", tree::dotenv(pairs.variables()));
        Given::default()
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write(".env", "APP_TEXT=\"no end\n");
        Given::default()
    }
}

macro_rules! file {
    ($adapter:ident, $syntax:ident, $broken:literal) => {
        pub(super) struct $adapter;

        impl Adapter for $adapter {
            fn profile(&self) -> &'static str {
                stringify!($syntax)
            }

            fn kind(&self) -> &'static str {
                "file"
            }

            fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
                bench.write(concat!("pairs.", stringify!($syntax)), pairs.tree().$syntax());
                Given::default()
            }

            fn spoil(&self, bench: &Bench) -> Given {
                bench.write(concat!("pairs.", stringify!($syntax)), $broken);
                Given::default()
            }
        }
    };
}

file!(Json, json, "{\"text\": ");
file!(Toml, toml, "text = \"no end\n");
file!(Yaml, yaml, "text: [\n");

/// A JSON file that is encrypted as a whole.
pub(super) struct Encrypted;

impl Adapter for Encrypted {
    fn profile(&self) -> &'static str {
        "encrypted"
    }

    fn kind(&self) -> &'static str {
        "file"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        encrypted(bench, pairs.tree().json().as_bytes())
    }

    fn spoil(&self, bench: &Bench) -> Given {
        encrypted(bench, b"{\"text\": ")
    }
}

fn encrypted(bench: &Bench, document: &[u8]) -> Given {
    let identity = Identity::generate();
    let file = encrypt_file(document, &identity.recipients()).expect("there is a recipient");
    bench.write("pairs.json.age", file);
    let key = identity.to_text().expose_secret().to_owned();
    let variables = vec![("CONFIG_CORE_AGE_IDENTITY".to_owned(), key)];
    Given { variables, ..Given::default() }
}

/// A command that prints a JSON object.
pub(super) struct Exec;

impl Adapter for Exec {
    fn profile(&self) -> &'static str {
        "exec"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        bench.write("pairs.json", pairs.tree().json());
        Given::default()
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        bench.write("pairs.json", "{}");
        bench.write("bytes", bytes);
        Given::default()
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write("pairs.json", "{\"text\": ");
        Given::default()
    }
}

pub(super) struct Dir;

impl Adapter for Dir {
    fn profile(&self) -> &'static str {
        "dir"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        bench.directory("pairs");
        for (name, value) in pairs.files() {
            bench.write(&format!("pairs/{name}"), value.plain() + "\n");
        }
        Given::default()
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        bench.write("pairs/bytes", bytes);
        Given::default()
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write("pairs/text", [0xff, 0xfe, 0x00]);
        Given::default()
    }
}

pub(super) struct Memory;

impl Adapter for Memory {
    fn profile(&self) -> &'static str {
        "memory"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        memory(&pairs.tree().json())
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        memory("{\"text\": ")
    }
}

fn memory(document: &str) -> Given {
    let source = config_core::Memory::json("memory", document);
    Given { source: Some(Boxed(Box::new(source))), ..Given::default() }
}

pub(super) struct Figment;

impl Adapter for Figment {
    fn profile(&self) -> &'static str {
        "figment"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        Given { provider: Some(Provided(pairs.tree())), ..Given::default() }
    }
}

/// A source of the program's own that answers at once.
pub(super) struct Custom;

impl Adapter for Custom {
    fn profile(&self) -> &'static str {
        "custom"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        Given { source: Some(Boxed(Box::new(held("custom", pairs)))), ..Given::default() }
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let held = Held::new("custom", [("bytes", node_of(bytes))]);
        Given { source: Some(Boxed(Box::new(held))), ..Given::default() }
    }
}

/// A source of the program's own that answers later.
pub(super) struct Remote;

impl Adapter for Remote {
    fn profile(&self) -> &'static str {
        "remote"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        Given { source: Some(Boxed(Box::new(held("remote", pairs).remote()))), ..Given::default() }
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let held = Held::new("remote", [("bytes", node_of(bytes))]).remote();
        Given { source: Some(Boxed(Box::new(held))), ..Given::default() }
    }
}

fn node_of(bytes: &[u8]) -> Node {
    Node { value: Value::Bytes(bytes.to_vec().into()), ..Node::default() }
}

fn held(label: &'static str, pairs: &Pairs) -> Held {
    Held::new(label, pairs.by_path.iter().map(|(path, tree)| (path.clone(), tree.node())))
}
