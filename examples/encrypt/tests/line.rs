//! What it prints, and that it opens for its key alone.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use config_core::age::{Identity, decrypt_value};

fn encrypted(arguments: &[&str], value: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_encrypt"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who is told to go before the value has come leaves nobody to write to.
    drop(child.stdin.take().unwrap().write_all(value.as_bytes()));
    child.wait_with_output().unwrap()
}

#[test]
fn the_line_opens_for_its_key_and_for_no_other() {
    let identity = Identity::generate();
    let recipient = identity.recipients()[0].to_string();
    let output = encrypted(&["DATABASE_URL", &recipient], "n0t-a-real-one\n");
    assert!(output.status.success(), "{output:?}");
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(!line.contains("n0t-a-real-one"), "{line}");
    let identities = [identity];
    let opened = decrypt_value("DATABASE_URL", line.trim_end(), &identities).unwrap();
    assert_eq!(&**opened, b"n0t-a-real-one");
    let moved = decrypt_value("API_KEY", line.trim_end(), &identities).unwrap_err();
    assert_eq!(
        moved.to_string(),
        "the encrypted value was made for another key than API_KEY: encrypt it anew for that"
    );
}

#[test]
fn what_is_no_recipient_is_told_and_nothing_is_printed() {
    let output = encrypted(&["DATABASE_URL", "age2"], "n0t-a-real-one");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("a recipient is written age1.."), "{told}");
    assert!(output.stdout.is_empty() && !output.status.success());
    let output = encrypted(&["DATABASE_URL"], "n0t-a-real-one");
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("usage: encrypt KEY"));
}
