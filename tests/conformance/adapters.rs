//! How each source is given its pairs.

use std::any::Any;
use std::ffi::OsString;

use config_core::{Failure, FailureKind, Node, Value};
use config_tests::Bench;
use config_tests::child;
use config_tests::sources::{Boxed, Failing, Held};
use config_tests::tree::Provided;

use super::bed::Pairs;

/// What a source takes that has no limit of its own to be tried.
pub(super) const KIB_64: usize = 64 * 1024;

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

    /// Whether what may be read is a matter of permissions, which do not bind everybody.
    fn is_of_files(&self) -> bool {
        false
    }

    /// How many bytes it takes under the name `hidden`.
    fn longest(&self) -> usize {
        KIB_64
    }

    /// What such a process finds in its environment.
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        Vec::new()
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

    /// Makes the source hold these, one after the other, where the keys of `Pinned` say.
    fn put_pinned(&self, _bench: &Bench, _texts: [&str; 2]) -> Given {
        unreachable!("the table says that its keys name no versions")
    }

    /// Makes the source hold these pairs, and refuse them.
    fn deny(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        unreachable!("the table says that it refuses nothing")
    }

    /// Makes the source hold these pairs where nobody answers.
    fn lose(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        unreachable!("the table says that it is always there")
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

impl Given {
    /// With another value of this variable.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
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

    fn deny(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        let failing = failing("custom", FailureKind::Denied);
        Given { source: Some(Boxed(Box::new(failing))), ..Given::default() }
    }

    fn lose(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        let failing = failing("custom", FailureKind::Unreachable);
        Given { source: Some(Boxed(Box::new(failing))), ..Given::default() }
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

    fn deny(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        let failing = failing("remote", FailureKind::Denied).remote();
        Given { source: Some(Boxed(Box::new(failing))), ..Given::default() }
    }

    fn lose(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        let failing = failing("remote", FailureKind::Unreachable).remote();
        Given { source: Some(Boxed(Box::new(failing))), ..Given::default() }
    }
}

fn node_of(bytes: &[u8]) -> Node {
    Node { value: Value::Bytes(bytes.to_vec().into()), ..Node::default() }
}

fn held(label: &'static str, pairs: &Pairs) -> Held {
    Held::new(label, pairs.by_path.iter().map(|(path, tree)| (path.clone(), tree.node())))
}

fn failing(label: &'static str, kind: FailureKind) -> Failing {
    Failing::new(label, Failure::new(kind, "it says so"))
}
