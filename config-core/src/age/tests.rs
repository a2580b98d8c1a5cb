//! What is encrypted opens where it should and nowhere else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use secrecy::ExposeSecret;

use super::{
    Identity, Recipient, decrypt_file, decrypt_value, encrypt_file, encrypt_value, is_encrypted,
};
use crate::source::FailureKind;

/// Made by `age-keygen` 1.1.1, for these tests alone.
const KEY: &str = "# created: 2026-11-21T14:38:32Z
# public key: age17geadw6cwe8r4h85k58es2sk87wtml4z3lgqf5lmef6duldkmd6qqqsqx3
AGE-SECRET-KEY-1UL8P0ZH7DKJ2K85FENNKFDRM3DP4NRL2V87JMLN59G9KFK2XGTWSNRC7DC
";

/// `{"port": 8080}` by `age -a` 1.1.1.
const ARMORED: &str = "-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBZZFpQYm56MVdpcGpNZjg0
d3JSTWxvTDBNNzc3STljaWlNTE5MWDdiQ1RzCkRUVWxiK2Z2V2E1QTVKa0p5ZGpX
TlpURExYY0FBQXpVcUtqd0lJRTZyMUEKLS0tIHV4bGtRSlhsV0Q5TzZQZVU3QXhG
di8zTHRJdm9KYWVlN0hRVCtkUnVlcWcKe+thepHlJNEL8ZpqhYm0OD1BjMHja7/C
s04RKuATyB0761agmUk/LJP8OEQ9ZA==
-----END AGE ENCRYPTED FILE-----
";

/// The same without text around it.
const BINARY: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSA2dlpEdGpLNTFuOXROZnU1QzlZS2hMbjJYNFVqRG5EanVjcUkzaFVzNEE4CmlIS0ZyK21KemlaR2ZnZ2VuN0RWZjhvL1h5WVRpZ2ZKZDRpbzVuaHBvTGcKLS0tIERlTzdTcmx5K1l6ZTFaUk9ObU03S1h6Z1NadG1YRitHbmhvQ3Z6QjBLY28KuT/pGvKysRoYGQfKBKb7c/qSCIvutDS2oGuzL+tKK38/F1KdfRdQhf05hyUOUA==";

fn identity() -> Identity {
    Identity::parse(KEY).unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, crate::Failure>) -> FailureKind {
    result.unwrap_err().kind()
}

#[test]
fn what_the_age_tool_has_encrypted_opens() {
    let binary = STANDARD.decode(BINARY).unwrap();
    for file in [ARMORED.as_bytes(), &binary] {
        assert_eq!(&**decrypt_file(file, &[identity()]).unwrap(), b"{\"port\": 8080}");
    }
}

#[test]
fn an_identity_file_is_read_as_age_keygen_writes_it() {
    let recipients = identity().recipients();
    let recipient = "age17geadw6cwe8r4h85k58es2sk87wtml4z3lgqf5lmef6duldkmd6qqqsqx3";
    assert_eq!(recipients, [Recipient::parse(recipient).unwrap()]);
    assert_eq!(recipients[0].to_string(), recipient);
    let written = identity().to_text();
    assert_eq!(written.expose_secret(), KEY.lines().last().unwrap().to_owned() + "\n");
    let two = format!("{KEY}\n{}", Identity::generate().to_text().expose_secret());
    assert_eq!(Identity::parse(&two).unwrap().recipients().len(), 2);
}

#[test]
fn what_is_no_identity_is_told_by_its_line_and_never_quoted() {
    for (text, says) in [
        ("", "there is no age identity in it"),
        ("# only a comment\n\n", "there is no age identity in it"),
        ("\nAGE-SECRET-KEY-1CANARY\n", "line 2 is no age identity"),
        ("age17geadw6cwe8r4h85k58es2sk87wtml4z3lgqf5lmef6duldkmd6qqqsqx3", "line 1 is no age"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "line 1 is no age identity"),
    ] {
        let failure = Identity::parse(text).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert!(failure.to_string().contains(says), "{failure}");
        assert!(!failure.to_string().contains("CANARY"), "{failure}");
    }
    assert_eq!(kind(Recipient::parse("age1canary")), FailureKind::Malformed);
}

#[test]
fn nothing_of_an_identity_is_shown() {
    let shown = format!("{:?}", identity());
    assert_eq!(shown, "1 keys [REDACTED]");
}

#[test]
fn each_recipient_opens_it_and_nobody_else() {
    let (one, two) = (Identity::generate(), Identity::generate());
    let both = [one.recipients(), two.recipients()].concat();
    let file = encrypt_file(b"content", &both).unwrap();
    for identity in [&one, &two] {
        let plain = decrypt_file(&file, std::slice::from_ref(identity)).unwrap();
        assert_eq!(&**plain, b"content");
    }
    let others = [Identity::generate(), Identity::generate(), Identity::generate()];
    let failure = decrypt_file(&file, &others).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Denied);
    assert_eq!(failure.to_string(), "none of the 3 identities opens it");
    let failure = decrypt_file(&file, &others[..1]).unwrap_err();
    assert_eq!(failure.to_string(), "the identity does not open it");
    assert!(decrypt_file(&file, &[others[0].clone(), two]).is_ok());
}

#[test]
fn without_an_identity_it_is_not_configured_and_without_a_recipient_nothing_is_encrypted() {
    assert_eq!(kind(decrypt_file(ARMORED.as_bytes(), &[])), FailureKind::NotConfigured);
    assert_eq!(kind(encrypt_file(b"content", &[])), FailureKind::NotConfigured);
    assert_eq!(kind(encrypt_value("a", b"content", &[])), FailureKind::NotConfigured);
}

#[test]
fn what_is_encrypted_with_a_passphrase_is_told_so() {
    let encryptor = ::age::Encryptor::with_user_passphrase("canary".to_owned().into());
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    std::io::Write::write_all(&mut writer, b"content").unwrap();
    writer.finish().unwrap();
    let failure = decrypt_file(&file, &[identity()]).unwrap_err();
    assert!(failure.to_string().contains("passphrase"), "{failure}");
}

#[test]
fn what_is_no_age_file_is_malformed() {
    for content in [&b""[..], b"{}", b"age-encryption.org/v1\n", b"age-encryption.org/v2\n\n"] {
        assert_eq!(kind(decrypt_file(content, &[identity()])), FailureKind::Malformed);
    }
}

#[test]
fn empty_and_large_contents_survive() {
    let identity = identity();
    for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
        let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let file = encrypt_file(&content, &identity.recipients()).unwrap();
        let plain = decrypt_file(&file, std::slice::from_ref(&identity)).unwrap();
        assert!(**plain == content, "{length}");
    }
}

#[test]
fn a_value_is_one_line_that_is_marked() {
    let line = encrypt_value("a.b", b"two\nlines", &identity().recipients()).unwrap();
    assert!(is_encrypted(&line) && line.ends_with(']') && !line.contains(['\n', ' ', '"', '\\']));
    // A header for one recipient takes about 300; age adds a part of random length.
    assert!(line.len() < 2000, "{}", line.len());
}

#[test]
fn the_same_value_is_never_encrypted_to_the_same_text() {
    let recipients = identity().recipients();
    let encrypt = || encrypt_value("a", b"value", &recipients).unwrap();
    assert_ne!(encrypt(), encrypt());
}

#[test]
fn a_value_that_is_moved_to_another_key_does_not_open() {
    let line = encrypt_value("user.token", b"canary", &identity().recipients()).unwrap();
    for path in ["admin.token", "user.toke", "user.token2", "", "user", "token"] {
        let failure = decrypt_value(path, &line, &[identity()]).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert!(failure.to_string().contains("another key"), "{failure}");
    }
}

#[test]
fn a_file_of_another_program_is_no_value() {
    let sealed = STANDARD.decode(BINARY).unwrap();
    let line = format!("ENC[age,{}]", STANDARD.encode(sealed));
    let failure = decrypt_value("a", &line, &[identity()]).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
}

#[test]
fn what_is_not_written_as_a_value_is_malformed() {
    let line = encrypt_value("a", b"canary", &identity().recipients()).unwrap();
    let cut = line.len() - 1;
    for text in [
        "ENC[age,]".to_owned(),
        "ENC[age,".to_owned(),
        "ENC[age,%%%]".to_owned(),
        line[..cut].to_owned(),
        format!("{line} "),
        format!("{}\n]", &line[..cut]),
        line.replacen("ENC[age,", "ENC[age, ", 1),
    ] {
        assert_eq!(
            kind(decrypt_value("a", &text, &[identity()])),
            FailureKind::Malformed,
            "{text}"
        );
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_is_read_back_under_its_own_key(path in "\\PC*", value: Vec<u8>) {
        let line = encrypt_value(&path, &value, &identity().recipients()).unwrap();
        let read = decrypt_value(&path, &line, &[identity()]).unwrap();
        prop_assert_eq!(&**read, &value[..]);
    }

    #[test]
    fn a_value_opens_under_no_other_key(path in "[a-z.]{0,8}", other in "[a-z.]{0,8}", value: Vec<u8>) {
        let line = encrypt_value(&path, &value, &identity().recipients()).unwrap();
        prop_assert_eq!(decrypt_value(&other, &line, &[identity()]).is_ok(), path == other);
    }

    #[test]
    fn whatever_is_changed_in_it_it_does_not_open(at: proptest::sample::Index, bit in 0..8u8) {
        let line = encrypt_value("a", b"canary", &identity().recipients()).unwrap();
        let inside = &line["ENC[age,".len()..line.len() - 1];
        let mut sealed = STANDARD.decode(inside).unwrap();
        let index = at.index(sealed.len());
        sealed[index] ^= 1 << bit;
        let line = format!("ENC[age,{}]", STANDARD.encode(sealed));
        let failure = decrypt_value("a", &line, &[identity()]).unwrap_err();
        let expected = [FailureKind::Malformed, FailureKind::Denied].contains(&failure.kind());
        prop_assert!(expected, "{}", failure);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), bytes: Vec<u8>) {
        let _ = decrypt_value("a", &text, &[identity()]);
        let _ = decrypt_value("a", &format!("ENC[age,{text}]"), &[identity()]);
        let _ = decrypt_file(&bytes, &[identity()]);
        let _ = Identity::parse(&text);
    }
}
