//! Which account a source asks as, told apart without showing any credential.

use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use ring::digest::{SHA256, digest};

use super::{Jwt, Login, SecretId};

impl Login {
    /// A name that two sources share only if they ask as the same account, with the same credential: what one was answered
    /// is not another's to see. It outlives the process. Where a platform puts signed identities into a file and replaces
    /// them all the time, the file stands for them.
    pub(in super::super) fn identity(&self) -> String {
        match self {
            Self::Token(token) => format!("token {}", hashed(token)),
            Self::TokenFile(file) => match super::read(file) {
                Ok(token) => format!("token {}", hashed(&token)),
                Err(_) => format!("token of {}", file.display()),
            },
            Self::AppRole { mount, role_id, secret_id } => {
                let secret_id = match secret_id {
                    SecretId::None => String::new(),
                    SecretId::Plain(text) | SecretId::Wrapped(text) => hashed(text),
                };
                format!("{mount} {} {secret_id}", hashed(role_id))
            }
            Self::Kubernetes { mount, role, token_file } => {
                format!("{mount} {role} {}", token_file.display())
            }
            Self::Jwt { mount, role, jwt: Jwt::File(file) } => {
                format!("{mount} {role} {}", file.display())
            }
            Self::Jwt { mount, role, jwt: Jwt::Text(text) } => {
                format!("{mount} {role} {}", hashed(text))
            }
            Self::Jwt { mount, role, jwt: Jwt::GitHub(_) } => format!("{mount} {role} github"),
        }
    }
}

/// A number for a secret that says nothing of it, and nothing at all in another process.
pub(in super::super) fn keyed(text: &str) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    KEY.get_or_init(RandomState::new).hash_one(text)
}

/// Tokens and role ids are random, so that nobody finds one by its hash.
fn hashed(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref()[..12].iter().fold(String::new(), |mut shown, byte| {
        let _ = write!(shown, "{byte:02x}");
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Login, SecretId};
    use crate::value::exact;

    #[test]
    fn two_tokens_are_two_accounts_in_every_process_and_neither_is_shown() {
        let identity = |token| Login::Token(exact(token)).identity();
        assert_eq!(identity("n0t-a-real-one"), "token 76b581b754a264ea3030089d");
        assert_ne!(identity("n0t-a-real-one"), identity("another"));
    }

    #[test]
    fn an_app_role_with_another_secret_id_is_another_account() {
        let identity = |role_id, secret_id| {
            let (mount, role_id) = ("approle".to_owned(), exact(role_id));
            Login::AppRole { mount, role_id, secret_id: SecretId::Plain(exact(secret_id)) }
                .identity()
        };
        assert_eq!(identity("a", "first"), identity("a", "first"));
        assert_ne!(identity("a", "first"), identity("a", "second"));
        assert_ne!(identity("a", "first"), identity("b", "first"));
    }
}
