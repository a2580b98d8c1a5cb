//! After drop, no copy of a secret is left in the memory of the process: seen from outside.
//!
//! Promised is the heap. What is on the stack the compiler decides: a part shorter than the widest register that texts are
//! copied through may lie there until it is written over. Whole copies and longer parts are findings there too.

use std::fs;
use std::process::Command;

use config_core::age::{Identity, encrypt_file, encrypt_value};
use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests::memory::{Census, Copy, Paused, Region, canary, fingerprint};
use tempfile::TempDir;

const SIZES: [usize; 3] = [40, 200, 5_000];

/// The bytes of the widest register that texts are copied through (AVX).
const REGISTER: usize = 32;

fn child(how: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memory-child"));
    command.arg(how).env_clear();
    command
}

/// What is left of a canary in a process that says it had all of it: as it is, and where no memory is used twice.
fn left_by(command: &mut Command, canary: &str) -> [Census; 2] {
    left_saying(command, canary, &fingerprint(canary.as_bytes()))
}

fn left_saying(command: &mut Command, canary: &str, said: &str) -> [Census; 2] {
    let plain = look_into(command, canary, said);
    [plain, look_into(command.env("QUARANTINE", ""), canary, said)]
}

fn look_into(command: &mut Command, canary: &str, said: &str) -> Census {
    let mut found = census(command, canary, said);
    // As the dynamic linker saves all registers when a function is first called.
    let is_saved_register =
        |copy: &Copy| copy.region == Region::Stack && copy.bytes < REGISTER && !copy.is_full;
    found.copies.retain(|copy| !is_saved_register(copy));
    found
}

fn census(command: &mut Command, canary: &str, said: &str) -> Census {
    let paused = Paused::start(command).unwrap();
    assert_eq!(paused.said, said, "it has not read the right value");
    let census = paused.census(canary.as_bytes()).unwrap();
    assert!(census.looked_at > 100_000, "only {} bytes were looked at", census.looked_at);
    census
}

/// Nothing but so many copies in the block that the kernel made.
fn assert_clean(left: &[Census; 2], in_environment: usize, what: &str) {
    for (census, memory) in left.iter().zip(["as it is", "where no memory is used twice"]) {
        let counts = (census.full(), census.partial(), census.in_environment());
        assert_eq!(counts, (0, 0, in_environment), "{what}, {memory}: {census:?}");
    }
}

fn directory_with(name: &str, content: impl AsRef<[u8]>) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), content).unwrap();
    directory
}

/// A canary that has a character to escape after every thirteen plain ones.
fn with_escapes(size: usize) -> String {
    let mut escapes = ['"', '\\', '\n', '\t', 'é'].into_iter().cycle();
    let mut text = canary(size);
    for at in (13..size).step_by(14).rev() {
        text.replace_range(at..=at, &escapes.next().unwrap().to_string());
    }
    text
}

/// As JSON writes it, which TOML, YAML and `.env` read too between double quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn quoted_in_ascii(text: &str) -> String {
    quoted(text).replace('é', "\\u00e9")
}

/// What a file holds, made of a canary.
type Content<'a> = &'a dyn Fn(&str) -> String;

/// For every size, with escapes and without: a file is made of the canary, loaded, and nothing is left.
fn nothing_is_left(how: &str, name: &str, contents: &[(&str, Content<'_>)]) {
    for size in SIZES {
        for (what, content) in contents {
            let text = if what.contains("escapes") { with_escapes(size) } else { canary(size) };
            let place = directory_with(name, content(&text));
            let path = if how == "dir" { place.path().to_owned() } else { place.path().join(name) };
            let left = left_by(child(how).arg(path), &text);
            assert_clean(&left, 0, &format!("{how} {name}, {what}, {size} bytes"));
        }
    }
}

fn lines(text: &str) -> String {
    text.replace(['"', '\\', '\t'], "\n")
}

#[test]
fn nothing_is_left_of_what_a_dotenv_file_held() {
    nothing_is_left(
        "dotenv",
        ".env",
        &[
            ("plain", &|text| format!("A=1\nTOKEN={text}\nB=2\n")),
            ("single quotes", &|text| format!("TOKEN='{text}'")),
            ("escapes", &|text| format!("export TOKEN={} # that\n", quoted(text))),
            ("twice, escapes", &|text| format!("TOKEN={0}\nTOKEN={0}\n", quoted(text))),
        ],
    );
}

#[test]
fn nothing_is_left_of_what_a_command_printed() {
    nothing_is_left("exec", "token", &[("plain", &str::to_owned)]);
}

/// age boxes what it has opened and shrinks the buffer for it; where the allocator moves it then, one copy stays behind
/// that the allocator alone can wipe. Nothing of ours is left, and nothing of the key.
#[test]
fn what_is_left_of_what_was_encrypted_is_the_one_copy_that_age_leaves() {
    for size in SIZES {
        let identity = Identity::generate();
        let text = canary(size);
        let recipients = identity.recipients();
        let value = encrypt_value("token", text.as_bytes(), &recipients).unwrap();
        let whole = encrypt_file(format!("{{\"token\": \"{text}\"}}").as_bytes(), &recipients);
        let files = [
            ("a.json", format!("{{\"token\": \"{value}\"}}").into_bytes()),
            ("a.json.age", whole.unwrap()),
        ];
        for (name, content) in files {
            let place = directory_with(name, content);
            let key = identity.to_text();
            fs::write(place.path().join("key.txt"), key.expose_secret()).unwrap();
            let path = place.path().join(name);
            for census in left_by(child("encrypted").arg(&path), &text) {
                let on_heap = |copy: &&Copy| copy.region == Region::Heap;
                let copies = census.copies.iter().filter(on_heap).count();
                assert!(copies <= 1, "{name}, {size} bytes: {census:?}");
            }
            let said = fingerprint(text.as_bytes());
            let left =
                left_saying(child("encrypted").arg(&path), key.expose_secret().trim(), &said);
            assert_clean(&left, 0, &format!("the key of {name}, {size} bytes"));
        }
    }
}

#[test]
fn nothing_is_left_of_what_was_expanded() {
    let halves = |text: &str| {
        let (one, other) = text.split_at(text.len() / 2);
        format!("ONE={one}\nTOKEN=\"${{ONE}}${{NONE:-{other}}}\"\n")
    };
    nothing_is_left("dotenv-expanded", ".env", &[("halves", &halves)]);
}

#[test]
fn nothing_is_left_of_a_dotenv_file_that_could_not_be_read() {
    for size in SIZES {
        for (before, after) in [("TOKEN=", "\nbroken"), ("TOKEN='", ""), ("", "")] {
            let canary = canary(size);
            let place = directory_with(".env", format!("{before}{canary}{after}"));
            let mut command = child("dotenv-broken");
            let left = left_saying(command.arg(place.path().join(".env")), &canary, "refused 1");
            assert_clean(&left, 0, &format!("{before}, {size} bytes"));
        }
    }
}

#[test]
fn nothing_is_left_of_what_a_json_file_held() {
    nothing_is_left(
        "file",
        "secrets.json",
        &[
            ("plain", &|text| format!("{{\"token\": \"{text}\"}}")),
            ("among others", &|text| {
                format!("{{\"a\": [\"{text}\", {{\"b\": \"{text}\"}}], \"token\": \"{text}\"}}")
            }),
            ("escapes", &|text| format!("{{\"token\": {}}}", quoted(text))),
            ("all escapes", &|text| format!("{{\"token\": {}}}", quoted_in_ascii(text))),
        ],
    );
}

#[test]
fn nothing_is_left_of_what_a_toml_file_held() {
    nothing_is_left(
        "file",
        "secrets.toml",
        &[
            ("plain", &|text| format!("token = \"{text}\"\n")),
            ("literal", &|text| format!("token = '{text}'\n")),
            ("escapes", &|text| {
                format!("[other]\na = {0}\n[[more]]\nb = [{0}]\n", quoted(text))
                    .replace("[other]", &format!("token = {}\n[other]", quoted(text)))
            }),
            ("many lines, escapes", &|text| {
                format!(
                    "token = \"\"\"\n{}\"\"\"\n",
                    text.replace('\\', "\\\\").replace('"', "\\\"")
                )
            }),
        ],
    );
}

#[test]
fn nothing_is_left_of_what_a_yaml_file_held() {
    nothing_is_left(
        "file",
        "secrets.yaml",
        &[
            ("plain", &|text| format!("token: {text}\n")),
            ("single quotes", &|text| format!("token: '{text}'\n")),
            ("escapes", &|text| format!("other:\n  - {0}\ntoken: {0}\n", quoted(text))),
            ("all escapes", &|text| format!("token: {}\n", quoted_in_ascii(text))),
        ],
    );
    for size in SIZES {
        let text = lines(&with_escapes(size));
        let block = format!("token: |-\n  {}\n", text.replace('\n', "\n  "));
        let place = directory_with("secrets.yaml", block);
        let left = left_by(child("file").arg(place.path().join("secrets.yaml")), &text);
        assert_clean(&left, 0, &format!("a block of {size} bytes"));
    }
}

#[test]
fn nothing_is_left_of_what_a_directory_held() {
    nothing_is_left(
        "dir",
        "token",
        &[
            ("plain", &str::to_owned),
            ("a line", &|text| format!("{text}\n")),
            ("escapes", &str::to_owned),
        ],
    );
    for size in SIZES {
        let text = with_escapes(size);
        let place = directory_with("token", &text);
        assert_clean(&left_by(child("bytes").arg(place.path()), &text), 0, "bytes");
        assert_clean(
            &left_by(child("indirect").arg(place.path().join("token")), &text),
            0,
            "a file named by a variable",
        );
    }
}

#[test]
fn of_the_environment_the_kernels_own_block_alone_is_left() {
    for size in SIZES {
        let text = canary(size);
        for how in ["env", "named"] {
            let left = left_by(child(how).env("TOKEN", &text), &text);
            assert_clean(&left, 1, how);
        }
        let mut many = child("env-many");
        let left = left_by(many.env("TOKEN", &text).env("A0", &text).env("FOREIGN", &text), &text);
        assert_clean(&left, 3, "env-many");
    }
}

#[test]
fn of_a_scrubbed_environment_nothing_is_left() {
    for size in SIZES {
        let text = canary(size);
        for (how, said) in
            [("env-scrubbed", fingerprint(text.as_bytes())), ("scrubbed-alone", "1".to_owned())]
        {
            let mut command = child(how);
            command.env("TOKEN", &text).env("OTHER", "stays");
            let paused = Paused::start(&mut command).unwrap();
            assert_eq!(paused.said, said, "{how}");
            assert_clean(&left_saying(&mut command, &text, &said), 0, how);
            let environment = paused.environment().unwrap();
            assert!(
                !contains(&environment, &text) && contains(&environment, "OTHER=stays"),
                "{how}"
            );
        }
    }
}

#[derive(Debug, Secrets)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

#[test]
fn an_environment_that_cannot_be_scrubbed_is_a_problem() {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || stopped.recv());
    let error = Settings::loader().env([("TOKEN", "abc")]).scrub_env().load().unwrap_err();
    assert!(error.to_string().contains("only before other threads are started"), "{error}");
    assert_eq!(
        Settings::loader().env([("TOKEN", "abc")]).load().unwrap().token.expose_secret(),
        "abc"
    );
    drop(stop);
    assert!(other.join().unwrap().is_err());
}

#[test]
fn nothing_is_left_of_secrets_inside_other_types() {
    for size in SIZES {
        let text = with_escapes(size);
        for (how, json) in [
            ("list", format!("{{\"token\": [{}, \"other\"]}}", quoted(&text))),
            ("map", format!("{{\"token\": {{\"other\": \"x\", \"key\": {}}}}}", quoted(&text))),
            (
                "typed",
                format!("{{\"token\": {{\"user\": \"app\", \"password\": {}}}}}", quoted(&text)),
            ),
            ("composed", format!("{{\"token\": {}}}", quoted(&text))),
        ] {
            let place = directory_with("secrets.json", json);
            let left = left_by(child(how).arg(place.path().join("secrets.json")), &text);
            assert_clean(&left, 0, &format!("{how}, {size} bytes"));
        }
    }
}

#[test]
fn nothing_is_left_of_secrets_inside_other_types_written_as_text() {
    for size in SIZES {
        let text = canary(size);
        for (how, value) in [
            ("list-text", format!("{text}, other")),
            ("list-text", format!("[\"{text}\", \"other\"]")),
            ("map-text", format!("other=1,key={text}")),
            ("map-text", format!("{{\"key\": \"{text}\"}}")),
            ("typed-text", format!("{{\"user\": \"app\", \"password\": \"{text}\"}}")),
        ] {
            let left = left_by(child(how).env("TOKEN", &value), &text);
            assert_clean(&left, 1, how);
        }
    }
}

#[test]
fn nothing_is_left_by_reports_and_by_loads_that_fail() {
    for size in SIZES {
        let text = with_escapes(size);
        let place = directory_with(
            "secrets.json",
            format!("{{\"token\": {0}, \"tokens\": {0}}}", quoted(&text)),
        );
        for how in ["report", "explained"] {
            let left = left_by(child(how).arg(place.path().join("secrets.json")), &text);
            assert_clean(&left, 0, &format!("{how}, {size} bytes"));
        }
        for how in ["incomplete", "malformed"] {
            let left =
                left_saying(child(how).arg(place.path().join("secrets.json")), &text, "refused 1");
            assert_clean(&left, 0, &format!("{how}, {size} bytes"));
        }
    }
}

#[test]
fn nothing_is_left_of_a_file_that_does_not_parse() {
    for (name, after) in
        [("secrets.json", "\" \"x\""), ("secrets.toml", "\" x"), ("secrets.yaml", "\" : [")]
    {
        let text = canary(200);
        let begin = if name.ends_with("json") {
            "{\"token\": \""
        } else if name.ends_with("toml") {
            "token = \""
        } else {
            "token: \""
        };
        let place = directory_with(name, format!("{begin}{text}{after}"));
        let left = left_saying(child("malformed").arg(place.path().join(name)), &text, "refused 1");
        assert_clean(&left, 0, name);
    }
}

#[test]
fn a_secret_that_is_held_is_there_once_and_whole() {
    for size in SIZES {
        let text = with_escapes(size);
        let place = directory_with("secrets.json", format!("{{\"token\": {}}}", quoted(&text)));
        for census in left_by(child("held").arg(place.path().join("secrets.json")), &text) {
            assert_eq!((census.full(), census.partial()), (1, 0), "{size} bytes: {census:?}");
            assert_eq!(census.copies[0].region, Region::Heap);
        }
    }
}

#[test]
fn a_text_that_is_dropped_unwiped_is_found() {
    for size in SIZES {
        let canary = canary(size);
        let place = directory_with("file", &canary);
        let [plain, kept] = left_by(child("planted").arg(place.path().join("file")), &canary);
        assert!(plain.full() + plain.partial() >= 1, "{size} bytes: {plain:?}");
        assert!(kept.full() >= 1, "{size} bytes: {kept:?}");
    }
}

#[test]
fn the_kernels_own_block_is_told_apart() {
    let canary = canary(40);
    let paused = Paused::start(child("nothing").env("TOKEN", &canary)).unwrap();
    let census = paused.census(canary.as_bytes()).unwrap();
    assert_eq!((census.full(), census.partial(), census.in_environment()), (0, 0, 1), "{census:?}");
    assert!(contains(&paused.environment().unwrap(), &canary));
}

#[test]
fn the_wiping_allocator_leaves_nothing_of_what_others_drop() {
    for size in SIZES {
        let canary = canary(size);
        let place = directory_with("file", &canary);
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-wiping"));
        let said = fingerprint(canary.as_bytes());
        let census = look_into(command.arg(place.path().join("file")).env_clear(), &canary, &said);
        assert_eq!(census.copies, [], "{size} bytes");
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
