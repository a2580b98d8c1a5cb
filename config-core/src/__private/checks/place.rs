//! What places in the managers of clouds cannot be: each has rules for names, and refuses the others without saying so.
//!
//! The messages, each at its token, and the repairs are in `tests/ui/places`; here the features are on.
//!
//! ```compile_fail
//! # use config_core::{SecretString, Secrets};
//! #[derive(Secrets)]
//! #[secrets(sources(vault("secret/app#token")))]
//! struct Settings {
//!     #[secret(required, format = any)]
//!     token: SecretString,
//! }
//! ```
//!
//! ```compile_fail
//! # use config_core::{SecretString, Secrets};
//! #[derive(Secrets)]
//! #[secrets(sources(aws("prod/app")))]
//! struct Settings {
//!     #[secret(required, format = any, aws = "ssm:prod/app/token")]
//!     token: SecretString,
//! }
//! ```
//!
//! ```compile_fail
//! # use config_core::{SecretString, Secrets};
//! #[derive(Secrets)]
//! #[secrets(sources(gcp))]
//! struct Settings {
//!     #[secret(required, format = any, gcp = "projects/p/secrets/token/versions/3")]
//!     token: SecretString,
//! }
//! ```
//!
//! ```compile_fail
//! # use config_core::{SecretString, Secrets};
//! #[derive(Secrets)]
//! #[secrets(sources(azure))]
//! struct Settings {
//!     #[secret(required, format = any, azure = "db_url")]
//!     token: SecretString,
//! }
//! ```

use super::fail;
use crate::__private::message::Message;
use crate::schema::address::Address;
use crate::schema::index::same;

/// What is allowed behind this mark in the text of a place only once it is read is not known now.
const VARIABLE: u8 = b'{';

/// The place of a list's entry, or of a nested struct.
#[track_caller]
pub(super) const fn of_entry(kind: &str, place: &str) {
    if !is_manager(kind) {
        return;
    }
    let name = match Address::read(place) {
        Err(mistake) => fail(&Message::new("").code(place).text(": ").text(mistake.message())),
        Ok(Address { key: Some(key), .. }) => fail(
            &Message::new("a place of a list has no `#key`: write it at the field, `")
                .text(kind)
                .text(" = \"#")
                .text(key)
                .text("\"`"),
        ),
        Ok(Address { place: None, .. }) => fail(&Message::new("a version alone is no place")),
        Ok(Address { place: Some(name), .. }) => name,
    };
    if same(kind.as_bytes(), b"aws")
        && let Some(path) = parameter(name)
        && !begins_with(path, b"/")
        && !begins_with(path, b"arn:")
        && !begins_with(path, &[VARIABLE])
    {
        fail(&rooted(path));
    }
    named(kind, name);
}

/// The place in the key of a field.
#[track_caller]
pub(super) const fn of_field(kind: &str, place: &str) {
    if same(kind.as_bytes(), b"aws")
        && let Some(path) = parameter(place)
        && contains(path, b'/')
        && !begins_with(path, b"/")
        && !begins_with(path, b"arn:")
    {
        fail(&rooted(path));
    }
    named(kind, place);
}

/// A name by the rules of the manager, as far as it is known.
#[track_caller]
const fn named(kind: &str, name: &str) {
    if contains(name.as_bytes(), VARIABLE) {
        return;
    }
    if same(kind.as_bytes(), b"azure") && !is_of(name.as_bytes(), b"-") {
        fail(
            &Message::new("Key Vault has no such names as ")
                .code(name)
                .text(": they are of letters, digits and hyphens"),
        );
    }
    if same(kind.as_bytes(), b"gcp") {
        google(name);
    }
}

#[track_caller]
const fn google(name: &str) {
    let bytes = name.as_bytes();
    let (mut at, mut slashes, mut last) = (0, 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'/' {
            slashes += 1;
            last = at + 1;
        }
        at += 1;
    }
    let is_full = begins_with(bytes, b"projects/") || begins_with(bytes, b"locations/");
    let (_, id) = bytes.split_at(last);
    let (folder, _) = bytes.split_at(last);
    if ends_with(folder, b"/versions/") {
        let (secret, _) = name.split_at(last - b"/versions/".len());
        let (_, version) = name.split_at(last);
        fail(
            &Message::new("the version of a secret stands behind `@`: write `")
                .text(secret)
                .text("@")
                .text(version)
                .text("`"),
        );
    }
    let is_named = slashes == 0 || (is_full && ends_with(folder, b"/secrets/"));
    if !is_named || !is_of(id, b"-_") {
        fail(&Message::new("Google Cloud has no such names of secrets as ").code(name).text(
            ": write `db` or `projects/my-project/secrets/db`, of letters, digits, `-` and `_`",
        ));
    }
}

const fn rooted(path: &[u8]) -> Message {
    let message = Message::new("the path of a parameter begins with `/`");
    match core::str::from_utf8(path) {
        Ok(path) => message.text(": write `ssm:/").text(path).text("`"),
        Err(_) => message,
    }
}

const fn is_manager(kind: &str) -> bool {
    let kind = kind.as_bytes();
    same(kind, b"vault") || same(kind, b"aws") || same(kind, b"gcp") || same(kind, b"azure")
}

/// What stands behind `ssm:`.
const fn parameter(place: &str) -> Option<&[u8]> {
    match place.as_bytes() {
        [b's', b's', b'm', b':', path @ ..] => Some(path),
        _ => None,
    }
}

const fn begins_with(text: &[u8], begin: &[u8]) -> bool {
    text.len() >= begin.len() && same(text.split_at(begin.len()).0, begin)
}

const fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && same(text.split_at(text.len() - end.len()).1, end)
}

const fn contains(text: &[u8], byte: u8) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text[at] == byte {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a text is one of letters, digits and these.
const fn is_of(text: &[u8], others: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_alphanumeric() && !contains(others, text[at]) {
            return false;
        }
        at += 1;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{of_entry, of_field};

    /// What the compiler would say.
    fn said(check: fn(&str, &str), kind: &'static str, place: &'static str) -> Option<String> {
        let panic = catch_unwind(move || check(kind, place)).err()?;
        panic.downcast::<String>().ok().map(|text| *text)
    }

    #[test]
    fn a_place_that_a_manager_refuses_is_a_mistake() {
        for (kind, place, words) in [
            ("aws", "prod/app#x", "write it at the field, `aws = \"#x\"`"),
            ("vault", "secret/app#x", "a place of a list has no `#key`"),
            ("aws", "@7", "a version alone is no place"),
            ("aws", "ssm:prod/app", "write `ssm:/prod/app`"),
            ("gcp", "bad/name", "Google Cloud has no such names of secrets as `bad/name`"),
            ("azure", "db_url", "Key Vault has no such names as `db_url`"),
        ] {
            let said = said(|kind, place| of_entry(kind, place), kind, place).unwrap();
            assert!(said.contains(words), "{said}");
        }
        for (kind, place, words) in [
            ("aws", "ssm:prod/app", "write `ssm:/prod/app`"),
            ("gcp", "projects/p/secrets/s/versions/3", "write `projects/p/secrets/s@3`"),
            ("gcp", "projects/p/s", "no such names"),
            ("gcp", "a b", "no such names"),
            ("azure", "app.db", "no such names"),
        ] {
            let said = said(|kind, place| of_field(kind, place), kind, place).unwrap();
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_place_that_may_be_one_is_none() {
        for (kind, place) in [
            ("aws", "prod/app"),
            ("aws", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/app-AbCdEf"),
            ("aws", "ssm:/prod/app"),
            ("aws", "ssm:{ROOT}/app"),
            ("aws", "{PLACE}"),
            ("aws", "prod/app@AWSPREVIOUS"),
            ("gcp", "app-settings"),
            ("gcp", "app_settings@3"),
            ("gcp", "projects/p/secrets/{STAGE}-settings"),
            ("gcp", "projects/p/locations/europe-west3/secrets/db"),
            ("azure", "app-settings"),
            ("vault", "secret/app"),
            ("file", "a.toml#x"),
        ] {
            assert_eq!(said(|kind, place| of_entry(kind, place), kind, place), None, "{place}");
        }
        let parameter = said(|kind, place| of_field(kind, place), "aws", "ssm:password");
        assert_eq!(parameter, None);
    }
}
