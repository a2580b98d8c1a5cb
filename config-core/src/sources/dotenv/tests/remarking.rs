//! What is remarked on a file, and which names nobody claims.

use super::{directory, opened, searched, secret, setting};
use crate::source::Claims;

#[cfg(unix)]
fn permit(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The remarks on a file that nobody else can read.
#[cfg(unix)]
fn remarks(text: &str, keys: &[crate::source::Key<'_>]) -> (String, Vec<String>) {
    let directory = directory(&[(".env", text)]);
    let path = directory.path().join(".env");
    permit(&path, 0o600);
    let remarks = searched(directory.path()).remarks(&Claims { keys, prefix: "" });
    (path.display().to_string(), remarks)
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_remarked_on() {
    for (mode, is_open) in
        [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o610, true)]
    {
        let directory = directory(&[(".env", "A=b")]);
        let path = directory.path().join(".env");
        permit(&path, mode);
        let remarks = searched(directory.path()).remarks(&Claims { keys: &[], prefix: "" });
        let remark = format!("{0} can be read by other users; run: chmod 600 {0}", path.display());
        assert_eq!(remarks, if is_open { vec![remark] } else { Vec::new() }, "{mode:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_stands_more_than_once_is_remarked_on() {
    let (path, remarks) = remarks("B=1\nA=hush\n\nB=2\nC=3\nB=4", &[setting(&["B"])]);
    assert_eq!(
        remarks,
        [format!("B stands 3 times in {path} (lines 1, 4, 6); the last one counts")]
    );
}

#[cfg(unix)]
#[test]
fn a_key_of_others_that_stands_more_than_once_is_not_named() {
    let (path, remarks) = remarks("MIIEow==\nMIIEow==", &[]);
    let remark = format!("a key stands 2 times in {path} (lines 1, 2); the last one counts");
    assert_eq!(remarks, [remark]);
}

#[cfg(unix)]
#[test]
fn a_secret_that_is_given_twice_over_is_remarked_on() {
    let text = "A=x\nA_FILE=y\nB=x\nB_FILE=y\nC=\nC_FILE=/dev/null\nD=x\nD_FILE=\nE=x\nE_FILE=y";
    let names = [["A"], ["C"], ["D"], ["E"]];
    let keys = [secret(&names[0]), secret(&names[1]), secret(&names[2]), setting(&names[3])];
    let (_, remarks) = remarks(text, &keys);
    assert_eq!(remarks, ["A and A_FILE are both set; A counts and the file is not read"]);
}

#[test]
fn a_name_with_the_prefix_that_no_field_has_is_unclaimed() {
    let text = "APP_PORT=1\n  APP_PROT=2\nOTHER=3\nAPP_KEY_FILE=4\nAPP_PORT_FILE=5\nAPP_PROT=6\nAPP_OLD=7\nAPPX=8";
    let directory = directory(&[(".env", text), (".env.local", "APP_KEYS=1")]);
    let (port, key) = (["APP_PORT"], ["APP_KEY", "APP_OLD"]);
    let keys = [setting(&port), secret(&key)];
    let source = opened(directory.path(), None, None, &[]);
    let unclaimed = source.unclaimed(&Claims { keys: &keys, prefix: "APP_" });
    let told: Vec<_> = unclaimed
        .iter()
        .map(|name| {
            let file =
                name.file.as_ref().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
            (name.name.as_str(), file, name.at.line, name.at.column)
        })
        .collect();
    let expected = [
        ("APP_KEYS", ".env.local".to_owned(), 1, 1),
        ("APP_PORT_FILE", ".env".to_owned(), 5, 1),
        ("APP_PROT", ".env".to_owned(), 6, 1),
    ];
    assert_eq!(told, expected);
}

#[test]
fn without_a_prefix_nothing_is_unclaimed() {
    let directory = directory(&[(".env", "A=b")]);
    assert!(searched(directory.path()).unclaimed(&Claims { keys: &[], prefix: "" }).is_empty());
}
