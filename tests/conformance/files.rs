//! Files and directories.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use config_tests::{Bench, tree};

use super::adapters::{Adapter, Given};
use super::bed::Pairs;

pub(super) struct Dotenv;

impl Adapter for Dotenv {
    fn profile(&self) -> &'static str {
        "dotenv"
    }

    fn is_of_files(&self) -> bool {
        true
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        bench.write(".env", tree::dotenv(pairs.variables()));
        Given::default()
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write(".env", "APP_TEXT=\"no end\n");
        Given::default()
    }

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        shut(bench, ".env");
        given
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        lose(bench, ".env");
        given
    }
}

macro_rules! document {
    ($adapter:ident, $syntax:ident, $broken:literal) => {
        pub(super) struct $adapter;

        impl Adapter for $adapter {
            fn profile(&self) -> &'static str {
                stringify!($syntax)
            }

            fn kind(&self) -> &'static str {
                "file"
            }

            fn is_of_files(&self) -> bool {
                true
            }

            fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
                bench.write(concat!("pairs.", stringify!($syntax)), pairs.tree().$syntax());
                Given::default()
            }

            fn spoil(&self, bench: &Bench) -> Given {
                bench.write(concat!("pairs.", stringify!($syntax)), $broken);
                Given::default()
            }

            fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
                let given = self.put(bench, pairs);
                shut(bench, concat!("pairs.", stringify!($syntax)));
                given
            }

            fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
                let given = self.put(bench, pairs);
                lose(bench, concat!("pairs.", stringify!($syntax)));
                given
            }
        }
    };
}

document!(Json, json, "{\"text\": ");
document!(Toml, toml, "text = \"no end\n");
document!(Yaml, yaml, "text: [\n");

pub(super) struct Dir;

impl Adapter for Dir {
    fn profile(&self) -> &'static str {
        "dir"
    }

    fn is_of_files(&self) -> bool {
        true
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

    fn deny(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        shut(bench, "pairs/text");
        given
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        let given = self.put(bench, pairs);
        fs::remove_dir_all(bench.at("pairs")).expect("a directory");
        symlink("pairs", bench.at("pairs")).expect("a link");
        given
    }
}

/// This file leads to itself.
pub(super) fn lose(bench: &Bench, name: &str) {
    fs::remove_file(bench.at(name)).expect("a file");
    symlink(bench.at(name), bench.at(name)).expect("a link");
}

/// Nobody may read this file.
fn shut(bench: &Bench, name: &str) {
    fs::set_permissions(bench.at(name), Permissions::from_mode(0o000)).expect("permissions");
}
