//! Commands that print what is wanted.

use std::os::unix::fs::symlink;

use config_tests::Bench;

use super::adapters::{Adapter, Given};
use super::bed::Pairs;

/// One that prints a JSON object.
pub(super) struct Exec;

/// One for each field, which prints its value, and nothing where there is none.
pub(super) struct ExecEach;

impl Adapter for Exec {
    fn profile(&self) -> &'static str {
        "exec"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        bench.write("pairs.json", pairs.tree().json());
        printing(bench, "cat pairs.json")
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        bench.write("bytes", bytes);
        bench.write("pairs.json", "{}");
        printing(bench, "cat pairs.json")
    }

    fn spoil(&self, bench: &Bench) -> Given {
        printing(bench, "echo '{\"text\": '")
    }

    fn deny(&self, bench: &Bench, _pairs: &Pairs) -> Given {
        not_to_be_run(bench)
    }

    fn lose(&self, bench: &Bench, _pairs: &Pairs) -> Given {
        printing(bench, "exit 1")
    }
}

impl Adapter for ExecEach {
    fn profile(&self) -> &'static str {
        "exec_each"
    }

    fn kind(&self) -> &'static str {
        "exec"
    }

    fn put(&self, bench: &Bench, pairs: &Pairs) -> Given {
        for (name, tree) in pairs.each(str::to_owned) {
            bench.write(&format!("pairs/{name}"), tree.plain() + "\n");
        }
        printing(bench, EACH)
    }

    fn put_bytes(&self, bench: &Bench, bytes: &[u8]) -> Given {
        bench.write("pairs/bytes", bytes);
        bench.write("bytes", bytes);
        printing(bench, EACH)
    }

    fn spoil(&self, bench: &Bench) -> Given {
        bench.write("pairs/text", [0xff, 0xfe, 0x00]);
        printing(bench, EACH)
    }

    fn deny(&self, bench: &Bench, _pairs: &Pairs) -> Given {
        not_to_be_run(bench)
    }

    fn lose(&self, bench: &Bench, _pairs: &Pairs) -> Given {
        printing(bench, "exit 1")
    }
}

const EACH: &str = "[ ! -e \"pairs/$1\" ] || exec cat \"pairs/$1\"";

/// With a shell, since a program that was just written may still be open for writing in a process that another test
/// starts meanwhile.
fn printing(bench: &Bench, script: &str) -> Given {
    bench.write("print", script);
    symlink("/bin/sh", bench.at("sh")).expect("a link");
    Given::default()
}

fn not_to_be_run(bench: &Bench) -> Given {
    bench.write("sh", "no program");
    Given::default()
}
