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
fn a_file_of_another_user_is_remarked_on_where_only_its_directory_s_owner_can_have_put_it() {
    let directory = directory(&[(".env", "A=b")]);
    let path = directory.path().join(".env");
    permit(&path, 0o600);
    permit(directory.path(), 0o755);
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
        return; // What is decided of an owner is tested without one, beside the search.
    }
    let source = searched(directory.path());
    assert_eq!(super::value(&*source), "b");
    let remarks = source.remarks(&Claims { keys: &[], prefix: "" });
    assert_eq!(remarks, [format!("{} belongs to another user (uid 12345)", path.display())]);
}

#[cfg(unix)]
#[test]
fn a_directory_named_like_a_file_is_remarked_on_wherever_the_search_passes_it_over() {
    let directory =
        directory(&[("below/.env/activate", ""), (".env.local/.keep", ""), (".env", "A=b")]);
    permit(&directory.path().join(".env"), 0o600);
    let remark = |path: &str| {
        let path = directory.path().join(path);
        format!("{} is a directory, not a file; it is passed over", path.display())
    };
    let claims = Claims { keys: &[], prefix: "" };
    let source = searched(&directory.path().join("below"));
    assert_eq!(super::value(&*source), "b");
    assert_eq!(source.remarks(&claims), [remark("below/.env"), remark(".env.local")]);
    let given = opened(directory.path(), Some(("below", true)), None, &[]);
    assert_eq!(given.remarks(&claims), [remark("below/.env")]);
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

#[cfg(unix)]
#[test]
fn of_a_secret_that_two_files_give_differently_the_one_that_counts_is_told() {
    let remarks = |local: &str, plain: &str| {
        let directory = directory(&[(".env.local", local), (".env", plain)]);
        for name in [".env.local", ".env"] {
            permit(&directory.path().join(name), 0o600);
        }
        let keys = [secret(&["A"])];
        searched(directory.path()).remarks(&Claims { keys: &keys, prefix: "" })
    };
    let file = "A_FILE and A are both set; A_FILE counts, since its .env file comes first";
    assert_eq!(remarks("A_FILE=y", "A=x"), [file]);
    let variable = "A and A_FILE are both set; A counts and the file is not read";
    assert_eq!(remarks("A=x", "A_FILE=y"), [variable]);
    assert_eq!(remarks("A=x\nA_FILE=y", "A_FILE=y"), [variable]);
    assert_eq!(remarks("A=\nA_FILE=y", "A=x"), [file]);
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
