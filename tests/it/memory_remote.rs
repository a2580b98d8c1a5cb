//! What is left in memory of a secret that came from a store, a command, a keyring or an encrypted file, and of the
//! credential that it was asked with: seen from outside, with and without the allocator that wipes.
//!
//! What clients of others keep is counted, published in SECURITY.md, and may not grow.

use std::ffi::OsString;
use std::process::Command;

use config_core::ExposeSecret;
use config_core::age::{Identity, encrypt_file};
use config_tests::Bench;
use config_tests::crafted::{Scene, Store, Vendor, Way};
use config_tests::keyring::Session;
use config_tests::memory::{Census, Copy, Paused, Region, canary, fingerprint};
use config_tests_servers::{base64, unique};

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
    Keyring,
}

/// One way to load, by its name in the table of SECURITY.md.
struct Load {
    name: &'static str,
    from: From,
}

/// Whole runs of bytes, and parts.
type Runs = (usize, usize);

const LOADS: &[Load] = &[
    of("vault, token", Vendor::Vault, Way::Token, false),
    of("vault, token, TLS", Vendor::Vault, Way::Token, true),
    of("vault, AppRole", Vendor::Vault, Way::Login, false),
    of("vault, AppRole, TLS", Vendor::Vault, Way::Login, true),
    of("vault, Kubernetes", Vendor::Vault, Way::Machine, false),
    of("vault, JWT", Vendor::Vault, Way::Assertion, false),
    of("aws, keys", Vendor::Aws, Way::Token, false),
    of("aws, keys, TLS", Vendor::Aws, Way::Token, true),
    of("aws parameters, keys", Vendor::Ssm, Way::Token, false),
    of("aws, web identity", Vendor::Aws, Way::Assertion, false),
    of("aws, machine", Vendor::Aws, Way::Machine, false),
    of("gcp, token", Vendor::Gcp, Way::Token, false),
    of("gcp, token, TLS", Vendor::Gcp, Way::Token, true),
    of("gcp, metadata server", Vendor::Gcp, Way::Login, false),
    of("azure, token, TLS", Vendor::Azure, Way::Token, true),
    of("azure, client secret, TLS", Vendor::Azure, Way::Login, true),
    Load { name: "exec", from: From::Command },
    Load { name: "age", from: From::Encrypted },
    Load { name: "keyring", from: From::Keyring },
];

const fn of(name: &'static str, vendor: Vendor, way: Way, secure: bool) -> Load {
    Load { name, from: From::Store { vendor, way, secure } }
}

/// What SECURITY.md says is left at most: of the value, of the credential and of the token that a login gives, for each
/// size.
fn published() -> Vec<(&'static str, [[Runs; 3]; 3])> {
    let text = include_str!("../../SECURITY.md");
    let table = text.split("| from | value |").nth(1).expect("a table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let name = cells.next().expect("a name");
        let name = name.split_once(" (").map_or(name, |(name, _)| name);
        let cells: Vec<_> = cells.map(cell).collect();
        (name, cells.try_into().expect("three cells"))
    };
    rows.map(row).collect()
}

/// `session token 7 / 6 / 6`, `3 / 3 / 3+1`, or one number for all sizes.
fn cell(text: &str) -> [Runs; 3] {
    let numbers = text.trim_start_matches(|it: char| !it.is_ascii_digit());
    let runs = |text: &str| {
        let (whole, parts) = text.split_once('+').unwrap_or((text, "0"));
        (whole.parse().expect("a number"), parts.parse().expect("a number"))
    };
    let mut each: Vec<Runs> = numbers.split(" / ").map(runs).collect();
    if let [all] = each[..] {
        each = vec![all; 3];
    }
    each.try_into().expect("a number for each size")
}

/// What is to be loaded, and what a process is told for it.
struct Told {
    profile: &'static str,
    variables: Vec<(String, String)>,
    /// What stands in its environment.
    environment: Vec<(&'static str, OsString)>,
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
            From::Keyring => of_keyring(size),
        };
        let pairs = told.variables.iter();
        let lines: String = pairs.map(|(name, value)| format!("{name}={value}\n")).collect();
        let file = bench.write("told", lines);
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-remote"));
        command.arg(told.profile).arg(&file).env_clear().env("PATH", "/usr/bin:/bin");
        command.envs(told.environment);
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
    let variables = store.variables(&authority);
    // What asks for the credentials of a role looks there, whatever a loader is given.
    let own = ["AWS_ENDPOINT_URL", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    let environment = own.into_iter().filter_map(|name| {
        let (_, value) = variables.iter().find(|(known, _)| known == name)?;
        Some((name, value.into()))
    });
    Told {
        profile,
        environment: environment.collect(),
        variables,
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
        environment: Vec::new(),
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
        environment: Vec::new(),
        canaries: vec![vec![value.clone()], vec![own.to_ascii_lowercase(), own], Vec::new()],
        value,
        kept: Box::new(()),
    }
}

fn of_keyring(size: usize) -> Told {
    let (value, service) = (canary(size), unique("app"));
    let session = Session::shared();
    session.put(&service, "token", value.as_bytes());
    Told {
        profile: "keyring",
        variables: vec![("PLACE".to_owned(), service)],
        environment: session.environment().into(),
        canaries: vec![vec![value.clone()], Vec::new(), Vec::new()],
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
    let published = published();
    let names: Vec<&str> = published.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, LOADS.iter().map(|load| load.name).collect::<Vec<_>>());
    for (load, (_, most)) in LOADS.iter().zip(published) {
        let kept = SIZES.map(|size| load.left(size, Memory::Kept));
        let as_it_is = SIZES.map(|size| load.left(size, Memory::AsItIs));
        let cell = |what: usize| {
            let shown = |(full, partial): Runs| match partial {
                0 => full.to_string(),
                _ => format!("{full}+{partial}"),
            };
            kept.map(|left| shown(left[what])).join(" / ")
        };
        println!("| {} | {} | {} | {} |", load.name, cell(0), cell(1), cell(2));
        for (what, most) in most.into_iter().enumerate() {
            for (index, size) in SIZES.into_iter().enumerate() {
                let (name, (full, parts)) = (load.name, most[index]);
                let left = kept[index][what];
                assert!(left.0 + left.1 <= full + parts, "{name}, {size} bytes: {left:?}");
                // Written over in part, one copy may show as several runs; whole ones are no more.
                let left = as_it_is[index][what];
                assert!(left.0 <= full + parts, "{name}, {size} bytes, reused: {left:?}");
            }
        }
    }
}
