//! Which account a source asks as, told apart without showing any credential.

use super::{Jwt, Login, SecretId};
use crate::remote::asker::{Asker, hashed};

impl Login {
    /// The account that the login is at, and by which credential. Roles stay when what vouches for them is replaced, and so
    /// do the files that a platform puts signed identities into. A token is nobody's but its own, in a file too: who put
    /// another there may be another.
    pub(in super::super) fn asker(&self) -> Asker {
        match self {
            Self::Token(token) => Asker::new(format!("token {}", hashed(token))),
            Self::TokenFile(file) => {
                let place = format!("token of {}", file.display());
                match super::read(file) {
                    Ok(token) => Asker::new(format!("token {}", hashed(&token))),
                    Err(_) => Asker::new(place.clone()),
                }
                .standing(place)
            }
            Self::AppRole { mount, role_id, secret_id } => {
                let role = Asker::new(format!("{mount} {}", hashed(role_id)));
                match secret_id {
                    SecretId::None => role,
                    SecretId::Plain(text) => role.with(&[text]),
                    SecretId::Wrapped(text) => role.with(&["wrapped", text]),
                }
            }
            Self::Kubernetes { mount, role, token_file } => {
                Asker::new(format!("{mount} {role} {}", token_file.display()))
            }
            Self::Jwt { mount, role, jwt: Jwt::File(file) } => {
                Asker::new(format!("{mount} {role} {}", file.display()))
            }
            Self::Jwt { mount, role, jwt: Jwt::Text(text) } => {
                Asker::new(format!("{mount} {role}")).with(&[text])
            }
            Self::Jwt { mount, role, jwt: Jwt::GitHub(_) } => {
                Asker::new(format!("{mount} {role} github"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Jwt, Login, SecretId};
    use crate::remote::asker::Asker;
    use crate::value::exact;

    fn role(role_id: &str, secret_id: &str) -> Asker {
        let (mount, role_id) = ("approle".to_owned(), exact(role_id));
        Login::AppRole { mount, role_id, secret_id: SecretId::Plain(exact(secret_id)) }.asker()
    }

    #[test]
    fn two_tokens_are_two_accounts_in_every_process_and_neither_is_shown() {
        let asker = |token| Login::Token(exact(token)).asker();
        assert_eq!(asker("n0t-a-real-one").account(), "token 76b581b754a264ea3030089d");
        assert_ne!(asker("n0t-a-real-one").account(), asker("another").account());
    }

    #[test]
    fn a_role_stays_the_account_when_its_secret_id_is_replaced_which_is_another_asker() {
        assert_eq!(role("a", "first"), role("a", "first"));
        assert_ne!(role("a", "first"), role("a", "second"));
        assert_eq!(role("a", "first").account(), role("a", "second").account());
        assert_ne!(role("a", "first").account(), role("b", "first").account());
        let signed = |text| {
            let (mount, role) = ("jwt".to_owned(), "app".to_owned());
            Login::Jwt { mount, role, jwt: Jwt::Text(exact(text)) }.asker()
        };
        assert_ne!(signed("first"), signed("second"));
        assert_eq!(signed("first").account(), signed("second").account());
    }

    #[test]
    fn a_token_that_another_replaces_in_its_file_is_gone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let asker = |token: &str| {
            std::fs::write(file.path(), token).unwrap();
            Login::TokenFile(file.path().to_owned()).asker()
        };
        let (first, second) = (asker("first"), asker("second"));
        assert!(second.replaces(&first));
        assert!(!Login::Token(exact("second")).asker().replaces(&first));
    }
}
