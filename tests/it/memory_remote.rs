//! What is left in memory of a secret that came from a store, a command or an encrypted file, and of the credential that
//! it was asked with: seen from outside, with and without the allocator that wipes.
//!
//! What clients of others keep is counted, published in SECURITY.md, and may not grow.

use std::process::Command;

use config_core::ExposeSecret;
use config_core::age::{Identity, encrypt_file};
use config_tests::Bench;
use config_tests::crafted::{Scene, Store, Vendor, Way};
use config_tests::memory::{Census, Copy, Paused, Region, canary, fingerprint};
use config_tests_servers::base64;

const SIZES: [usize; 3] = [40, 200, 5_000];

/// How the memory of a process is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    AsItIs,
    /// Nothing is given out twice, so that nothing is hidden by being written over.
    Kept,
    Wiped,
}

/// Where a secret is loaded from.
enum From {
    Store { vendor: Vendor, way: Way, secure: bool },
    Command,
    Encrypted,
}

/// One way to load, and how many runs of bytes the clients of others leave at most: of the value, of the credential,
/// of the token that a login gives.
struct Load {
    name: &'static str,
    from: From,
    most: [usize; 3],
}

const LOADS: &[Load] = &[
    of("vault, token", Vendor::Vault, Way::Token, false, [1, 1, 0]),
    of("vault, token, TLS", Vendor::Vault, Way::Token, true, [4, 1, 0]),
    of("vault, AppRole", Vendor::Vault, Way::Login, false, [1, 0, 2]),
    of("vault, AppRole, TLS", Vendor::Vault, Way::Login, true, [4, 0, 4]),
    of("aws, keys", Vendor::Aws, Way::Token, false, [1, 1, 7]),
    of("aws, keys, TLS", Vendor::Aws, Way::Token, true, [4, 1, 7]),
    of("aws parameters, keys", Vendor::Ssm, Way::Token, false, [1, 1, 7]),
    of("gcp, token", Vendor::Gcp, Way::Token, false, [1, 1, 0]),
    of("gcp, token, TLS", Vendor::Gcp, Way::Token, true, [4, 1, 0]),
    of("gcp, metadata server", Vendor::Gcp, Way::Login, false, [1, 0, 2]),
    of("azure, token, TLS", Vendor::Azure, Way::Token, true, [4, 1, 0]),
    of("azure, client secret, TLS", Vendor::Azure, Way::Login, true, [4, 3, 9]),
    Load { name: "exec", from: From::Command, most: [0, 0, 0] },
    Load { name: "age", from: From::Encrypted, most: [3, 0, 0] },
];

const fn of(name: &'static str, vendor: Vendor, way: Way, secure: bool, most: [usize; 3]) -> Load {
    Load { name, from: From::Store { vendor, way, secure }, most }
}

/// What is to be loaded, and what a process is told for it.
struct Told {
    profile: &'static str,
    variables: Vec<(String, String)>,
    /// What must not be left of the value, in its spelling on the way, of the credential, and of what a login gave.
    canaries: Vec<Vec<String>>,
    value: String,
    kept: Box<dyn std::any::Any>,
}

impl Load {
    /// How many runs are left of the value, the credential and the token of a login, whole ones and parts.
    fn left(&self, size: usize, memory: Memory) -> [(usize, usize); 3] {
        let bench = Bench::new();
        let told = match self.from {
            From::Store { vendor, way, secure } => of_store(&bench, vendor, way, secure, size),
            From::Command => of_command(&bench, size),
            From::Encrypted => of_encrypted(&bench, size),
        };
        let pairs = told.variables.iter();
        let lines: String = pairs.map(|(name, value)| format!("{name}={value}\n")).collect();
        let file = bench.write("told", lines);
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-remote"));
        command.arg(told.profile).arg(&file).env_clear().env("PATH", "/usr/bin:/bin");
        match memory {
            Memory::AsItIs => {}
            Memory::Kept => drop(command.env("QUARANTINE", "")),
            Memory::Wiped => drop(command.env("WIPING", "")),
        }
        let paused = Paused::start(&mut command).unwrap();
        assert_eq!(paused.said, fingerprint(told.value.as_bytes()), "{}, {size} bytes", self.name);
        let count = |spellings: &Vec<String>| {
            let found: Vec<Census> = spellings.iter().map(|text| heap(&paused, text)).collect();
            let full = found.iter().map(Census::full).sum();
            (full, found.iter().map(Census::partial).sum())
        };
        let counted: Vec<(usize, usize)> = told.canaries.iter().map(count).collect();
        drop(told.kept);
        counted.try_into().unwrap()
    }
}

/// What is on the heap. What is on the stack the compiler decides, and no allocator reaches it: a register's worth that
/// a cipher spilled at most.
fn heap(paused: &Paused, text: &str) -> Census {
    let mut census = paused.census(text.as_bytes()).unwrap();
    let on_stack = |copy: &Copy| copy.region == Region::Stack;
    let spilled = census.copies.iter().filter(|copy| on_stack(copy));
    assert!(spilled.clone().all(|copy| copy.bytes <= 16), "{census:?}");
    assert!(spilled.count() <= 4, "{census:?}");
    census.copies.retain(|copy| !on_stack(copy));
    census
}

fn of_store(bench: &Bench, vendor: Vendor, way: Way, secure: bool, size: usize) -> Told {
    let (value, credential, issued) = (canary(size), canary(size), canary(size));
    let store = if secure { Store::secure(vendor) } else { Store::plain(vendor) };
    let document = format!("{{\"token\": \"{value}\"}}");
    let spelled = match vendor {
        Vendor::Gcp => vec![value.clone(), base64(document.as_bytes())],
        _ => vec![value.clone()],
    };
    store.hold(Scene {
        document: document.into_bytes(),
        texts: vec![("token".to_owned(), value.clone())],
        credential: credential.clone(),
        issued: issued.clone(),
        way,
    });
    let authority = bench.write("ca.pem", Store::authority()).display().to_string();
    let profile = match vendor {
        Vendor::Vault => "vault",
        Vendor::Aws | Vendor::Ssm => "aws",
        Vendor::Gcp => "gcp",
        Vendor::Azure => "azure",
    };
    Told {
        profile,
        variables: store.variables(&authority),
        canaries: vec![spelled, vec![credential], vec![issued]],
        value,
        kept: Box::new(store),
    }
}

fn of_command(bench: &Bench, size: usize) -> Told {
    let value = canary(size);
    let place = bench.write("printed", format!("{{\"token\": \"{value}\"}}"));
    Told {
        profile: "exec",
        variables: vec![("PLACE".to_owned(), place.display().to_string())],
        canaries: vec![vec![value.clone()], Vec::new(), Vec::new()],
        value,
        kept: Box::new(()),
    }
}

fn of_encrypted(bench: &Bench, size: usize) -> Told {
    let value = canary(size);
    let identity = Identity::generate();
    let key = identity.to_text().expose_secret().trim_end().to_owned();
    let document = format!("{{\"token\": \"{value}\"}}");
    let encrypted = encrypt_file(document.as_bytes(), &identity.recipients()).unwrap();
    let place = bench.write("secrets.json.age", encrypted).display().to_string();
    let own = key.trim_start_matches("AGE-SECRET-KEY-").to_owned();
    Told {
        profile: "age",
        variables: vec![("PLACE".to_owned(), place), ("CONFIG_CORE_AGE_IDENTITY".to_owned(), key)],
        canaries: vec![vec![value.clone()], vec![own.to_ascii_lowercase(), own], Vec::new()],
        value,
        kept: Box::new(()),
    }
}

#[test]
fn the_wiping_allocator_leaves_nothing_of_what_came_or_was_asked_with() {
    for load in LOADS {
        for size in SIZES {
            let left = load.left(size, Memory::Wiped);
            assert_eq!(left, [(0, 0); 3], "{}, {size} bytes", load.name);
        }
    }
}

#[test]
fn without_it_no_more_is_left_than_is_published() {
    println!("| from | value | credential | token of a login |\n|---|---|---|---|");
    for load in LOADS {
        let kept = SIZES.map(|size| load.left(size, Memory::Kept));
        let as_it_is = SIZES.map(|size| load.left(size, Memory::AsItIs));
        let cell = |what: usize| {
            let shown = |(full, partial): (usize, usize)| match partial {
                0 => full.to_string(),
                _ => format!("{full}+{partial}"),
            };
            kept.map(|left| shown(left[what])).join(" / ")
        };
        println!("| {} | {} | {} | {} |", load.name, cell(0), cell(1), cell(2));
        for (what, most) in load.most.into_iter().enumerate() {
            for (left, size) in kept.iter().zip(SIZES) {
                let (full, partial) = left[what];
                assert!(full + partial <= most, "{}, {size} bytes: {left:?}", load.name);
            }
            // Written over in part, one copy may show as several runs; whole ones are no more.
            for (left, size) in as_it_is.iter().zip(SIZES) {
                assert!(left[what].0 <= most, "{}, {size} bytes, reused: {left:?}", load.name);
            }
        }
    }
}
