//! Files and single values encrypted with [age](https://age-encryption.org), fit to be kept in git.
//!
//! A whole file is one that the `age` tools read and write as well: `secrets.json.age`, `.env.age`. A single value is one
//! line of text, `ENC[age,..]`, in a file that is otherwise plain, so that a diff shows which keys have changed and a merge
//! works line by line. It is bound to its key: moved to another one it does not open.
//!
//! What is encrypted shows how long it is, and which keys there are.
//!
//! ```
//! use config_core::age::{Identity, decrypt_value, encrypt_value};
//!
//! let identity = Identity::generate();
//! let line = encrypt_value("smtp.password", b"n0t-a-real-one", &identity.recipients())?;
//! assert!(line.starts_with("ENC[age,"));
//! let value = decrypt_value("smtp.password", &line, &[identity])?;
//! assert_eq!(&**value, b"n0t-a-real-one");
//! # Ok::<(), config_core::Failure>(())
//! ```

mod keys;
mod value;

#[cfg(test)]
mod tests;

use std::io::{ErrorKind, Read, Write};

use ::age::armor::{ArmoredReader, ArmoredWriter, Format};
use ::age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

pub use self::keys::{Identity, Recipient};
pub use self::value::{decrypt_value, encrypt_value, is_encrypted};
use crate::source::{Failure, FailureKind};

/// Encrypts the content of a whole file, as lines of text.
///
/// # Errors
/// There is nobody to encrypt it to.
///
/// ```
/// use config_core::age::{Identity, decrypt_file, encrypt_file};
///
/// let identity = Identity::generate();
/// let file = encrypt_file(b"{\"port\": 8080}", &identity.recipients())?;
/// assert!(file.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
/// assert_eq!(&**decrypt_file(&file, &[identity])?, b"{\"port\": 8080}");
/// # Ok::<(), config_core::Failure>(())
/// ```
pub fn encrypt_file(content: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let armor = ArmoredWriter::wrap_output(&mut text, Format::AsciiArmor).map_err(not_written)?;
    encrypt_into(armor, content, recipients)?.finish().map_err(not_written)?;
    Ok(text)
}

/// Decrypts the content of a whole file, with text around it or without, into a buffer that is wiped.
///
/// # Errors
/// [`Denied`](FailureKind::Denied) where none of the identities opens it, [`NotConfigured`](FailureKind::NotConfigured)
/// where there is none, [`Malformed`](FailureKind::Malformed) where it is damaged or no age file.
///
/// ```
/// use config_core::FailureKind;
/// use config_core::age::{Identity, decrypt_file, encrypt_file};
///
/// let file = encrypt_file(b"{}", &Identity::generate().recipients())?;
/// let failure = decrypt_file(&file, &[Identity::generate()]).unwrap_err();
/// assert_eq!(failure.kind(), FailureKind::Denied);
/// # Ok::<(), config_core::Failure>(())
/// ```
pub fn decrypt_file(
    content: &[u8],
    identities: &[Identity],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let keys = keys::all(identities);
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(content))
        .map_err(|error| not_opened(&error, keys.len()))?;
    if decryptor.is_scrypt() {
        let message = "it is encrypted with a passphrase, which nobody is asked for here";
        return Err(Failure::new(FailureKind::Malformed, message)
            .hint("encrypt it to a recipient: age -r age1.."));
    }
    if keys.is_empty() {
        let message = "it is encrypted with age, and no identity is given to open it";
        return Err(Failure::new(FailureKind::NotConfigured, message));
    }
    let mut reader = decryptor
        .decrypt(keys.iter().map(|key| *key as &dyn ::age::Identity))
        .map_err(|error| not_opened(&error, keys.len()))?;
    // What is encrypted is longer than what it holds, with text around it or without.
    let mut plain = Zeroizing::new(vec![0; content.len()]);
    let mut filled = 0;
    loop {
        match reader.read(&mut plain[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(damaged()),
        }
    }
    plain.truncate(filled);
    Ok(plain)
}

/// Writes what is encrypted to a writer, and gives that back.
fn encrypt_into<W: Write>(
    output: W,
    content: &[u8],
    recipients: &[Recipient],
) -> Result<W, Failure> {
    let keys = recipients.iter().map(|recipient| &recipient.0 as &dyn ::age::Recipient);
    let encryptor = Encryptor::with_recipients(keys).map_err(|_| {
        Failure::new(FailureKind::NotConfigured, "there is nobody to encrypt it to")
            .hint("give at least one recipient, age1..")
    })?;
    let mut writer = encryptor.wrap_output(output).map_err(not_written)?;
    writer.write_all(content).map_err(not_written)?;
    writer.finish().map_err(not_written)
}

fn not_written(_: std::io::Error) -> Failure {
    Failure::new(FailureKind::Unreachable, "it could not be encrypted")
}

/// Why what is encrypted does not open.
fn not_opened(error: &DecryptError, identities: usize) -> Failure {
    match (error, identities) {
        (DecryptError::NoMatchingKeys, 1) => {
            Failure::new(FailureKind::Denied, "the identity does not open it").hint(
                "encrypt it to the recipient of this identity too, or give the right identity",
            )
        }
        (DecryptError::NoMatchingKeys, count) => {
            let message = format!("none of the {count} identities opens it");
            Failure::new(FailureKind::Denied, message)
                .hint("encrypt it to the recipient of one of them too, or give the right identity")
        }
        (DecryptError::UnknownFormat, _) => {
            Failure::new(FailureKind::Malformed, "it is of a version of age that is not known")
        }
        _ => damaged(),
    }
}

fn damaged() -> Failure {
    Failure::new(FailureKind::Malformed, "it is damaged, or not encrypted with age")
}
