//! What is encrypted with age: files as a whole, and values each by itself.

use config_core::ExposeSecret;
use config_core::age::{Identity, encrypt_file, encrypt_value};
use config_tests::Bench;
use config_tests::tree::{Tree, dotenv, variable};

use super::adapters::{Adapter, Given};
use super::bed::Pairs;
use super::files::lose;

/// A JSON file that is encrypted as a whole.
pub(super) struct Encrypted;

/// A `.env` file that is encrypted as a whole.
pub(super) struct EncryptedDotenv;

/// A `.env` file whose values are encrypted.
pub(super) struct SealedDotenv;

/// A JSON file whose texts and numbers are encrypted.
pub(super) struct SealedJson;

impl Adapter for Encrypted {
    fn profile(&self) -> &'static str {
        "encrypted"
    }

    fn kind(&self) -> &'static str {
        "file"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        encrypted(bench, "pairs.json.age", pairs.tree().json().as_bytes())
    }

    fn spoil(&self, bench: &Bench) -> Given {
        encrypted(bench, "pairs.json.age", b"{\"text\": ")
    }

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        denied(self.put(bench, pairs))
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        lose(bench, "pairs.json.age");
        given
    }
}

impl Adapter for EncryptedDotenv {
    fn profile(&self) -> &'static str {
        "encrypted_dotenv"
    }

    fn kind(&self) -> &'static str {
        "dotenv"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        encrypted(bench, ".env.age", dotenv(pairs.variables()).as_bytes())
    }

    fn spoil(&self, bench: &Bench) -> Given {
        encrypted(bench, ".env.age", b"APP_TEXT=\"no end\n")
    }

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        denied(self.put(bench, pairs))
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        lose(bench, ".env.age");
        given
    }
}

impl Adapter for SealedDotenv {
    fn profile(&self) -> &'static str {
        "sealed_dotenv"
    }

    fn kind(&self) -> &'static str {
        "dotenv"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let key = Identity::generate();
        let pairs = pairs.variables().map(|(name, tree)| {
            let sealed = value(&key, &name, tree.plain().as_bytes());
            (name, sealed)
        });
        let pairs: Vec<_> = pairs.collect();
        bench.write(".env", dotenv(pairs.iter().map(|(name, tree)| (name.clone(), tree))));
        given(&key)
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        let (key, name) = (Identity::generate(), variable("APP", "bytes"));
        let sealed = value(&key, &name, bytes);
        bench.write(".env", dotenv([(name, &sealed)]));
        given(&key)
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write(".env", format!("APP_TEXT={BROKEN}\n"));
        given(&Identity::generate())
    }

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        denied(self.put(bench, pairs))
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        lose(bench, ".env");
        given
    }
}

impl Adapter for SealedJson {
    fn profile(&self) -> &'static str {
        "sealed_json"
    }

    fn kind(&self) -> &'static str {
        "file"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let key = Identity::generate();
        bench.write("pairs.json", sealed(&key, "", &pairs.tree()).json());
        given(&key)
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        let key = Identity::generate();
        let sealed = Tree::nested(&[("bytes".to_owned(), value(&key, "bytes", bytes))]);
        bench.write("pairs.json", sealed.json());
        given(&key)
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write("pairs.json", format!("{{\"text\": \"{BROKEN}\"}}"));
        given(&Identity::generate())
    }

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        denied(self.put(bench, pairs))
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        lose(bench, "pairs.json");
        given
    }
}

const BROKEN: &str = "ENC[age,bm90IG9uZQ==]";

fn encrypted(bench: &Bench, name: &str, document: &[u8]) -> Given {
    let key = Identity::generate();
    let file = encrypt_file(document, &key.recipients()).expect("there is a recipient");
    bench.write(name, file);
    given(&key)
}

/// All texts and numbers of a tree at this path.
fn sealed(key: &Identity, path: &str, tree: &Tree) -> Tree {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match tree {
        Tree::Text(text) | Tree::Number(text) => value(key, path, text.as_bytes()),
        Tree::List(list) => Tree::List(list.iter().map(|tree| sealed(key, path, tree)).collect()),
        Tree::Table(table) => {
            let entries = table.iter();
            let entries =
                entries.map(|(name, tree)| (name.clone(), sealed(key, &below(name), tree)));
            Tree::Table(entries.collect())
        }
        other => other.clone(),
    }
}

fn value(key: &Identity, path: &str, value: &[u8]) -> Tree {
    Tree::Text(encrypt_value(path, value, &key.recipients()).expect("there is a recipient"))
}

fn given(key: &Identity) -> Given {
    Given::default().with("CONFIG_CORE_AGE_IDENTITY", key.to_text().expose_secret())
}

/// With a key that does not open it.
fn denied(given: Given) -> Given {
    given.with("CONFIG_CORE_AGE_IDENTITY", Identity::generate().to_text().expose_secret())
}
