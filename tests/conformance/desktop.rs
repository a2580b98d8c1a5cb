//! The keyring of a desktop, with one for all cases, each with a service of its own in it.

use std::ffi::OsString;

use config_tests::keyring::{BUS, Open, Session};
use config_tests::{Bench, child};
use config_tests_servers::unique;

use super::adapters::{Adapter, Given};
use super::bed::Pairs;

pub(super) struct Keyring;

impl Adapter for Keyring {
    fn profile(&self) -> &'static str {
        "keyring"
    }

    /// Which session it is in is a matter of a process's environment.
    fn is_alone(&self) -> bool {
        true
    }

    fn environment(&self) -> Vec<(&'static str, OsString)> {
        Session::shared().environment().into()
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let entries = pairs.each(str::to_owned);
        holding(entries.map(|(name, tree)| (name, tree.plain().into_bytes())))
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        holding([("bytes".to_owned(), bytes.to_vec())])
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        holding([("text".to_owned(), vec![0xff, 0xfe, 0x00])])
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let (service, keyring) = (unique("app"), Open::of_the_process());
        let entries = pairs.by_path.iter();
        keyring.lock_away(&service, entries.map(|(path, tree)| (path.as_str(), tree.plain())));
        Given::default().with("PLACE", &service)
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        let address = format!("unix:path={}", bench.at("none").display());
        child::set_variables(BUS, [(BUS, address)]);
        given
    }
}

fn holding(entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Given {
    let (service, keyring) = (unique("app"), Open::of_the_process());
    for (name, bytes) in entries {
        keyring.put(&service, &name, &bytes);
    }
    Given { variables: vec![("PLACE".to_owned(), service)], ..Given::default() }
}
